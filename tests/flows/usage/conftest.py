"""The usage room on both databases, without a server around it."""

from __future__ import annotations

from tests.flows.posting.conftest import small
from tests.migrated import database

__all__ = ["database", "small"]
