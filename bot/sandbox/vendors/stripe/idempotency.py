"""Stripe's idempotency keys: one answer a key for 24 hours, also when that answer is an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.vendors.desk import Answer, Incoming
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.refusals import StripeRefusal

KEPT_SECONDS: Final = 24 * 3600
_LONGEST_KEY: Final = 255


@dataclass(slots=True)
class Keys:
    """The keys that an account has seen; `_busy` are those whose first answer has not gone out yet."""

    account: Account
    _busy: dict[str, Incoming] = field(default_factory=dict)

    def stored(self, incoming: Incoming, key: str) -> Answer | None:
        """Return the answer to replay, or None for a new key.

        Raises StripeRefusal for a key that is used with another request, is still being answered, or is too long.
        """
        if len(key) > _LONGEST_KEY:
            raise StripeRefusal("The idempotency key is too long; 255 characters are allowed.", begun=False)
        if key in self._busy:
            words = f"There is currently another in-progress request using this Idempotent Key (that's {key})."
            raise StripeRefusal(words, "idempotency_key_in_use", status=409, kind="idempotency_error", begun=False)
        self._busy[key] = incoming
        found = self.account.store.get("idempotency", key)
        if found is None or self.account.now() - found["at"] >= KEPT_SECONDS:
            return None
        self._check_same(incoming, key, found)
        headers = {"Idempotent-Replayed": "true", "Original-Request": found["request"]}
        return Answer(found["status"], found["body"], headers)

    def keep(self, incoming: Incoming, key: str, answer: Answer) -> None:
        """Remember the answer of a key's first request."""
        kept: dict[str, Any] = {
            "at": self.account.now(),
            "path": incoming.path,
            "form": incoming.body.decode("utf-8", "replace"),
            "status": answer.status,
            "body": answer.body,
            "request": self.account.request_id,
        }
        self.account.store.put("idempotency", key, kept)

    def release(self, incoming: Incoming, key: str) -> None:
        """Say that the answer to `incoming` has gone out."""
        if self._busy.get(key) is incoming:
            del self._busy[key]

    def _check_same(self, incoming: Incoming, key: str, found: dict[str, Any]) -> None:
        if found["path"] != incoming.path:
            words = (
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{incoming.path}' vs '{found['path']}'). Try using a key other than '{key}' if you meant to execute "
                "a different request."
            )
        elif found["form"] != incoming.body.decode("utf-8", "replace"):
            words = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request."
            )
        else:
            return
        raise StripeRefusal(words, kind="idempotency_error", begun=False)
