"""When periods begin and end, and on which day each is invoiced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flows.schedule.conventions import Alignment, ArrearsOn, Frequency, ScheduleError, Timing
from flows.values.periods import DAY, Period, add_months, months_between, on_day


@dataclass(frozen=True, slots=True)
class PeriodShare:
    """The days of one period that a term covers (`period`), and the full period in which they lie (`full`)."""

    period: Period
    full: Period

    @property
    def days(self) -> int:
        """The days that are covered."""
        return self.period.days

    @property
    def full_days(self) -> int:
        """The days of the full period."""
        return self.full.days

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the full period is cut off."""
        return self.period == self.full


@dataclass(frozen=True, slots=True)
class _Grid:
    """Period starts without beginning or end: every `months` from `origin`, on `day` of the month, clamped."""

    origin: date
    months: int
    day: int

    def start_of(self, index: int) -> date:
        return add_months(self.origin, self.months * index, self.day)

    def index_of(self, day: date) -> int:
        """Return the index of the period that holds `day`; periods before the origin count down from -1."""
        index = months_between(self.origin, day) // self.months
        return index if self.start_of(index) <= day else index - 1

    def holding(self, day: date) -> Period:
        index = self.index_of(day)
        return Period(self.start_of(index), self.start_of(index + 1) - DAY)


@dataclass(frozen=True, slots=True)
class BillingCalendar:
    """How a price is billed over time.

    `anchor_day` (1 to 31, clamped in shorter months) is for anniversary periods: without it they begin on the day on
    which the service begins. `fiscal_year_start_month` (1 to 12) is for calendar periods. `arrears_on` is heeded only
    in arrears. Raises ScheduleError for a day or a month that no calendar has, and for an anchor day in a calendar
    whose periods begin on the 1st.
    """

    frequency: Frequency
    timing: Timing = Timing.ADVANCE
    alignment: Alignment = Alignment.ANNIVERSARY
    anchor_day: int | None = None
    fiscal_year_start_month: int = 1
    arrears_on: ArrearsOn = ArrearsOn.DAY_AFTER

    def __post_init__(self) -> None:
        if self.anchor_day is not None and not 1 <= self.anchor_day <= 31:
            raise ScheduleError(f"The billing day {self.anchor_day} is not a day of a month; choose 1 to 31.")
        if not 1 <= self.fiscal_year_start_month <= 12:
            raise ScheduleError(f"A fiscal year cannot start in month {self.fiscal_year_start_month}; choose 1 to 12.")
        if self.alignment is Alignment.CALENDAR and self.anchor_day not in (None, 1):
            raise ScheduleError("Calendar periods start on the 1st: leave out the billing day, or bill by anniversary.")

    @property
    def months(self) -> int:
        """The length of a period in months."""
        return self.frequency.months

    def periods(self, term: Period) -> tuple[PeriodShare, ...]:
        """Return the periods that `term` touches, oldest first. They tile it; only the outer two can be partial."""
        return tuple(self._walk(term))

    def period_holding(self, day: date, first_day: date) -> Period:
        """Return the full period in which `day` lies, for a service that began on `first_day` (heeded by anniversary).

        Days before the first day are answered as well: the periods go on backwards.
        """
        return self._grid(first_day).holding(day)

    def billed_period(self, billing_date: date, first_day: date) -> Period:
        """Return the full period that an invoice of `billing_date` covers.

        In advance it is the one that holds the date; in arrears the last one that was complete on it. A period is
        complete on the day after its end, and on its last day when `arrears_on` is the period's end.
        """
        holding = self.period_holding(billing_date, first_day)
        if self.timing is Timing.ADVANCE:
            return holding
        if self.arrears_on is ArrearsOn.PERIOD_END and billing_date == holding.end:
            return holding
        return self.period_holding(holding.start - DAY, first_day)

    def invoice_date(self, period: Period) -> date:
        """Return the date on which the invoice for `period` is due to be written."""
        if self.timing is Timing.ADVANCE:
            return period.start
        return period.end if self.arrears_on is ArrearsOn.PERIOD_END else period.day_after

    def _grid(self, first_day: date) -> _Grid:
        if self.alignment is Alignment.CALENDAR:
            return _Grid(date(first_day.year, self.fiscal_year_start_month, 1), self.months, 1)
        day = self.anchor_day or first_day.day
        origin = on_day(first_day, day)
        return _Grid(origin, self.months, day)

    def _walk(self, term: Period) -> Iterator[PeriodShare]:
        grid = self._grid(term.start)
        index = grid.index_of(term.start)
        start = grid.start_of(index)
        while start <= term.end:
            index += 1
            after = grid.start_of(index)
            full = Period(start, after - DAY)
            if start < term.start or full.end > term.end:
                yield PeriodShare(Period(max(start, term.start), min(full.end, term.end)), full)
            else:
                yield PeriodShare(full, full)
            start = after


def next_anniversary(current: date, frequency: Frequency, *, anchor: date | None = None, unit: int = 1) -> date:
    """Return the billing date `unit` periods after `current`, on the anchor's day of the month or year (clamped).

    Billed annually that is a day of the year: from 10 Jan 2026, with an anchor of 31 Mar, it is 31 Mar 2027. Without an
    anchor it is the day of `current`. Raises ScheduleError when `unit` is not at least 1.
    """
    _check_unit(unit)
    anchor = anchor or current
    begins = current.replace(month=anchor.month, day=1) if frequency is Frequency.ANNUAL else current
    return add_months(begins, frequency.months * unit, anchor.day)


def next_calendar_date(current: date, frequency: Frequency, *, unit: int = 1, fiscal_year_start_month: int = 1) -> date:
    """Return the `unit`-th start of a calendar period after `current`: quarterly from 1 Jul it is 1 Oct.

    Raises ScheduleError when `unit` is not at least 1, or for a month that no calendar has.
    """
    _check_unit(unit)
    calendar = BillingCalendar(frequency, alignment=Alignment.CALENDAR, fiscal_year_start_month=fiscal_year_start_month)
    after = calendar.period_holding(current, current).day_after
    return add_months(after, frequency.months * (unit - 1))


def _check_unit(unit: int) -> None:
    if unit < 1:
        raise ScheduleError(f"{unit} periods ahead is not ahead; count at least 1.")
