from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from dbos import DBOS
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - fills SQLModel.metadata
from connectors.slack.installations import slack_tables
from flows.errors import ConfigurationError
from storage import migrate
from storage.audit_chain import GENESIS
from storage.database import Database


def everything_we_declare() -> sa.MetaData:
    declared = sa.MetaData()
    for table in SQLModel.metadata.tables.values():
        table.to_metadata(declared)
    slack_tables(declared)
    return declared


@pytest.fixture(scope="module")
def engine_tables(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names of the durable engine's own tables, which on SQLite stand among ours."""
    url = f"sqlite:///{tmp_path_factory.mktemp('engine') / 'engine.sqlite3'}"
    DBOS.migrate(url)
    engine = sa.create_engine(url)
    names = frozenset(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def differences(database: Database, engine_tables: frozenset[str]) -> list[object]:
    """What alembic would still have to do for the database to be what we declare."""

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name not in engine_tables

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        return list(compare_metadata(context, everything_we_declare()))


@pytest.fixture
def empty(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.dispose()


def test_migrations_make_what_the_models_declare(database: Database, engine_tables: frozenset[str]) -> None:
    assert differences(database, engine_tables) == []


def test_the_comparison_would_see_a_forgotten_column(database: Database, engine_tables: frozenset[str]) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE invoice ADD COLUMN forgotten TEXT"))
    assert len(differences(database, engine_tables)) == 1


def test_up_down_and_up_again(empty: Database, engine_tables: frozenset[str]) -> None:
    assert migrate.current(empty) is None
    assert migrate.pending(empty)[-1] == "engine"
    applied = migrate.upgrade(empty)
    assert migrate.current(empty) == applied[-1]
    assert migrate.pending(empty) == ()
    for revision in reversed(("base", *applied[:-1])):
        migrate.downgrade(empty, revision)
        assert migrate.current(empty) == (None if revision == "base" else revision)
    with empty.engine.connect() as connection:
        left = set(sa.inspect(connection).get_table_names()) - engine_tables
    assert left == {"alembic_version"}
    assert migrate.upgrade(empty) == applied
    assert differences(empty, engine_tables) == []


def test_a_second_upgrade_does_nothing(database: Database) -> None:
    assert migrate.upgrade(database) == ()


def test_programs_that_start_together_migrate_once(empty: Database) -> None:
    applied, start = [], threading.Barrier(4)

    def begin() -> None:
        own = Database(empty.url)
        start.wait()
        applied.append(migrate.upgrade(own))
        own.dispose()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(applied) == 4
    assert migrate.pending(empty) == ()
    with empty.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id, seq, hash FROM audit_head")).all() == [(1, 0, GENESIS)]


def test_the_durable_engine_finds_its_tables(database: Database) -> None:
    schema = None if database.is_sqlite else migrate.ENGINE_SCHEMA
    with database.engine.connect() as connection:
        assert sa.inspect(connection).has_table("workflow_status", schema=schema)


def test_a_database_of_a_newer_version_is_refused_in_words(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match=r"revision 9999.*newer"):
        migrate.upgrade(database)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "dunwell.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE worker_beat (somebody TEXT)")  # in the way of the first migration
    connection.close()
    database = Database(f"sqlite:///{path}")
    with pytest.raises(sa.exc.OperationalError, match="worker_beat already exists"):
        migrate.upgrade(database)
    with database.engine.connect() as connected:
        assert sa.inspect(connected).get_table_names() == ["worker_beat"]
        assert connected.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'folder' / 'dunwell.sqlite3'}")
    assert len(migrate.upgrade(database)) > 0
    assert (tmp_path / "new" / "folder" / "dunwell.sqlite3").exists()


AT = {"created_at": "2026-11-23 12:00:00", "updated_at": "2026-11-23 12:00:00"}
CRM = {"team_id": "T1", "source": "salesforce", "external_id": "006"}
DEAL = {"version": 1, "content_hash": "h", "state": "drafted", "modified_at": AT["created_at"], "mends": "{}"}
MONEY = {"currency": "USD", "total_minor": 1, "content_hash": "h", "deal_version": 1, "row_version": 1}
DATES = {"invoice_date": "2026-11-23", "due_date": "2026-12-23"}
OLD_ROWS: dict[str, dict[str, object]] = {
    "customer": {"id": "cus_1", **CRM, "name": "Northwind", **AT},
    "deal": {"id": "dea_1", **CRM, **DEAL, **AT},
    "invoice": {
        "id": "inv_1",
        "team_id": "T1",
        "deal_id": "dea_1",
        "customer_id": "cus_1",
        "version": 1,
        "state": "draft",
        **MONEY,
        **DATES,
        **AT,
    },
    "invoice_version": {
        "invoice_id": "inv_1",
        "team_id": "T1",
        "version": 1,
        "content": "{}",
        "content_hash": "h",
        "deal_version": 1,
        "reason": "closed",
        "created_at": AT["created_at"],
    },
}


def test_an_invoice_made_before_there_were_schedules_is_the_first_of_its_deal(empty: Database) -> None:
    migrate.upgrade(empty)
    migrate.downgrade(empty, "0005")
    with empty.engine.begin() as connection:
        for table, row in OLD_ROWS.items():
            names = ", ".join(row)
            values = ", ".join(repr(value) for value in row.values())
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"))
    migrate.upgrade(empty)
    with empty.engine.begin() as connection:
        assert connection.execute(sa.text("SELECT id, schedule_key FROM invoice")).all() == [("inv_1", "first")]
        assert connection.execute(sa.text("SELECT invoice_id FROM invoice_version")).all() == [("inv_1",)]
    migrate.downgrade(empty, "0005")
    with empty.engine.begin() as connection:
        assert connection.execute(sa.text("SELECT id FROM invoice")).all() == [("inv_1",)]
