"""When jobs start: once for each time that they are due, whoever asks, and whatever the clock does."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from scheduler.jobs import Job, last_due, sweep
from tests.faults.small_house import NOON, TEAM, SmallHouse

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400.0


def job(trigger: BaseTrigger, name: str = "digest") -> Job:
    return Job(name, trigger, "poll_crm", lambda: TEAM)


def daily() -> Job:
    return job(CronTrigger(hour=9, timezone=UTC))


def runs(small: SmallHouse) -> list[str]:
    """Return the ids of the workflows that were started, in the order of their ids."""
    table = "workflow_status" if small.database.is_sqlite else "dbos.workflow_status"
    with small.database.begin(None) as session:
        found = session.connection().execute(text(f"SELECT workflow_uuid FROM {table} ORDER BY workflow_uuid"))
        return [str(one) for one in found.scalars()]


def test_a_new_job_runs_once_at_the_first_start(small: SmallHouse) -> None:
    assert sweep([daily()]) == ["digest"]
    assert sweep([daily()]) == []
    assert len(runs(small)) == 1


def test_a_job_that_was_due_while_the_program_was_down_runs_once_for_its_last_time(small: SmallHouse) -> None:
    sweep([daily()])
    small.clock.pass_by(3 * DAY)
    assert sweep([daily()]) == ["digest"]
    assert sweep([daily()]) == []
    assert runs(small)[1:] == ["digest:2026-11-26T09:00:00+00:00"]


def test_two_schedulers_start_one_run(small: SmallHouse) -> None:
    sweep([daily()])
    small.clock.pass_by(DAY)
    gate = threading.Barrier(2)
    started: list[str] = []

    def one_of_two() -> None:
        gate.wait(10)
        started.extend(sweep([daily()]))

    threads = [threading.Thread(target=one_of_two) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert started == ["digest"] and len(runs(small)) == 2


def test_a_clock_that_was_fast_and_is_put_back_does_not_stop_the_jobs(small: SmallHouse) -> None:
    every = job(IntervalTrigger(seconds=60, start_date=EPOCH, timezone=UTC))
    sweep([every])
    small.clock.pass_by(2 * DAY)
    assert sweep([every]) == ["digest"]
    small.clock.pass_by(-2 * DAY)
    assert sweep([every]) == []
    small.clock.pass_by(60)
    assert sweep([every]) == ["digest"]


def test_a_scheduler_whose_clock_is_a_little_slow_starts_nothing_twice(small: SmallHouse) -> None:
    every = job(IntervalTrigger(seconds=60, start_date=EPOCH, timezone=UTC))
    sweep([every])
    small.clock.pass_by(60)
    assert sweep([every]) == ["digest"]
    small.clock.pass_by(-3)
    assert sweep([every]) == []
    small.clock.pass_by(3)
    assert sweep([every]) == []


def test_a_team_that_cannot_be_asked_for_leaves_the_job_due(small: SmallHouse) -> None:
    def away() -> str:
        raise ConnectionError("Slack is away")

    with pytest.raises(ConnectionError):
        sweep([Job("digest", CronTrigger(hour=9, timezone=UTC), "poll_crm", away)])
    assert runs(small) == []
    assert sweep([daily()]) == ["digest"]


@given(
    every=st.integers(1, 7200),
    last=st.integers(0, 40 * 86_400),
    passed=st.integers(-7200, 20_000),
    micro=st.integers(0, 999_999),
)
def test_the_last_due_instant_is_the_one_that_counting_finds(every: int, last: int, passed: int, micro: int) -> None:
    trigger = IntervalTrigger(seconds=every, start_date=EPOCH, timezone=UTC)
    after = EPOCH + timedelta(seconds=last)
    now = after + timedelta(seconds=passed, microseconds=micro)
    counted = EPOCH + timedelta(seconds=int((now - EPOCH) / timedelta(seconds=1)) // every * every)
    assert last_due(trigger, after, now) == (counted if counted > after and now >= after else None)


def test_a_year_of_missed_seconds_is_not_counted_one_by_one() -> None:
    asked: list[datetime] = []

    class Counting(IntervalTrigger):  # type: ignore[misc]
        def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
            asked.append(now)
            found: datetime | None = super().get_next_fire_time(previous, now)
            return found

    trigger = Counting(seconds=1, start_date=EPOCH, timezone=UTC)
    assert last_due(trigger, NOON - timedelta(days=365), NOON) == NOON
    assert len(asked) < 100
