"""The books of the one Stripe account that the simulator keeps: objects, ids, events and the account's clock."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.vendors.courier import Courier
from bot.sandbox.vendors.store import Record, Store
from bot.sandbox.vendors.stripe.refusals import missing
from flows.values.clock import Clock

API_VERSION: Final = "2026-05-27.dahlia"
ACCOUNT_ID: Final = "acct_1DemoDunwell"
DELIVERED: Final = frozenset(
    {
        "customer.created", "invoice.created", "invoice.finalized", "invoice.sent", "invoice.voided", "invoice.paid",
    }
)  # fmt: skip
"""The events that the webhook endpoint has asked for; others are only listed."""

_LETTERS: Final = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """Return a fresh id such as `in_1aB…`."""
    return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(slots=True)
class Account:
    """What every endpoint works on. `request_id` and `idempotency_key` belong to the request being answered."""

    store: Store
    clock: Clock
    courier: Courier
    base_url: str = ""
    webhook_url: str | None = None
    request_id: str | None = None
    idempotency_key: str | None = None

    def now(self) -> int:
        """Return the present second by the injected clock."""
        return int(self.clock.now().timestamp())

    def find(self, kind: str, given: str, param: str = "id", status: int = 404) -> Record:
        """Return the object. Raises StripeRefusal (resource_missing) when there is none."""
        found = self.store.get(kind, given)
        if found is None:
            raise missing(kind, given, param, status)
        return found

    def emit(self, event_type: str, thing: Record) -> None:
        """Record the event with the object as it is now, and queue its delivery if the endpoint asked for it."""
        delivered = event_type in DELIVERED and self.webhook_url is not None
        event: dict[str, Any] = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": thing},
            "livemode": False,
            "pending_webhooks": 1 if delivered else 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": event_type,
        }
        self.store.put("event", event["id"], event)
        if delivered:
            self.courier.post([{"id": event["id"], "event": event}])
