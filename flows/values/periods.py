"""Billing periods on the calendar. A period is counted from the first day of the service, so month ends come back:
one month from 31 Jan ends where the next begins, on 28 Feb, and the one after begins on 31 Mar.

Both ends of every period are inclusive, and periods tile: each begins the day after the one before ends.
"""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAY: Final = timedelta(days=1)
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days of the calendar from `start` to `end`, both included.

    Raises ValueError when the end lies before the start: there is no empty period.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"A period cannot end on {self.end}, before it starts on {self.start}.")

    @property
    def days(self) -> int:
        """How many days it has: 1 Jan to 31 Jan has 31."""
        return (self.end - self.start).days + 1

    @property
    def day_after(self) -> date:
        """The first day that is not in it any more."""
        return self.end + DAY

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def days_in_month(year: int, month: int) -> int:
    """Return how many days the month (1 to 12) has in that year: 29 for February 2028."""
    return 29 if month == 2 and isleap(year) else _MONTH_DAYS[month - 1]


def month_end(day: date) -> date:
    """Return the last day of the month in which `day` lies."""
    return day.replace(day=days_in_month(day.year, day.month))


def on_day(day: date, anchor_day: int) -> date:
    """Return the `anchor_day` of the month in which `day` lies, or its last day where the month is shorter."""
    return day.replace(day=min(anchor_day, days_in_month(day.year, day.month)))


def add_months(start: date, months: int, anchor_day: int | None = None) -> date:
    """Return the same day `months` later, or the last day of that month where it is shorter: 31 Jan + 1 is 28 Feb.

    `anchor_day` (1 to 31) asks for that day instead of the day of `start`: 28 Feb + 1 on day 31 is 31 Mar.
    Raises ValueError past the year 9999 and before the year 1.
    """
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{months} months from {start} is not on the calendar.")
    return date(year, month + 1, min(anchor_day or start.day, days_in_month(year, month + 1)))


def months_between(earlier: date, later: date) -> int:
    """Return how many calendar months lie between the months of two days, whatever the days: 31 Jan to 1 Feb is 1."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def period(start: date, months: int, index: int) -> tuple[date, date]:
    """Return the first and last day of period `index` (0 is the first) of a service that begins on `start`."""
    return add_months(start, months * index), add_months(start, months * (index + 1)) - DAY


def first_period(start: date, months: int) -> tuple[date, date]:
    """Return the first and last day of the first period: (15 Jan, 1 month) is 15 Jan to 14 Feb."""
    return period(start, months, 0)


def whole_periods(start: date, end: date, months: int) -> int | None:
    """Return how many periods fill `start` to `end` (inclusive) exactly, or None when one would be cut off."""
    if end < start:
        return None
    after = end + DAY
    count = months_between(start, after) // months
    return count if count > 0 and add_months(start, months * count) == after else None
