"""What the clockwork does when it begins, and when something is away."""

from __future__ import annotations

import logging
import threading

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import select

from flows.errors import TryAgain
from scheduler.clockwork import Clockwork
from scheduler.jobs import Job
from storage.tables import JobRun, WorkerBeat
from tests.faults.small_house import TEAM, SmallHouse


def test_a_worker_is_seen_alive_before_it_can_begin_any_work(small: SmallHouse) -> None:
    clockwork = Clockwork([], "fresh")
    clockwork.start()
    clockwork.stop()
    assert [row.worker_id for row in small.rows(select(WorkerBeat))] == ["fresh"]


def test_a_far_side_that_is_away_is_asked_again_at_the_next_sweep(small: SmallHouse) -> None:
    asked, found = [], threading.Event()

    def team() -> str:
        asked.append(1)
        if len(asked) < 3:
            raise TryAgain("Slack", "cannot be reached")
        found.set()
        return TEAM

    clockwork = Clockwork([Job("digest", CronTrigger(hour=9), "poll_crm", team)], None)
    clockwork.start()
    assert found.wait(30)
    clockwork.stop()
    assert [row.job for row in small.rows(select(JobRun))] == ["digest"]


def test_an_act_that_takes_long_is_not_begun_twice_and_nothing_is_said_of_it(
    small: SmallHouse, caplog: pytest.LogCaptureFixture
) -> None:
    begun: list[int] = []
    others: list[object] = []
    later, enough = threading.Event(), threading.Event()

    def team() -> str:
        begun.append(1)
        assert later.wait(30)
        return TEAM

    def ended(event: object) -> None:
        others.append(event)
        if len(others) == 3:
            enough.set()

    clockwork = Clockwork([Job("digest", CronTrigger(hour=9), "poll_crm", team)], None)
    clockwork._scheduler.add_listener(ended, EVENT_JOB_EXECUTED)
    clockwork.start()
    assert enough.wait(30)  # three further runs have found the first one under way
    assert begun == [1]
    later.set()
    clockwork.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
