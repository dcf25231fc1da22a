from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage import audit
from storage.audit_chain import GENESIS, HASHED, hash_of
from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import Cluster
from tests.storage.conftest import NOON

COLUMNS = ", ".join(f'"{name}"' for name in (*HASHED, "hash"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A copy of a database with nine events, in which nothing refuses to be tampered with."""
    yield from (
        _copied_file(tmp_path) if request.param == "sqlite" else _copied_on(request.getfixturevalue("postgres_server"))
    )


def _copied_file(folder: Path) -> Iterator[Database]:
    nine_events(f"sqlite:///{folder / 'original.sqlite3'}")
    shutil.copy(folder / "original.sqlite3", folder / "copy.sqlite3")
    database = Database(f"sqlite:///{folder / 'copy.sqlite3'}")
    with database.engine.connect() as connection:
        names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    tamper(database, *(f"DROP TRIGGER {name}" for name in names))
    yield database
    database.dispose()


def _copied_on(server: Cluster) -> Iterator[Database]:
    name = server.create(server.template("nine_events", nine_events))
    database = Database(server.url(name))
    tamper(database, "ALTER TABLE audit_event DISABLE TRIGGER ALL", "ALTER TABLE audit_head DISABLE TRIGGER ALL")
    yield database
    database.dispose()
    server.drop(name)


def nine_events(url: str) -> None:
    """Make a database with nine events in its trail."""
    database = Database(url)
    upgrade(database)
    for number in range(1, 10):
        with database.begin("T1") as session:
            audit.append(
                session,
                action="invoice.issued",
                object_type="invoice",
                object_id=f"inv_{number}",
                actor=audit.SYSTEM("issuing"),
                at=NOON,
                reason=f"number {number}",
            )
    database.dispose()


def tamper(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def renumber(database: Database, seq: str, by: int) -> None:
    """Move rows up or down; by way of negative numbers, so that no two meet."""
    tamper(
        database,
        f"UPDATE audit_event SET seq = -(seq + {by}) WHERE seq {seq}",
        "UPDATE audit_event SET seq = -seq WHERE seq < 0",
        f"UPDATE audit_head SET seq = seq + {by}",
    )


def insert_copy(database: Database, *, of: int, at: int, prev_hash: str | None = None, fit: bool = False) -> None:
    """Put in a row as somebody would who knows the table but not, or (`fit`) also, how hashes are made."""
    with database.engine.begin() as connection:
        row = dict(connection.execute(sa.text(f"SELECT {COLUMNS} FROM audit_event WHERE seq = {of}")).mappings().one())
        row |= {"seq": at, "id": "aud_invented", "object_id": "inv_invented"}
        row["prev_hash"] = prev_hash or row["prev_hash"]
        if fit:
            row["hash"] = hash_of([str(row[name]).encode() for name in HASHED])
        values = ", ".join(f":{name}" for name in (*HASHED, "hash"))
        connection.execute(sa.text(f"INSERT INTO audit_event ({COLUMNS}) VALUES ({values})"), row)


def hash_at(database: Database, seq: int) -> str:
    with database.engine.connect() as connection:
        found: str = connection.execute(sa.text(f"SELECT hash FROM audit_event WHERE seq = {seq}")).scalar_one()
        return found


def refit(database: Database, seq: int) -> None:
    """Recompute one row's hash, as somebody would who has read the documentation."""
    with database.engine.begin() as connection:
        row = connection.execute(sa.text(f"SELECT {COLUMNS} FROM audit_event WHERE seq = {seq}")).mappings().one()
        fitting = hash_of([str(row[name]).encode() for name in HASHED])
        connection.execute(sa.text(f"UPDATE audit_event SET hash = '{fitting}' WHERE seq = {seq}"))


def found(database: Database) -> tuple[str, int, int]:
    """What is broken, where, and how many rows before it were in order."""
    report = audit.verify(database)
    assert report.broken is not None
    return report.broken.kind, report.broken.seq, report.rows


def test_an_untouched_copy_is_in_order(copy: Database) -> None:
    report = audit.verify(copy)
    assert (report.rows, report.head_seq, report.head_hash, report.broken) == (9, 9, hash_at(copy, 9), None)


def test_a_change_in_any_column_is_found(copy: Database) -> None:
    for column in (*HASHED[2:], "hash"):
        with copy.engine.connect() as connection:
            read = sa.text(f'SELECT "{column}" FROM audit_event WHERE seq = 4')
            written = connection.execute(read).scalar_one()
        tamper(copy, f"UPDATE audit_event SET \"{column}\" = 'other' WHERE seq = 4")
        assert found(copy) == ("changed", 4, 3), column
        tamper(copy, f"UPDATE audit_event SET \"{column}\" = '{written}' WHERE seq = 4")
        assert audit.verify(copy).broken is None, column


def test_text_moved_from_one_column_to_the_next_is_found(copy: Database) -> None:
    tamper(copy, "UPDATE audit_event SET action = 'invoice.issuedin', object_type = 'voice' WHERE seq = 4")
    assert found(copy) == ("changed", 4, 3)


def test_a_change_with_its_hash_made_to_fit_is_found(copy: Database) -> None:
    tamper(copy, "UPDATE audit_event SET reason = 'other' WHERE seq = 4")
    refit(copy, 4)
    assert found(copy) == ("changed", 4, 4)


def test_a_change_of_the_last_row_made_to_fit_is_found(copy: Database) -> None:
    tamper(copy, "UPDATE audit_event SET reason = 'other' WHERE seq = 9")
    refit(copy, 9)
    assert found(copy) == ("changed", 9, 9)


@pytest.mark.parametrize(
    ("which", "words"), [("= 1", "Row 1 is"), ("= 4", "Row 4 is"), ("IN (4, 5)", "Rows 4 to 5 are")]
)
def test_a_deleted_row_is_found(copy: Database, which: str, words: str) -> None:
    tamper(copy, f"DELETE FROM audit_event WHERE seq {which}")
    report = audit.verify(copy)
    assert report.broken is not None
    assert (report.broken.kind, report.broken.what) == ("missing", f"{words} missing.")


def test_a_deleted_row_is_found_when_the_others_were_moved_up(copy: Database) -> None:
    tamper(copy, "DELETE FROM audit_event WHERE seq = 4")
    renumber(copy, "> 4", by=-1)
    assert found(copy) == ("missing", 4, 3)


def test_a_deleted_first_row_is_found_when_the_others_were_moved_up(copy: Database) -> None:
    tamper(copy, "DELETE FROM audit_event WHERE seq = 1")
    renumber(copy, "> 1", by=-1)
    assert found(copy) == ("missing", 1, 0)


def test_an_inserted_row_is_found(copy: Database) -> None:
    renumber(copy, "> 4", by=1)
    insert_copy(copy, of=4, at=5, prev_hash="f" * 64)
    assert found(copy) == ("inserted", 5, 4)


def test_an_inserted_row_that_claims_the_right_predecessor_is_found(copy: Database) -> None:
    renumber(copy, "> 4", by=1)
    insert_copy(copy, of=4, at=5, prev_hash=hash_at(copy, 4))
    assert found(copy) == ("inserted", 5, 4)


def test_an_inserted_row_with_the_right_hash_is_found(copy: Database) -> None:
    renumber(copy, "> 4", by=1)
    insert_copy(copy, of=4, at=5, prev_hash=hash_at(copy, 4), fit=True)
    assert found(copy) == ("inserted", 5, 5)


@pytest.mark.parametrize("at", [0, -3])
def test_a_row_before_the_first_is_found(copy: Database, at: int) -> None:
    insert_copy(copy, of=4, at=at, prev_hash=GENESIS, fit=True)
    assert found(copy) == ("inserted", at, 0)


def test_a_row_behind_the_last_is_found(copy: Database) -> None:
    insert_copy(copy, of=4, at=10, prev_hash=hash_at(copy, 9), fit=True)
    assert found(copy) == ("inserted", 10, 10)


def test_reordered_rows_are_found(copy: Database) -> None:
    tamper(
        copy,
        "UPDATE audit_event SET seq = -4 WHERE seq = 4",
        "UPDATE audit_event SET seq = 4 WHERE seq = 6",
        "UPDATE audit_event SET seq = 6 WHERE seq = -4",
    )
    assert found(copy) == ("reordered", 4, 3)


def test_a_cut_end_is_found(copy: Database) -> None:
    tamper(copy, "DELETE FROM audit_event WHERE seq > 7")
    assert found(copy) == ("cut", 8, 7)


def test_an_emptied_trail_is_found(copy: Database) -> None:
    tamper(copy, "DELETE FROM audit_event")
    assert found(copy) == ("cut", 1, 0)


def test_a_missing_head_is_found(copy: Database) -> None:
    tamper(copy, "DELETE FROM audit_head")
    assert found(copy) == ("missing", 0, 0)


def test_an_end_cut_with_its_head_is_found_by_an_anchor_only(copy: Database) -> None:
    before = audit.verify(copy)
    anchor = audit.Anchor(before.head_seq, before.head_hash)
    assert audit.verify(copy, anchor=anchor).broken is None
    tamper(
        copy,
        "DELETE FROM audit_event WHERE seq > 7",
        f"UPDATE audit_head SET seq = 7, hash = '{hash_at(copy, 7)}'",
    )
    assert audit.verify(copy).broken is None
    broken = audit.verify(copy, anchor=anchor).broken
    assert broken is not None
    assert (broken.kind, broken.seq) == ("cut", 8)


def test_a_trail_written_anew_is_found_by_an_anchor(copy: Database) -> None:
    anchor = audit.Anchor(5, hash_at(copy, 5))
    tamper(copy, "UPDATE audit_event SET reason = 'other' WHERE seq = 3")
    refit(copy, 3)
    for seq in range(4, 10):
        tamper(copy, f"UPDATE audit_event SET prev_hash = '{hash_at(copy, seq - 1)}' WHERE seq = {seq}")
        refit(copy, seq)
    tamper(copy, f"UPDATE audit_head SET hash = '{hash_at(copy, 9)}'")
    assert audit.verify(copy).broken is None
    broken = audit.verify(copy, anchor=anchor).broken
    assert broken is not None
    assert (broken.kind, broken.seq, broken.what) == ("changed", 5, "Row 5 is not the one that the anchor names.")


def test_bytes_that_are_no_text_are_found(copy: Database) -> None:
    if not copy.is_sqlite:
        with pytest.raises(sa.exc.DBAPIError):
            tamper(copy, r"UPDATE audit_event SET reason = convert_from('\xff', 'UTF8') WHERE seq = 4")
        return
    tamper(copy, "UPDATE audit_event SET reason = CAST(x'ff' AS TEXT) WHERE seq = 4")
    assert found(copy) == ("changed", 4, 3)


def test_what_is_appended_while_verifying_does_not_disturb(copy: Database) -> None:
    from storage.audit_read import open_trail

    with open_trail(copy) as trail:
        head = trail.head()
        with copy.begin("T1") as session:
            audit.append(session, action="a", object_type="t", object_id="o", actor=audit.SYSTEM("x"), at=NOON)
        rows = [row for chunk in trail.chunks() for row in chunk]
    assert head is not None
    assert len(rows) == head[0] == 9
    assert audit.verify(copy).rows == 10
