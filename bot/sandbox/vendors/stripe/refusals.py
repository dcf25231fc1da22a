"""Stripe's error answers, as exceptions that the request's handling stops with."""

from __future__ import annotations

from typing import Any


class StripeRefusal(Exception):
    """A request that Stripe refuses. `begun` says whether the endpoint had begun to work (only then is it stored)."""

    def __init__(
        self,
        message: str,
        code: str | None = None,
        param: str | None = None,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        begun: bool = True,
    ) -> None:
        self.status, self.begun = status, begun
        facts = {"code": code, "message": message, "param": param, "type": kind}
        self.body: dict[str, Any] = {"error": {name: fact for name, fact in facts.items() if fact is not None}}
        super().__init__(message)


def invalid(message: str, code: str | None = None, param: str | None = None) -> StripeRefusal:
    """Return the refusal of a parameter; nothing has begun, so no idempotency key remembers it."""
    return StripeRefusal(message, code, param, begun=False)


def missing(thing: str, given: str, param: str, status: int = 404) -> StripeRefusal:
    """Return the refusal of an id that does not exist."""
    return StripeRefusal(f"No such {thing}: '{given}'", "resource_missing", param, status=status)
