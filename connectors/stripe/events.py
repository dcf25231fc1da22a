"""Reading Stripe's signed events."""

from __future__ import annotations

import json
from typing import Any

import stripe

from flows.errors import BadInput


def parse_event(body: bytes, signature: str, secret: str) -> dict[str, Any]:
    """Return a signed event as JSON. Raises BadInput when the signature is wrong or older than five minutes."""
    try:
        stripe.WebhookSignature.verify_header(body.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        event = json.loads(body)
    except stripe.SignatureVerificationError:
        raise BadInput("The signature does not hold.", code="webhook.bad_signature", status=401) from None
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.", code="webhook.not_json") from None
    if not isinstance(event, dict) or not event.get("id") or not event.get("type"):
        raise BadInput("The body is not an event.", code="webhook.not_an_event")
    return event
