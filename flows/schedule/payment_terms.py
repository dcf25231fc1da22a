"""When an invoice is to be paid: the structured payment terms of a contract, and how people say them.

The kinds are told apart by `type`: "net", "eom", "day_of_month", "discount" and "instalments".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from flows.schedule.conventions import Remainder
from flows.values.terms import LONGEST_DAYS, format_terms

_NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")
_HUNDRED: Final = Decimal(100)
_LAST_DAY: Final = 31
MOST_INSTALMENTS: Final = 60


def _exact(value: Any) -> Any:
    """Take a percentage from its text, an int or a Decimal; a float has lost the digits that were written."""
    if isinstance(value, bool | float):
        raise ValueError("must be written as digits in quotation marks, such as '2.5'")
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError("is not a percentage; write digits with a point, such as 2.5")
        return Decimal(value.strip())
    return value


Percentage = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(gt=0, le=100, max_digits=9, decimal_places=6),
    PlainSerializer(lambda value: f"{value:f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^[0-9]{1,3}(\.[0-9]{1,6})?$"}),
]
Days = Annotated[int, Field(ge=0, le=LONGEST_DAYS, strict=True)]


class _Terms(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Net(_Terms):
    """Due `days` after the invoice date; 0 is due on receipt."""

    type: Literal["net"] = "net"
    days: Days


class EndOfMonth(_Terms):
    """Due `days` after the end of the month in which the invoice is dated."""

    type: Literal["eom"] = "eom"
    days: Days = 0


class DayOfMonth(_Terms):
    """Due on a `day` of the month (clamped in shorter months), `months` after the month of the invoice.

    Where that would leave fewer than `min_days` to pay, it is due one month later still.
    """

    type: Literal["day_of_month"] = "day_of_month"
    day: Annotated[int, Field(ge=1, le=_LAST_DAY, strict=True)]
    months: Annotated[int, Field(ge=0, le=12, strict=True)] = 1
    min_days: Days = 0


class EarlyDiscount(_Terms):
    """Due net `days`; who pays within `discount_days` of the invoice date may deduct `discount_pct` percent."""

    type: Literal["discount"] = "discount"
    days: Days
    discount_days: Days
    discount_pct: Percentage

    @model_validator(mode="after")
    def _discount_comes_first(self) -> Self:
        if self.discount_days > self.days:
            raise ValueError(f"the discount ends after {self.discount_days} days, later than the {self.days} to pay in")
        if self.discount_pct == _HUNDRED:
            raise ValueError("a discount of 100 % would leave nothing to pay")
        return self


SingleDue = Annotated[Net | EndOfMonth | DayOfMonth, Field(discriminator="type")]
"""Terms under which all of an amount is due on one day."""


class Instalment(_Terms):
    """One part of an invoice with its own due date. `percent` is of the invoice's total; left out, parts are equal."""

    due: SingleDue
    percent: Percentage | None = None


class Instalments(_Terms):
    """An invoice paid in parts. What rounding leaves over goes to the first or the last part (`remainder`)."""

    type: Literal["instalments"] = "instalments"
    parts: Annotated[tuple[Instalment, ...], Field(min_length=2, max_length=MOST_INSTALMENTS)]
    remainder: Remainder = Remainder.LAST

    @model_validator(mode="after")
    def _parts_make_a_whole(self) -> Self:
        percents = [part.percent for part in self.parts if part.percent is not None]
        if percents and len(percents) < len(self.parts):
            raise ValueError("either every instalment has a percent, or none has")
        if percents and sum(percents) != _HUNDRED:
            raise ValueError(f"the instalments add up to {sum(percents):f} %, and must add up to 100 %")
        return self


PaymentTerms = Annotated[Net | EndOfMonth | DayOfMonth | EarlyDiscount | Instalments, Field(discriminator="type")]


def describe(terms: PaymentTerms) -> str:
    """Say the terms in words, as invoices and cards show them; `read_payment_terms` understands every one.

    "Net 30", "Due on receipt", "30 days after the end of the month", "15th of the next month",
    "2 % within 10 days, else net 30", "2 instalments: 50 % due on receipt; 50 % net 30".
    """
    match terms:
        case Net():
            return format_terms(terms.days)
        case EndOfMonth():
            return f"{_days(terms.days)} after the end of the month" if terms.days else "End of the month"
        case DayOfMonth():
            return _describe_day(terms)
        case EarlyDiscount():
            return f"{_percent(terms.discount_pct)} within {_days(terms.discount_days)}, else net {terms.days}"
        case Instalments():
            return _describe_instalments(terms)


def _describe_day(terms: DayOfMonth) -> str:
    day = "Last day" if terms.day == _LAST_DAY else f"{terms.day}{ordinal(terms.day)}"
    months = {0: "the same month", 1: "the next month"}.get(terms.months, f"the month {terms.months} months later")
    if not terms.min_days:
        return f"{day} of {months}"
    return f"{day} of {months}, or a month later when that is fewer than {_days(terms.min_days)} away"


def _describe_instalments(terms: Instalments) -> str:
    equal = terms.parts[0].percent is None
    parts = "; ".join(
        (f"{_percent(part.percent)} " if part.percent is not None else "") + _lower_first(describe(part.due))
        for part in terms.parts
    )
    first = ", the first takes what rounding leaves" if terms.remainder is Remainder.FIRST else ""
    return f"{len(terms.parts)}{' equal' if equal else ''} instalments{first}: {parts}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f} %"


def ordinal(number: int) -> str:
    """Return the ending of a counting number up to 31: "st" for 1, "th" for 11."""
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
