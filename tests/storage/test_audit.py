from __future__ import annotations

import json
import threading
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from storage import audit
from storage.audit_chain import GENESIS, HASHED, hash_of
from storage.database import Database
from storage.tables import AuditEvent, AuditHead, WorkerBeat
from tests.storage.conftest import NOON


def note(session: Session, number: int, **more: Any) -> None:
    audit.append(
        session,
        action="approval.approved",
        object_type="approval",
        object_id=f"apr_{number}",
        actor=audit.USER("U0DANA"),
        at=NOON,
        **more,
    )


def trail(database: Database, team: str | None = None) -> list[AuditEvent]:
    with database.read(team) as session:
        return list(session.exec(select(AuditEvent).order_by(sa.text("seq"))))


def objects(database: Database) -> list[str]:
    return [row.object_id for row in trail(database)]


def test_an_event_is_kept_as_it_was_told(database: Database) -> None:
    with database.begin("T1") as session:
        audit.append(
            session,
            action="invoice.issued",
            object_type="invoice",
            object_id="inv_1",
            actor=audit.SYSTEM("issuing"),
            at=datetime(2026, 11, 23, 13, 30, tzinfo=timezone(timedelta(hours=1))),
            before={"state": "approved"},
            after={"state": "issued", "due": date(2026, 12, 23), "total": Decimal("12400.00"), "name": "Ärzte"},
            reason="two of two",
            evidence={"channel": "C1", "ts": "1.2"},
        )
    (row,) = trail(database)
    assert (row.seq, row.team_id, row.at) == (1, "T1", "2026-11-23T12:30:00.000000+00:00")
    assert (row.actor_type, row.actor, row.action) == ("system", "issuing", "invoice.issued")
    assert row.before == '{"state":"approved"}'
    assert row.after == '{"due":"2026-12-23","name":"Ärzte","state":"issued","total":"12400.00"}'
    assert row.evidence == '{"channel":"C1","ts":"1.2"}'
    assert row.prev_hash == GENESIS
    assert row.hash == hash_of([str(getattr(row, name)).encode() for name in HASHED])


def test_a_row_is_hashed_as_the_documentation_says() -> None:
    """printf '0:,1:1,2:\\303\\251,' | sha256sum"""
    assert hash_of([b"", b"1", "é".encode()]) == "cd47bc1780b7729825bdd98d2a86f8ab2e44e5fdb28f8be13c87ab39d09a853b"


def test_rows_are_chained_across_transactions_and_teams(database: Database) -> None:
    for number in range(3):
        with database.begin(f"T{number % 2}") as session:
            note(session, number * 2)
            note(session, number * 2 + 1)
    rows = trail(database)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.prev_hash for row in rows] == [GENESIS, *(row.hash for row in rows[:-1])]
    with database.read(None) as session:
        head = session.exec(select(AuditHead)).one()
    assert (head.seq, head.hash) == (6, rows[-1].hash)
    assert [row.object_id for row in trail(database, "T1")] == ["apr_2", "apr_3"]


def test_nothing_is_written_when_the_transaction_fails(database: Database) -> None:
    def fail() -> None:
        with database.begin("T1") as session:
            note(session, 1)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    with database.begin("T1") as session:
        note(session, 2)
    assert [(row.seq, row.object_id) for row in trail(database)] == [(1, "apr_2")]


def test_a_change_that_the_database_refuses_leaves_no_event(database: Database) -> None:
    def collide() -> None:
        with database.begin("T1") as session:
            note(session, 2)
            session.add(WorkerBeat(worker_id="w", started_at=NOON, seen_at=NOON))

    with database.begin("T1") as session:
        note(session, 1)
        session.add(WorkerBeat(worker_id="w", started_at=NOON, seen_at=NOON))
    with pytest.raises(sa.exc.IntegrityError):
        collide()
    with database.begin("T1") as session:
        note(session, 3)
    assert objects(database) == ["apr_1", "apr_3"]
    assert audit.verify(database).broken is None


def test_savepoints_take_their_events_with_them(database: Database) -> None:
    with database.begin("T1") as session:
        note(session, 1)
        with session.begin_nested():
            note(session, 2)
            kept = session.begin_nested()
            note(session, 3)
            kept.commit()
            dropped = session.begin_nested()
            note(session, 4)
            with session.begin_nested():
                note(session, 5)
            dropped.rollback()
            note(session, 6)
        outer = session.begin_nested()
        note(session, 7)
        session.begin_nested()
        note(session, 8)
        outer.rollback()
        note(session, 9)
    assert objects(database) == ["apr_1", "apr_2", "apr_3", "apr_6", "apr_9"]
    assert [row.seq for row in trail(database)] == [1, 2, 3, 4, 5]
    assert audit.verify(database).broken is None


