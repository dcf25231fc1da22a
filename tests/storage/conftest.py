"""A database with all its tables, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import Cluster

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database that only this test uses."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'dunwell.sqlite3'}")
        upgrade(found)
        yield found
        found.dispose()
    else:
        yield from _on_postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture
def postgres(postgres_server: Cluster) -> Iterator[Database]:
    """A migrated PostgreSQL database that only this test uses."""
    yield from _on_postgres(postgres_server)


def _on_postgres(server: Cluster) -> Iterator[Database]:
    name = server.create(server.template("migrated", _migrate))
    found = Database(server.url(name))
    yield found
    found.dispose()
    server.drop(name)


def _migrate(url: str) -> None:
    made = Database(url)
    upgrade(made)
    made.dispose()
