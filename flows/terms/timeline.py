"""When a line of the terms runs: the contract's terms one after the other, the line's billing periods in each, and the
days on which its price changes.

The first term and each fixed renewal are terms of their own; an evergreen contract, or one without an end, is one term
that stays open. Periods are counted from the contract's start; where a renewal begins in the middle of a period of the
anniversary kind, they are counted from the renewal instead. A term always cuts a period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from itertools import count
from typing import TYPE_CHECKING, Final

from flows.schedule.calendars import BillingCalendar, PeriodShare
from flows.schedule.conventions import Alignment
from flows.values.periods import DAY, Period, add_months

if TYPE_CHECKING:
    from flows.terms.lines import PriceLine
    from flows.terms.model import Terms

_DIGITS: Final = 60


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a contract: 0 is the first. `end` is its last day, or None when it is open."""

    index: int
    start: date
    end: date | None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class LinePeriod:
    """One billing period of a line: the days it is charged for, the full period, and the term in which they lie."""

    share: PeriodShare
    term: Term

    @property
    def period(self) -> Period:
        """The days that are charged."""
        return self.share.period


def terms_until(terms: Terms, horizon: date) -> Iterator[Term]:
    """Give the terms of the contract that begin on or before `horizon`, the first one always."""
    if terms.end is None or terms.renewal.kind == "evergreen":
        yield Term(0, terms.start, None)
        return
    yield Term(0, terms.start, terms.end)
    months, first = terms.renewal.months, terms.end + DAY
    if terms.renewal.kind == "none" or months is None:
        return
    for index in count(1):
        start = add_months(first, months * (index - 1))
        if start > horizon or (terms.renewal.times is not None and index > terms.renewal.times):
            return
        yield Term(index, start, add_months(first, months * index) - DAY)


def calendar_of(terms: Terms, line: PriceLine) -> BillingCalendar:
    """Return the calendar by which a line is billed."""
    billing = terms.billing
    return BillingCalendar(
        frequency=line.frequency or billing.frequency,
        timing=terms.timing(line),
        alignment=billing.alignment,
        anchor_day=billing.anchor_day,
        fiscal_year_start_month=billing.fiscal_year_start_month or 1,
        arrears_on=billing.arrears_on,
    )


def periods_until(terms: Terms, line: PriceLine, horizon: date) -> Iterator[LinePeriod]:
    """Give the billing periods of a line that begin on or before `horizon`, oldest first; they tile the line's time."""
    calendar = calendar_of(terms, line)
    for term in terms_until(terms, horizon):
        start, end = max(term.start, terms.starts(line)), _earlier(term.end, line.end)
        if end is not None and end < start:
            continue
        counted_from = _counted_from(terms, term, calendar)
        while start <= horizon and (end is None or start <= end):
            full = calendar.period_holding(start, counted_from)
            period = Period(start, full.end if end is None else min(full.end, end))
            yield LinePeriod(PeriodShare(period, full), term)
            start = period.end + DAY


def price_changes(terms: Terms, line: PriceLine, within: Period) -> list[date]:
    """Return the days inside `within`, its first day aside, on which the line's quantity or price changes, in order."""
    days = {segment.start for segment in line.ramp}
    for free in line.free:
        days |= {free.start, free.end + DAY}
    days.update(rises_until(terms, line, within.end))
    return sorted(day for day in days if within.start < day <= within.end)


def discount_changes(line: PriceLine) -> Iterator[date]:
    """Give the days on which a discount of the line begins, or is over."""
    for discount in line.discounts:
        if discount.start is not None:
            yield discount.start
        if discount.end is not None:
            yield discount.end + DAY


def rises_until(terms: Terms, line: PriceLine, until: date) -> Iterator[date]:
    """Give the days up to `until` on which the escalator, or the uplift of an evergreen contract, raises the price."""
    if line.escalator is not None:
        yield from _every(terms.starts(line), line.escalator.every_months, until)
    yield from _evergreen_rises(terms, until)


def segment_on(line: PriceLine, on: date) -> int | None:
    """Return the place of the ramp segment in force on a day: the last one that has begun; None without a ramp."""
    return next((number for number in range(len(line.ramp) - 1, -1, -1) if line.ramp[number].start <= on), None)


def price_factor(terms: Terms, line: PriceLine, on: date) -> Decimal:
    """Return by what the first price is multiplied on a day, after every rise and renewal up to it, to 60 digits."""
    with localcontext() as context:
        context.prec = _DIGITS
        factor = Decimal(1)
        if line.escalator is not None:
            for _ in _every(terms.starts(line), line.escalator.every_months, on):
                factor *= 1 + line.escalator.pct / 100
            if line.escalator.cap_pct is not None:
                factor = min(factor, 1 + line.escalator.cap_pct / 100)
        if terms.renewal.uplift_pct:
            rises = sum(1 for _ in _evergreen_rises(terms, on)) + sum(1 for _ in terms_until(terms, on)) - 1
            factor *= (1 + terms.renewal.uplift_pct / 100) ** rises
        return factor


def _evergreen_rises(terms: Terms, until: date) -> Iterator[date]:
    if terms.renewal.kind == "evergreen" and terms.renewal.months is not None and terms.end is not None:
        if terms.end < until:
            yield terms.end + DAY
        yield from _every(terms.end + DAY, terms.renewal.months, until)


def _every(start: date, months: int, until: date) -> Iterator[date]:
    for number in count(1):
        day = add_months(start, months * number)
        if day > until:
            return
        yield day


def _counted_from(terms: Terms, term: Term, calendar: BillingCalendar) -> date:
    """Return the day from which periods are counted in a term."""
    if term.index == 0 or calendar.alignment is Alignment.CALENDAR or calendar.anchor_day is not None:
        return terms.start
    return terms.start if calendar.period_holding(term.start, terms.start).start == term.start else term.start


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
