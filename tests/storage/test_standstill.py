"""A transaction that stands still, in a process that was stopped or on a machine that is gone, gives its locks back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.exc import InternalError
from sqlmodel import Session

import storage.database
from flows.durable import STOOD_STILL, is_away
from storage import audit
from storage.database import Database
from storage.tables import WorkerBeat
from tests.storage.conftest import NOON


def beat(session: Session, at: datetime) -> None:
    session.add(WorkerBeat(worker_id="one", started_at=at, seen_at=at))
    session.flush()


def stand_still(stopped: Database, until_let_in: Database) -> None:
    with stopped.begin(None) as session:
        beat(session, NOON)
        with until_let_in.begin(None) as other:
            beat(other, NOON)  # waits for the first to end, and no longer
        session.connection().exec_driver_sql("SELECT 1")


@pytest.mark.postgres
def test_an_export_that_is_read_slowly_goes_on(migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, stopped, other = (Database(migrated_postgres_url) for _ in range(3))
    with other.begin("T1") as session:
        for number in range(2):
            actor = audit.SYSTEM("test")
            audit.append(session, action="a", object_type="o", object_id=str(number), actor=actor, at=NOON)
    monkeypatch.setattr(storage.database, "STANDSTILL_MS", 200)
    lines = audit.export(read)
    first = next(lines)
    with pytest.raises(InternalError):
        stand_still(stopped, until_let_in=other)  # so long nobody has asked for the second line
    assert len([first, *lines]) == 2
    for database in (read, stopped, other):
        database.dispose()


@pytest.mark.postgres
def test_a_transaction_that_stands_still_is_ended(migrated_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, other = Database(migrated_postgres_url), Database(migrated_postgres_url)
    with other.read(None) as session:
        session.connection()  # opened before the limit is made short
    monkeypatch.setattr(storage.database, "STANDSTILL_MS", 200)
    with pytest.raises(InternalError) as ended:
        stand_still(stopped, until_let_in=other)
    assert getattr(ended.value.orig, "sqlstate", None) == STOOD_STILL
    assert is_away(ended.value), "a step that was ended so is to be run again"
    with stopped.read(None) as session:  # on a new connection
        assert session.get_one(WorkerBeat, "one").seen_at == NOON
    stopped.dispose()
    other.dispose()
