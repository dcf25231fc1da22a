"""Cycles billed in advance: what is counted, and that time only ever adds to it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.schedule import Frequency, ScheduleError, cycles, first_billing_date
from tests.flows.schedule.strategies import BILLING_DAYS, DAYS, FREQUENCIES

ENDS = st.none() | st.integers(0, 900)


@given(DAYS, FREQUENCIES, BILLING_DAYS, ENDS, st.integers(-10, 900), st.integers(1, 40))
def test_cycles_of_consecutive_targets_never_decrease(
    start: date, frequency: Frequency, billing_day: int, length: int | None, ahead: int, step: int
) -> None:
    end = None if length is None else start + timedelta(days=length)
    target = start + timedelta(days=ahead)
    earlier = cycles(start, target, frequency, billing_day, end)
    assert 0 <= earlier <= cycles(start, target + timedelta(days=step), frequency, billing_day, end)


@given(DAYS, FREQUENCIES, BILLING_DAYS, st.integers(0, 900), st.integers(0, 900))
def test_an_end_never_adds_cycles(start: date, frequency: Frequency, billing_day: int, length: int, ahead: int) -> None:
    end, target = start + timedelta(days=length), start + timedelta(days=ahead)
    assert cycles(start, target, frequency, billing_day, end) <= cycles(start, target, frequency, billing_day)


@given(DAYS, FREQUENCIES, BILLING_DAYS)
def test_the_first_billing_date_is_less_than_two_periods_away(
    start: date, frequency: Frequency, billing_day: int
) -> None:
    first = first_billing_date(start, frequency, billing_day)
    assert start <= first
    assert 0 <= cycles(start, start, frequency, billing_day) <= 1


@pytest.mark.parametrize(
    ("start", "target", "frequency", "billing_day", "end", "expected"),
    [
        # nothing before the start, and nothing of a service that ends on its first day
        (date(2026, 1, 15), date(2026, 1, 14), Frequency.MONTHLY, 15, None, "0.000000000"),
        (date(2026, 1, 15), date(2026, 3, 1), Frequency.MONTHLY, 15, date(2026, 1, 15), "0.000000000"),
        # it ends before the first billing date: 5 of the 31 days from 15 Dec to 15 Jan
        (date(2026, 1, 5), date(2026, 3, 1), Frequency.MONTHLY, 15, date(2026, 1, 10), "0.161290323"),
        # on the first billing date: the leading part alone, 10 of 31
        (date(2026, 1, 5), date(2026, 3, 1), Frequency.MONTHLY, 15, date(2026, 1, 15), "0.322580645"),
        # the end is known from the first day of the last, partial period: 10 / 31 + 1 + 3 / 28
        (date(2026, 1, 5), date(2026, 2, 15), Frequency.MONTHLY, 15, date(2026, 2, 18), "1.429723502"),
        (date(2026, 1, 5), date(2026, 2, 14), Frequency.MONTHLY, 15, date(2026, 2, 18), "1.322580645"),
        # the 31st: 28 Feb, then 31 Mar, then 30 Apr
        (date(2026, 2, 28), date(2026, 3, 30), Frequency.MONTHLY, 31, None, "1.000000000"),
        (date(2026, 2, 28), date(2026, 3, 31), Frequency.MONTHLY, 31, None, "2.000000000"),
        # after the billing day in its month, half a year is a whole period later: 20 Jan to 15 Jul of 181 days
        (date(2026, 1, 20), date(2026, 1, 20), Frequency.SEMIANNUAL, 15, None, "0.972375691"),
    ],
)
def test_cycles(
    start: date, target: date, frequency: Frequency, billing_day: int, end: date | None, expected: str
) -> None:
    assert f"{cycles(start, target, frequency, billing_day, end):f}" == expected


def test_whole_cycles_are_whole_numbers() -> None:
    assert cycles(date(2024, 2, 29), date(2027, 2, 28), Frequency.ANNUAL, 29) == Decimal(4)


@pytest.mark.parametrize("billing_day", [0, 32])
def test_a_billing_day_that_no_month_has_is_refused(billing_day: int) -> None:
    with pytest.raises(ScheduleError, match=f"billing day {billing_day}"):
        cycles(date(2026, 1, 1), date(2026, 2, 1), Frequency.MONTHLY, billing_day)
