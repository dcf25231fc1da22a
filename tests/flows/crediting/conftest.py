"""A finance office on a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.crediting.office import CreditOffice


@pytest.fixture
def office(migrated_url: str) -> Iterator[CreditOffice]:
    """The office, on SQLite and on PostgreSQL."""
    found = CreditOffice(migrated_url)
    yield found
    found.close()
