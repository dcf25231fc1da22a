"""The flows on a fresh database, with the demo company's dimensions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.demo import DIMENSIONS
from flows.dimensions import load_dimensions
from tests.faults.small_house import SmallHouse


@pytest.fixture
def house(migrated_url: str) -> Iterator[SmallHouse]:
    """The small house, on SQLite and on PostgreSQL."""
    made = SmallHouse(migrated_url)
    made.runtime.dimensions = load_dimensions(DIMENSIONS)
    yield made
    made.close()
