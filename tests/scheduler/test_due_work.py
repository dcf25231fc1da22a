"""Whoever waits until the demo is idle waits for the billing run of a day that has begun, too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bot.demo import POLICY
from bot.work_left import DailyRun, WorkLeft
from scheduler.jobs import BILLING_RUN, Job, daily, sweep
from tests.faults.small_house import TEAM, SmallHouse

DAY = 86_400.0
LEFT = ["the billing run of a day that has begun"]


def job(zone: str = "Europe/Berlin") -> Job:
    return Job(BILLING_RUN, daily(zone), BILLING_RUN, lambda: TEAM)


def begin_and_end(small: SmallHouse, zone: str = "Europe/Berlin") -> None:
    """Let the scheduler look once, and the work that it starts be done."""
    sweep([job(zone)])
    table = "workflow_status" if small.database.is_sqlite else "dbos.workflow_status"
    with small.database.begin(None) as session:
        session.connection().execute(text(f"UPDATE {table} SET status = 'SUCCESS'"))


def test_the_run_is_left_from_the_beginning_of_the_day_until_the_scheduler_has_looked(
    small: SmallHouse, migrated_url: str
) -> None:
    left = WorkLeft(migrated_url, DailyRun(small.clock, POLICY))
    assert left() == LEFT  # the first run of a new house
    begin_and_end(small)
    assert left() == []
    small.clock.pass_by(DAY)
    assert left() == LEFT
    begin_and_end(small)
    assert left() == []
    small.clock.pass_by(-3 * DAY)  # set right again
    assert left() == []
    left.close()


def test_the_day_begins_where_the_policy_says_as_it_stands_now(
    small: SmallHouse, migrated_url: str, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.read_text(encoding="utf-8").replace("Europe/Berlin", "Pacific/Auckland"), encoding="utf-8")
    left = WorkLeft(migrated_url, DailyRun(small.clock, policy))
    begin_and_end(small, "Pacific/Auckland")
    small.clock.pass_by(timedelta(hours=2).total_seconds())  # 14:00 in London, 3 in the morning of the next day there
    assert left() == []
    policy.write_text("[billing", encoding="utf-8")
    small.clock.pass_by(DAY)
    assert left() == []  # no app starts with this policy, so nothing of it is waited for
    left.close()


def test_an_app_that_has_made_no_database_yet_is_waited_for(tmp_path: Path) -> None:
    left = WorkLeft(f"sqlite:///{tmp_path / 'none' / 'dunwell.sqlite3'}")
    assert left() == ["the app's start: it has made no database yet"]
    left.close()
