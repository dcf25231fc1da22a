"""Periods tile the calendar, and the end of the month comes back."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from flows.values.periods import (
    add_months,
    first_period,
    month_end,
    months_between,
    on_day,
    period,
    whole_periods,
)
from tests.places import SHARED

DAY = timedelta(days=1)
STARTS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
MONTHS = st.sampled_from([1, 3, 6, 12])


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 12, 1), 12, date(2027, 11, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 27)),  # the next period begins on 28 Feb, the last day there is
        (date(2028, 1, 31), 1, date(2028, 2, 28)),  # 2028 is a leap year: the next begins on 29 Feb
        (date(2026, 11, 30), 3, date(2027, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
        (date(2100, 1, 31), 1, date(2100, 2, 27)),  # 2100 is not a leap year
        (date(2026, 12, 15), 1, date(2027, 1, 14)),
    ],
)
def test_first_period(start: date, months: int, end: date) -> None:
    assert first_period(start, months) == (start, end)


def test_a_month_end_comes_back_after_february() -> None:
    starts = [period(date(2026, 1, 31), 1, index)[0] for index in range(4)]
    assert starts == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@given(STARTS, MONTHS, st.integers(0, 40))
def test_periods_tile(start: date, months: int, index: int) -> None:
    begins, ends = period(start, months, index)
    assert begins <= ends
    assert period(start, months, index + 1)[0] == ends + DAY


@given(STARTS, MONTHS, st.integers(1, 40))
def test_whole_periods_counts_what_tiles(start: date, months: int, count: int) -> None:
    last = period(start, months, count - 1)[1]
    assert whole_periods(start, last, months) == count
    if last > start:
        assert whole_periods(start, last - DAY, months) != count


@given(STARTS, st.integers(0, 600))
def test_add_months_keeps_the_day_or_takes_the_last(start: date, months: int) -> None:
    there = add_months(start, months)
    assert (there.year - start.year) * 12 + there.month - start.month == months
    assert there.day == start.day or (there.day < start.day and (there + DAY).day == 1)


def test_part_of_a_period_is_not_whole() -> None:
    assert whole_periods(date(2026, 12, 1), date(2026, 12, 30), 1) is None
    assert whole_periods(date(2026, 12, 1), date(2026, 11, 1), 1) is None


def test_past_the_calendar_is_said() -> None:
    with pytest.raises(ValueError, match="not on the calendar"):
        add_months(date(9999, 12, 1), 1)


@pytest.mark.needs_shared
def test_published_anniversary_schedules() -> None:
    path = SHARED / "vectors" / "pricing" / "schedule.json"
    months = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
    checked = 0
    for vector in json.loads(path.read_text()):
        given_ = vector["input"]
        if vector["family"] != "schedule" or given_["alignment"] != "anniversary" or "anchor_day" in given_:
            continue
        start, every = date.fromisoformat(given_["start"]), months[given_["frequency"]]
        for index, invoice in enumerate(vector["expected"]["invoices"]):
            dates = date.fromisoformat(invoice["period_start"]), date.fromisoformat(invoice["period_end"])
            assert period(start, every, index) == dates, vector["id"]
        assert whole_periods(start, date.fromisoformat(given_["end"]), every) == vector["expected"]["count"]
        checked += 1
    assert checked >= 6


@given(STARTS, st.integers(-600, 600), st.integers(1, 31))
def test_months_are_counted_as_another_calendar_does(start: date, months: int, anchor_day: int) -> None:
    assert add_months(start, months) == start + relativedelta(months=months)
    assert add_months(start, months, anchor_day) == start + relativedelta(months=months, day=anchor_day)
    assert on_day(start, anchor_day) == start + relativedelta(day=anchor_day)
    assert month_end(start) == start + relativedelta(day=31)


@given(STARTS, st.integers(-600, 600))
def test_months_between_undoes_adding_them(start: date, months: int) -> None:
    assert months_between(start, add_months(start, months)) == months
