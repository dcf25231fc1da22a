"""Salesforce's error answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SalesforceRefusal(Exception):
    """A request that Salesforce refuses, with its code and, where they matter, the fields at fault."""

    def __init__(self, code: str, message: str, fields: Sequence[str] | None = None, status: int = 400) -> None:
        self.status = status
        error: dict[str, Any] = {"message": message, "errorCode": code}
        if fields is not None:
            error["fields"] = list(fields)
        self.body = [error]
        super().__init__(message)


def not_found() -> SalesforceRefusal:
    """Return the refusal of an address or a record that is not there."""
    return SalesforceRefusal("NOT_FOUND", "The requested resource does not exist", status=404)


def bad_session() -> SalesforceRefusal:
    """Return the refusal of a session that is over or was never given."""
    return SalesforceRefusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
