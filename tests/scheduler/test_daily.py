"""The billing run is due once on every date, in every time zone, whatever the clocks do that day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.daily import EachDay
from scheduler.jobs import last_due

FIVE_PAST = time(0, 5)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "name",
    [
        *("UTC", "Europe/Berlin", "America/Chicago", "Asia/Kolkata", "Pacific/Kiritimati", "Australia/Lord_Howe"),
        *("Africa/Cairo", "America/Havana", "America/Santiago", "Asia/Beirut", "Africa/Casablanca"),  # at midnight
    ],
)
def test_every_date_of_three_years_has_one_run(name: str) -> None:
    zone, at, ran = ZoneInfo(name), datetime(2023, 12, 31, 12, tzinfo=UTC), Counter[date]()
    while at < datetime(2027, 1, 2, tzinfo=UTC):
        due = EachDay(FIVE_PAST, zone).get_next_fire_time(None, at)
        assert due >= at
        ran[due.astimezone(zone).date()] += 1
        at = due + INSTANT
    days = [date(2024, 1, 2) + timedelta(days=number) for number in range(3 * 365)]
    assert [day for day in days if ran[day] != 1] == []


def test_an_hour_that_the_clocks_skip_is_made_up_for_and_one_that_they_repeat_is_due_once() -> None:
    # In Cairo 24 April 2026 begins at 01:00, and five past midnight, by the time before, is 22:05 UTC.
    cairo = EachDay(FIVE_PAST, ZoneInfo("Africa/Cairo"))
    assert cairo.get_next_fire_time(None, datetime(2026, 4, 23, 12, tzinfo=UTC)) == datetime(
        2026, 4, 23, 22, 5, tzinfo=UTC
    )
    # In Havana 00:05 comes twice on 1 November 2026, at 04:05 and 05:05 UTC.
    havana, midnight = EachDay(FIVE_PAST, ZoneInfo("America/Havana")), datetime(2026, 11, 1, 4, tzinfo=UTC)
    first = havana.get_next_fire_time(None, midnight)
    assert first == datetime(2026, 11, 1, 4, 5, tzinfo=UTC)
    assert havana.get_next_fire_time(None, first + INSTANT) == datetime(2026, 11, 2, 5, 5, tzinfo=UTC)


def test_a_week_s_outage_over_new_year_and_a_clock_change_runs_once_for_the_last_day() -> None:
    for zone, after, now in (
        ("Europe/Berlin", datetime(2026, 12, 27, 23, 5, tzinfo=UTC), datetime(2027, 1, 3, 9, tzinfo=UTC)),
        ("America/Chicago", datetime(2026, 3, 4, 6, 5, tzinfo=UTC), datetime(2026, 3, 11, 9, tzinfo=UTC)),
    ):
        due = last_due(EachDay(FIVE_PAST, ZoneInfo(zone)), after, now)
        assert due is not None and due.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(
            now.astimezone(ZoneInfo(zone)).date(), FIVE_PAST
        )
