"""The invoices of a fixed price over a term: schedules, ramps, and what is co-termed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from flows.schedule.calendars import BillingCalendar, PeriodShare
from flows.schedule.conventions import CoTermMethod, Frequency, Proration, ScheduleError
from flows.schedule.proration import Fraction, fraction_of
from flows.values.extension import exact_product
from flows.values.money import Money
from flows.values.periods import DAY, Period, add_months, months_between
from flows.values.words import day as in_words

_MONTHS_OF_YEAR = 12
_DAYS_OF_YEAR = 365


@dataclass(frozen=True, slots=True)
class ScheduledInvoice:
    """One invoice of a schedule: when it is written, the days that it bills, and the amount rounded and exact."""

    invoice_date: date
    share: PeriodShare
    amount: Money
    exact: Decimal

    @property
    def period(self) -> Period:
        """The days that it bills."""
        return self.share.period

    @property
    def days(self) -> int:
        """How many days it bills."""
        return self.share.days

    @property
    def full_days(self) -> int:
        """How many days the full period has."""
        return self.share.full_days


@dataclass(frozen=True, slots=True)
class Schedule:
    """Invoices, oldest period first, and the sum of their rounded amounts."""

    invoices: tuple[ScheduledInvoice, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class RampSegment:
    """A span of a ramped contract with its own price: `unit_price` x `quantity` for one `price_per` period."""

    term: Period
    unit_price: Decimal
    quantity: Decimal
    price_per: Frequency


@dataclass(frozen=True, slots=True)
class CoTerm:
    """The price of what ends with a contract: rounded and exact, and the `months` and `days` that it was counted in."""

    amount: Money
    exact: Decimal
    months: int
    days: int


def schedule(
    term: Period,
    amount_per_period: Decimal,
    currency: str,
    calendar: BillingCalendar,
    proration: Proration = Proration.ACTUAL_DAYS,
) -> Schedule:
    """Return the invoices over `term` for `amount_per_period`, the price of one full period of the calendar.

    Whole periods cost the full amount, partial ones what `proration` says; each invoice is rounded once.
    """
    return _of(_invoices(term, (amount_per_period, 1), currency, calendar, proration), currency)


def ramp(
    segments: Sequence[RampSegment],
    currency: str,
    calendar: BillingCalendar,
    proration: Proration = Proration.ACTUAL_DAYS,
) -> Schedule:
    """Return the invoices of a ramped price: each segment is a schedule of its own, counted from its own first day.

    Its price per period is unit price x quantity x months of the calendar / months of `price_per`, not rounded before
    it is prorated. Raises ScheduleError when segments overlap or are not in the order of their dates.
    """
    for before, after in pairwise(segments):
        if after.term.start <= before.term.end:
            raise ScheduleError(
                f"The segment from {in_words(after.term.start)} begins before the one before it ends, "
                f"on {in_words(before.term.end)}."
            )
    invoices: list[ScheduledInvoice] = []
    for segment in segments:
        priced = exact_product(segment.quantity, segment.unit_price)
        price = (exact_product(priced, Decimal(calendar.months)), segment.price_per.months)
        invoices += _invoices(segment.term, price, currency, calendar, proration)
    return _of(invoices, currency)


def coterm(
    unit_price: Decimal,
    quantity: Decimal,
    currency: str,
    *,
    effective: date,
    contract_end: date,
    method: CoTermMethod,
) -> CoTerm:
    """Return what `quantity` at `unit_price` a year costs from `effective` to `contract_end`, both inclusive.

    daily_365: the annual price x days / 365, also over a leap day. monthly_plus_days: a twelfth of it for each whole
    month counted from the effective date, and for the rest its days / the days of the month that they begin.
    Raises ScheduleError when the contract ends before the effective date.
    """
    if contract_end < effective:
        raise ScheduleError(
            f"What is added on {in_words(effective)} cannot end with a contract that ended {in_words(contract_end)}."
        )
    annual = exact_product(quantity, unit_price)
    if method is CoTermMethod.DAILY_365:
        days = Period(effective, contract_end).days
        exact = Fraction(days, _DAYS_OF_YEAR).of(annual)
        return CoTerm(Money.rounded(exact, currency), exact, 0, days)
    return _by_months_and_days(annual, currency, effective, contract_end)


def _by_months_and_days(annual: Decimal, currency: str, effective: date, contract_end: date) -> CoTerm:
    after = contract_end + DAY
    months = months_between(effective, after)
    if add_months(effective, months) > after:
        months -= 1
    month = Period(add_months(effective, months), add_months(effective, months + 1) - DAY)
    days = (after - month.start).days
    exact = Fraction(months * month.days + days, _MONTHS_OF_YEAR * month.days).of(annual)
    return CoTerm(Money.rounded(exact, currency), exact, months, days)


def _invoices(
    term: Period, price: tuple[Decimal, int], currency: str, calendar: BillingCalendar, proration: Proration
) -> list[ScheduledInvoice]:
    """Bill `price` (an amount, and what divides it) for every period of the term."""
    amount, divisor = price
    full = Fraction(1, divisor).of(amount)
    full_rounded = Money.rounded(full, currency)
    invoices = []
    for share in calendar.periods(term):
        exact, rounded = full, full_rounded
        if not share.is_whole:
            fraction = fraction_of(share, calendar.months, proration)
            exact = Fraction(fraction.part, fraction.whole * divisor).of(amount)
            rounded = Money.rounded(exact, currency)
        invoices.append(ScheduledInvoice(calendar.invoice_date(share.period), share, rounded, exact))
    return invoices


def _of(invoices: Sequence[ScheduledInvoice], currency: str) -> Schedule:
    billed = sum((invoice.amount.amount for invoice in invoices), start=Decimal(0))
    return Schedule(tuple(invoices), Money(billed, currency))
