"""The databases that tests are given are empty, apart from each other and what they say they are."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage.database import Database
from storage.migrate import pending
from tests.postgres import Cluster


def _tables(url: str) -> list[str]:
    engine = sa.create_engine(url)
    try:
        return sa.inspect(engine).get_table_names()
    finally:
        engine.dispose()


def _make_table(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE note (id integer PRIMARY KEY)"))
    engine.dispose()


@pytest.mark.parametrize("time", [1, 2])
def test_a_database_is_empty_whatever_the_last_test_left(database_url: str, time: int) -> None:
    assert _tables(database_url) == []
    _make_table(database_url)
    assert _tables(database_url) == ["note"], f"time {time}"


@pytest.mark.parametrize("time", [1, 2])
def test_a_migrated_database_has_all_tables_and_no_rows(migrated_url: str, time: int) -> None:
    database = Database(migrated_url)
    try:
        assert pending(database) == ()
        with database.engine.begin() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM worker_beat")) == 0
            connection.execute(
                sa.text("INSERT INTO worker_beat (worker_id, started_at, seen_at) VALUES ('w', :at, :at)"),
                {"at": f"2026-11-2{time}T00:00:00+00:00"},
            )
    finally:
        database.dispose()


@pytest.mark.postgres
def test_a_template_is_filled_once_and_copied(postgres_server: Cluster) -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        _make_table(url)

    for _ in range(2):
        template = postgres_server.template("fixture_template", fill)
        name = postgres_server.create(template)
        assert _tables(postgres_server.url(name)) == ["note"]
        postgres_server.drop(name)
    assert len(filled) == 1


@pytest.mark.postgres
def test_a_database_can_be_dropped_under_an_open_connection(postgres_server: Cluster) -> None:
    name = postgres_server.create()
    engine = sa.create_engine(postgres_server.url(name))
    connection = engine.connect()
    try:
        postgres_server.drop(name)
        with pytest.raises(sa.exc.OperationalError):
            connection.execute(sa.text("SELECT 1"))
    finally:
        connection.invalidate()
        connection.close()
        engine.dispose()
