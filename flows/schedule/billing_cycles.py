"""How many billing cycles have been billed in advance up to a date. Here the end of a range is outside of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

from flows.schedule.conventions import Frequency, ScheduleError
from flows.values.money import round_half_up
from flows.values.periods import add_months, on_day

PLACES = 9
"""Every part of a cycle is rounded to so many decimals before the parts are added."""
_DIGITS = 40


def first_billing_date(start: date, frequency: Frequency, billing_day: int) -> date:
    """Return the first date on which a service from `start` is billed for a whole period.

    It is the billing day (1 to 31, clamped) in the month of the start or, where that is before the start, one whole
    period later. Raises ScheduleError for a day that no month has.
    """
    if not 1 <= billing_day <= 31:
        raise ScheduleError(f"The billing day {billing_day} is not a day of a month; choose 1 to 31.")
    same_month = on_day(start, billing_day)
    return same_month if same_month >= start else add_months(same_month, frequency.months, billing_day)


def cycles(start: date, target: date, frequency: Frequency, billing_day: int, end: date | None = None) -> Decimal:
    """Return how many cycles a service from `start` (to `end`, exclusive) has been billed for on `target` (inclusive).

    A part before the first billing date counts as its days over those of the period that ends there, a part before the
    end as its days over those of its period; each is rounded to 9 places, a half away from zero. Nothing is billed
    before the start, or of a service that ends no later than it starts. Raises ScheduleError for a day no month has.
    """
    first = first_billing_date(start, frequency, billing_day)
    if target < start or (end is not None and end <= start):
        return _rounded(0, 1)
    billed = _leading_part(start, first, frequency, end)
    count, begins = 0, first
    while begins <= target and (end is None or begins < end):
        count += 1
        ends = add_months(first, frequency.months * count, billing_day)
        if end is not None and end < ends:
            return billed + (count - 1) + _rounded((end - begins).days, (ends - begins).days)
        begins = ends
    return billed + count


def _leading_part(start: date, first: date, frequency: Frequency, end: date | None) -> Decimal:
    """Return the part from the start to the first billing date, in cycles: 0 when the service starts on it."""
    stop = first if end is None else min(first, end)
    return _rounded((stop - start).days, (first - add_months(first, -frequency.months)).days)


def _rounded(days: int, of: int) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return round_half_up(Decimal(days) / Decimal(of), PLACES)
