"""Billing periods on the calendar. A period is counted from the first day of the service, so month ends come back:
one month from 31 Jan ends where the next begins, on 28 Feb, and the one after begins on 31 Mar.

Both ends of every period are inclusive, and periods tile: each begins the day after the one before ends.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

_DAY = timedelta(days=1)


def add_months(start: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month where it is shorter: 31 Jan + 1 is 28 Feb.

    Raises ValueError past the year 9999.
    """
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{months} months from {start} is not on the calendar.")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def period(start: date, months: int, index: int) -> tuple[date, date]:
    """Return the first and last day of period `index` (0 is the first) of a service that begins on `start`."""
    return add_months(start, months * index), add_months(start, months * (index + 1)) - _DAY


def first_period(start: date, months: int) -> tuple[date, date]:
    """Return the first and last day of the first period: (15 Jan, 1 month) is 15 Jan to 14 Feb."""
    return period(start, months, 0)


def whole_periods(start: date, end: date, months: int) -> int | None:
    """Return how many periods fill `start` to `end` (inclusive) exactly, or None when one would be cut off."""
    if end < start:
        return None
    after = end + _DAY
    count = ((after.year - start.year) * 12 + after.month - start.month) // months
    return count if count > 0 and add_months(start, months * count) == after else None
