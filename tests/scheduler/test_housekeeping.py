"""What is finished is forgotten after a while; what is not, never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from flows.durable import EFFECTS
from scheduler.housekeeping import KEEP, KEEP_POLLS, POLL, forget_finished_work
from tests.faults.small_house import TEAM, SmallHouse

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def begun(small: SmallHouse, id_: str, workflow: str) -> None:
    with small.change() as session:
        small.engine.enqueue(session, workflow, TEAM, id_, id=id_, queue=EFFECTS)


def ended(small: SmallHouse, id_: str, at: datetime, status: str = "SUCCESS") -> None:
    """Write that a workflow ended, as the engine does."""
    table = "workflow_status" if small.database.is_sqlite else "dbos.workflow_status"
    statement = f"UPDATE {table} SET status = :status, completed_at = :at, updated_at = :at WHERE workflow_uuid = :id"
    with small.change() as session:
        values = {"status": status, "at": int(at.timestamp() * 1000), "id": id_}
        assert session.connection().execute(sa.text(statement), values).rowcount == 1


def kept(small: SmallHouse) -> set[str]:
    return {one.workflow_id for one in small.engine.client.list_workflows()}


@pytest.fixture
def engine_tables(small: SmallHouse) -> None:
    small.engine.launch("here")
    small.engine.stop()
    small.wall.at = NOW


@pytest.mark.usefixtures("engine_tables")
def test_a_poll_is_forgotten_after_an_hour_and_other_work_after_thirty_days(small: SmallHouse) -> None:
    for id_, workflow, age in (
        ("old poll", POLL, KEEP_POLLS + timedelta(seconds=1)),
        ("new poll", POLL, KEEP_POLLS - timedelta(seconds=1)),
        ("old work", "read_deal", KEEP + timedelta(seconds=1)),
        ("new work", "read_deal", KEEP - timedelta(seconds=1)),
    ):
        begun(small, id_, workflow)
        ended(small, id_, NOW - age)
    assert forget_finished_work() == 2
    assert kept(small) == {"new poll", "new work"}
    assert forget_finished_work() == 0


@pytest.mark.usefixtures("engine_tables")
def test_what_has_not_ended_is_kept_however_old_it_is(small: SmallHouse) -> None:
    begun(small, "waiting", POLL)
    begun(small, "failed", POLL)
    ended(small, "failed", NOW - KEEP, "ERROR")
    small.wall.at = NOW + 20 * KEEP
    assert forget_finished_work() == 1
    assert kept(small) == {"waiting"}


@pytest.mark.usefixtures("engine_tables")
def test_everything_is_forgotten_however_much_it_is(small: SmallHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.housekeeping.AT_ONCE", 2)
    for number in range(5):
        begun(small, f"poll {number}", POLL)
        ended(small, f"poll {number}", NOW - KEEP)
    assert forget_finished_work() == 5
    assert kept(small) == set()