def test_a_session_that_is_used_again_forgets_what_was_given_up(database: Database) -> None:
    with Session(database.engine) as session:
        session.info["team_id"] = "T1"
        note(session, 1)
        session.rollback()
        note(session, 2)
        session.close()
        note(session, 3)
        session.commit()
        note(session, 4)
        session.commit()
    assert objects(database) == ["apr_3", "apr_4"]


def test_what_a_database_cannot_store_is_made_storable(database: Database) -> None:
    with database.begin("T1") as session:
        note(session, 1, reason="nul \0 and half \ud83d of a pair", after={"name": "\0\ud83d"})
    (row,) = trail(database)
    assert row.reason == "nul � and half ? of a pair"
    assert json.loads(row.after) == {"name": "\0?"}
    assert audit.verify(database).broken is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"at": datetime(2026, 11, 23)}, "time zone"),  # noqa: DTZ001 - that is what is refused
        ({"object_id": "x" * 65}, "object_id must have 1 to 64"),
        ({"action": ""}, "action must have 1 to 64"),
        ({"after": {"total": float("nan")}}, "JSON"),
        ({"after": {"people": {"dana"}}}, "JSON cannot say a set"),
    ],
)
def test_what_the_trail_cannot_keep_is_refused_at_once(database: Database, wrong: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {
        "action": "a",
        "object_type": "t",
        "object_id": "o",
        "actor": audit.SYSTEM("x"),
        "at": NOON,
    }
    with database.begin("T1") as session, pytest.raises(ValueError, match=words):
        audit.append(session, **(given | wrong))
    assert trail(database) == []


def test_an_event_without_a_team_is_refused(database: Database) -> None:
    with database.begin(None) as session:
        with pytest.raises(ValueError, match="belongs to a team"):
            note(session, 1)
        note(session, 2, team_id="T9")
    assert [row.team_id for row in trail(database)] == ["T9"]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_event SET reason = 'other'",
        "DELETE FROM audit_event",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = 0",
        "UPDATE audit_head SET id = 2",
    ],
)
def test_the_database_refuses_to_change_the_trail(database: Database, tampering: str) -> None:
    with database.begin("T1") as session:
        note(session, 1)
    with pytest.raises(sa.exc.IntegrityError, match=r"append-only|only moves forward"), database.engine.begin() as raw:
        raw.execute(sa.text(tampering))
    assert audit.verify(database).broken is None


def test_postgresql_refuses_to_empty_the_trail(postgres: Database) -> None:
    with postgres.engine.connect() as raw, pytest.raises(sa.exc.IntegrityError, match="append-only"):
        raw.execute(sa.text("TRUNCATE audit_event"))


def test_a_row_cannot_be_replaced_by_inserting_it_again(database: Database) -> None:
    with database.begin("T1") as session:
        note(session, 1)
    columns = ", ".join(f'"{column.name}"' for column in AuditEvent.metadata.tables["audit_event"].columns)
    replacing = "INSERT OR REPLACE" if database.is_sqlite else "INSERT"
    statement = f"{replacing} INTO audit_event ({columns}) SELECT {columns} FROM audit_event"
    with database.engine.connect() as raw, pytest.raises(sa.exc.IntegrityError):
        raw.execute(sa.text(statement))
    assert len(trail(database)) == 1


def test_writers_wait_for_each_other_only_while_they_append(postgres: Database) -> None:
    """All eight are inside their transactions at once, with work done and events collected: none holds the lock."""
    together = threading.Barrier(8)
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for turn in range(50):
                with postgres.begin("T1") as session:
                    session.add(WorkerBeat(worker_id=f"{writer}.{turn}", started_at=NOON, seen_at=NOON))
                    session.flush()
                    note(session, writer)
                    note(session, writer)
                    together.wait(timeout=60)
        except BaseException as failure:  # noqa: BLE001 - shown by the assertion below
            together.abort()
            failures.append(failure)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = audit.verify(postgres)
    assert (report.rows, report.broken) == (800, None)
    with postgres.read(None) as session:
        assert session.exec(select(sa.func.count()).select_from(WorkerBeat)).one() == 400


def test_two_programs_on_one_database_make_one_chain(database: Database) -> None:
    """A transaction that holds nothing but an event still takes the file's lock before it reads the head."""
    other = Database(database.url)
    threads = [threading.Thread(target=_twenty, args=(own,)) for own in (database, other, database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.dispose()
    report = audit.verify(database)
    assert (report.rows, report.broken) == (80, None)


def _twenty(database: Database) -> None:
    for number in range(20):
        with database.begin("T1") as session:
            note(session, number)
