"""What a part of a period costs: multiplied first, divided after, rounded once, a half away from zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from flows.schedule.calendars import PeriodShare
from flows.schedule.conventions import Proration, ScheduleError, UnsupportedConvention
from flows.values.money import Money, round_half_up
from flows.values.periods import Period
from flows.values.words import day as in_words

_DIGITS = 60  # what is beyond cannot move a half of a minor unit
_MONTHS_OF_YEAR = 12
_FIXED_MONTH = 30
_FIXED_YEAR = 365
_FRACTION_PLACES = 9


@dataclass(frozen=True, slots=True)
class Fraction:
    """A part of a price: `part` of `whole` days, or of other equal pieces. Always written out, never divided early."""

    part: int
    whole: int

    def of(self, amount: Decimal) -> Decimal:
        """Return that part of `amount`, exact to 60 digits."""
        if self.part == self.whole:
            return amount
        with localcontext() as context:
            context.prec = _DIGITS
            return amount * self.part / self.whole


@dataclass(frozen=True, slots=True)
class ProratedAmount:
    """The price of some days of a period: rounded to the currency's minor unit, and before rounding."""

    amount: Money
    exact: Decimal
    service_days: int
    period_days: int


@dataclass(frozen=True, slots=True)
class ChangeInPeriod:
    """What a price change inside a period bills: `credit` (never above zero), `charge` and their sum `net`."""

    credit: Money
    charge: Money
    days: int
    period_days: int

    @property
    def net(self) -> Money:
        """What the customer is charged, or, when negative, gets back."""
        return self.credit + self.charge


@dataclass(frozen=True, slots=True)
class FixedMonthSpan:
    """Days on a calendar of twelve months of 30 days, and the fraction of a period that they are (9 places)."""

    days: int
    fraction: Decimal


def fraction_of(share: PeriodShare, months: int, proration: Proration) -> Fraction:
    """Return the fraction of the price of a period of `months` that `share` costs under that proration.

    It never exceeds the whole: where a convention counts more days than it gives the period (28 Feb to 30 Mar has 32
    days of 30/360; half a year can have 183 of its 182.5 days of 365), the part costs what the whole period does.
    """
    if share.is_whole or proration is Proration.NONE:
        return Fraction(1, 1)
    if proration is Proration.THIRTY_360:
        days, of = days_360(share.period.start, share.period.day_after), _FIXED_MONTH * months
    elif proration is Proration.DAILY_365:
        days, of = share.days * _MONTHS_OF_YEAR, _FIXED_YEAR * months
    else:
        days, of = share.days, share.full_days
    return Fraction(min(days, of), of)


def fraction_words(share: PeriodShare, months: int, proration: Proration) -> str:
    """Say which part of a period is billed, for the arithmetic on an invoice: "17 of 31 days".

    The other conventions say their name: "16 of 30 days (30/360)", "a year's price for 200 of 365 days".
    A whole period, and a partial one that costs the full price, gives no words.
    """
    if share.is_whole or proration is Proration.NONE:
        return ""
    if proration is Proration.DAILY_365:
        return f"a year's price for {share.days} of {_FIXED_YEAR} days"
    part = fraction_of(share, months, proration)
    convention = " (30/360)" if proration is Proration.THIRTY_360 else ""
    return f"{part.part} of {part.whole} days{convention}"


def prorate(amount: Decimal, currency: str, service: Period | None, full: Period) -> ProratedAmount:
    """Return what the days of `service` cost of the `amount` for the `full` period in which they lie, by actual days.

    No service at all, as when a trial outlasts the period, costs nothing. Raises ScheduleError when the service reaches
    outside the period.
    """
    if service is None:
        return ProratedAmount(Money.zero(currency), Decimal(0), 0, full.days)
    if service.start not in full or service.end not in full:
        raise ScheduleError(f"The service {_span(service)} does not lie in the period {_span(full)}.")
    exact = Fraction(service.days, full.days).of(amount)
    return ProratedAmount(Money.rounded(exact, currency), exact, service.days, full.days)


def proration_change(period: Period, change_date: date, old: Decimal, new: Decimal, currency: str) -> ChangeInPeriod:
    """Credit the rest of `period` from `change_date` (inclusive) at the `old` price, and charge it at the `new` one.

    Both are prices of the whole period (unit price x quantity); each side is rounded on its own. The credit is not
    capped here: see `credit_cap`. Raises ScheduleError when the change lies outside the period.
    """
    if change_date not in period:
        raise ScheduleError(f"The change on {in_words(change_date)} does not lie in the period {_span(period)}.")
    rest = Fraction(Period(change_date, period.end).days, period.days)
    credit, charge = Money.rounded(rest.of(old), currency), Money.rounded(rest.of(new), currency)
    return ChangeInPeriod(-credit, charge, rest.part, rest.whole)


def credit_cap(potential: Decimal, original: Decimal, previous_credits: Decimal) -> Decimal:
    """Return how much of a `potential` credit may be given: never more than is left of the `original` amount billed.

    All three are positive amounts in one currency; the answer is never negative.
    """
    return max(Decimal(0), min(potential, original - previous_credits))


def days_360(start: date, end: date) -> int:
    """Return the days from `start` (included) to `end` (not included) when every month has 30; day 31 counts as 30."""
    months = (end.year - start.year) * _MONTHS_OF_YEAR + end.month - start.month
    return months * _FIXED_MONTH + min(end.day, _FIXED_MONTH) - min(start.day, _FIXED_MONTH)


def fixed30(start: date, end: date, months: int) -> FixedMonthSpan:
    """Return the 30/360 days from `start` to `end` (not included) and their fraction of a period of `months`.

    Raises ScheduleError for a period without months.
    """
    if months < 1:
        raise ScheduleError(f"A period of {months} months has no days; count at least 1 month.")
    days = days_360(start, end)
    exact = Fraction(days, _FIXED_MONTH * months).of(Decimal(1))
    return FixedMonthSpan(days, round_half_up(exact, _FRACTION_PLACES))


def local_days(start: datetime, end: datetime, time_zone: str) -> int:
    """Return the difference of the two dates on which the instants fall in `time_zone` (an IANA name).

    A day with 23 or 25 hours, when the clocks change, is one day. Raises UnsupportedConvention for an unknown zone.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; an odd path is one of the others
        raise UnsupportedConvention("time zone", time_zone, ("IANA names such as Europe/Berlin",)) from None
    return (end.astimezone(zone).date() - start.astimezone(zone).date()).days


def _span(period: Period) -> str:
    return f"{in_words(period.start)} to {in_words(period.end)}"
