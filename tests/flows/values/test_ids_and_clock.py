"""Ids sort by time; the clock moves by a file, and the business date is the policy zone's."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from flows.values.clock import FixedClock, ShiftedClock, business_date, write_offset
from flows.values.ids import new_id

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = st.integers(0, 16_000_000_000_000)  # to the year 2477


@given(MILLISECONDS, st.integers(1, 10**12))
@example(2183393409870, 1)  # as a float of seconds, times 1000, the later one falls back into this one
def test_ids_of_later_milliseconds_sort_later(millisecond: int, later: int) -> None:
    first = EPOCH + timedelta(milliseconds=millisecond)
    assert new_id("inv", first) < new_id("inv", first + timedelta(milliseconds=later))


def test_an_id_says_what_it_is_and_is_new_each_time() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    ids = {new_id("apr", at) for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"apr_[0-9a-hjkmnp-tv-z]{26}", one) for one in ids)


def test_the_business_date_is_that_of_the_zone() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert business_date(late, "UTC") == date(2026, 12, 31)
    assert business_date(late, "Europe/Berlin") == date(2027, 1, 1)
    assert business_date(late, "America/Los_Angeles") == date(2026, 12, 31)
    assert business_date(datetime(2026, 12, 1, 2, tzinfo=UTC), "America/New_York") == date(2026, 11, 30)


def test_the_shifted_clock_follows_its_file(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    clock = ShiftedClock(path)
    assert clock.shift() == timedelta(0)
    write_offset(path, 86_400)
    assert clock.shift() == timedelta(days=1)
    write_offset(path, -60)
    assert clock.shift() == timedelta(minutes=-1)
    assert clock.now().tzinfo is UTC


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(days=31))
    assert clock.now() == datetime(2026, 2, 1, tzinfo=UTC)
