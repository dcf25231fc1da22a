"""What the tests of the command share."""

from __future__ import annotations

from tests.migrated import database

__all__ = ["database"]
