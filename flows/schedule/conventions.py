"""The conventions of a billing calendar, by the names that contracts and this product use for them.

What is not listed here is not supported, and is refused by its name: nothing is approximated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from flows.errors import UserError
from flows.values.words import quoted


class Frequency(StrEnum):
    """How often is billed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        """The length of one period in months: 1, 3, 6 or 12."""
        return _MONTHS[self]


_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.SEMIANNUAL: 6, Frequency.ANNUAL: 12}


class Timing(StrEnum):
    """Whether a period is billed before it is used or after."""

    ADVANCE = "advance"
    ARREARS = "arrears"


class ArrearsOn(StrEnum):
    """The invoice date in arrears: the day after the period, or its last day."""

    DAY_AFTER = "day_after"
    PERIOD_END = "period_end"


class Alignment(StrEnum):
    """What periods are counted from: the first day of the service, or the months of the (fiscal) calendar."""

    ANNIVERSARY = "anniversary"
    CALENDAR = "calendar"


class Proration(StrEnum):
    """What a partial period costs."""

    ACTUAL_DAYS = "actual_days"
    """Its days over the days of the full period in which it lies."""
    THIRTY_360 = "thirty_360"
    """Its days over the full period's, every month counted as 30."""
    DAILY_365 = "daily_365"
    """The price of a year x its days / 365, also in a leap year."""
    NONE = "none"
    """The full price."""


class CoTermMethod(StrEnum):
    """How what is added in the middle of a contract is priced up to the contract's end."""

    DAILY_365 = "daily_365"
    MONTHLY_PLUS_DAYS = "monthly_plus_days"


class Remainder(StrEnum):
    """Which part takes what rounding leaves over."""

    FIRST = "first"
    LAST = "last"


class ScheduleError(UserError):
    """A schedule that cannot be: its dates, amounts or parts contradict each other. The sentence says which."""

    code = "schedule.impossible"


class UnsupportedConvention(UserError):
    """A convention of billing that this product does not know. It is refused by its name, never approximated."""

    code = "schedule.unsupported_convention"

    def __init__(self, what: str, named: str, supported: tuple[str, ...]) -> None:
        self.what, self.named, self.supported = what, named, supported
        super().__init__(f"The {what} {quoted(named)} is not supported. Choose one of: {', '.join(supported)}.")


_Convention = TypeVar("_Convention", bound=StrEnum)
_CALLED: Final[dict[type[StrEnum], str]] = {
    Frequency: "billing frequency",
    Timing: "billing timing",
    ArrearsOn: "invoice date in arrears",
    Alignment: "period alignment",
    Proration: "proration",
    CoTermMethod: "co-termination method",
    Remainder: "place of the remainder",
}
_ALSO_CALLED: Final[dict[type[StrEnum], dict[str, str]]] = {
    Frequency: {
        "month": "monthly",
        "quarter": "quarterly",
        "half_year": "semiannual",
        "half_yearly": "semiannual",
        "semi_annual": "semiannual",
        "semiannually": "semiannual",
        "year": "annual",
        "yearly": "annual",
        "annually": "annual",
    }
}


def convention(kind: type[_Convention], name: str) -> _Convention:
    """Return the member of `kind` with that name: (Frequency, "Half-yearly") is Frequency.SEMIANNUAL.

    Case and the choice of blank, hyphen or underscore do not matter. Raises UnsupportedConvention for every other name.
    """
    plain = name.strip().casefold().replace("-", "_").replace(" ", "_")
    plain = _ALSO_CALLED.get(kind, {}).get(plain, plain)
    try:
        return kind(plain)
    except ValueError:
        raise UnsupportedConvention(_CALLED[kind], name, tuple(kind)) from None
