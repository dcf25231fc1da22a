"""The flows on a fresh database, with a clock that is moved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.billing.office import Office


@pytest.fixture
def office(migrated_url: str) -> Iterator[Office]:
    """The office, on SQLite and on PostgreSQL."""
    found = Office(migrated_url)
    yield found
    found.close()
