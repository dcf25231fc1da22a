"""The flows on a fresh database with a Slack that fails as it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.small_house import SmallHouse


@pytest.fixture
def small(migrated_url: str) -> Iterator[SmallHouse]:
    """The small house, on SQLite and on PostgreSQL."""
    house = SmallHouse(migrated_url)
    yield house
    house.close()
