"""Databases with all their tables, for tests that are not about making them.

On PostgreSQL each is a copy of one that was migrated once a run, which is ten times as quick as migrating anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import upgrade
from tests.postgres import Cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database that only this test uses: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'dunwell.sqlite3'}"
        migrate(url)
        found = Database(url)
        yield found
        found.dispose()
    else:
        yield from _on_postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture
def postgres(postgres_server: Cluster) -> Iterator[Database]:
    """A migrated PostgreSQL database that only this test uses."""
    yield from _on_postgres(postgres_server)


def _on_postgres(server: Cluster) -> Iterator[Database]:
    name = server.create(server.template("migrated", migrate))
    found = Database(server.url(name))
    yield found
    found.dispose()
    server.drop(name)


def migrate(url: str) -> None:
    made = Database(url)
    upgrade(made)
    made.dispose()
