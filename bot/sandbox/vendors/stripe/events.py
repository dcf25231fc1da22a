"""Stripe's events: the list of them, and their signed delivery to the webhook endpoint."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.customers import Params
from bot.sandbox.vendors.stripe.lists import PAGING, page, within
from bot.sandbox.vendors.stripe.parameters import Listing, Rule, Span, Text

LIST_RULES: Final[Mapping[str, Rule]] = {**PAGING, "created": Span(), "type": Text(), "types": Listing(Text(), 20)}


def listing(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Return the events, newest first."""
    in_time = within(params.get("created"))
    wanted = set(params.get("types", [])) | ({params["type"]} if "type" in params else set())
    found = [
        one
        for one in account.store.all("event", newest_first=True)
        if in_time(one["created"]) and (not wanted or one["type"] in wanted)
    ]
    return page(found, params, "/v1/events", "event")


def retrieve(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Return one event."""
    return account.find("event", captured["event"])


def signed(event: Record, secret: str, at: int) -> tuple[bytes, dict[str, str]]:
    """Return the body and headers of a delivery, signed for the real second `at`."""
    body = json.dumps(event, ensure_ascii=False, indent=2).encode()
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": f"t={at},v1={mac}",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return body, headers
