"""What the tests of storage share."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.migrated import database, postgres

__all__ = ["NOON", "database", "postgres"]

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
