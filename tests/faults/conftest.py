"""The house on a fresh database, for every test of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import House


@pytest.fixture
def house(tmp_path: Path, migrated_url: str) -> Iterator[House]:
    """The whole house, on SQLite and on PostgreSQL; the app is started by the test."""
    found = House(tmp_path / "demo", migrated_url)
    yield found
    found.close()


@pytest.fixture
def postgres_house(tmp_path: Path, migrated_postgres_url: str) -> Iterator[House]:
    """The whole house on PostgreSQL only, where several workers share the work."""
    found = House(tmp_path / "demo", migrated_postgres_url)
    yield found
    found.close()
