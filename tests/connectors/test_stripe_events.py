"""Stripe's signed events: what is let in, and what is refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest

from connectors.stripe.events import parse_event
from flows.errors import BadInput

SECRET = "whsec_1"
EVENT = {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}}
BODY = json.dumps(EVENT).encode()


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> str:
    at = int(time.time()) - age  # the library compares with the machine's own clock, as it should
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def test_a_signed_event_is_read() -> None:
    assert parse_event(BODY, signed(BODY), SECRET) == EVENT


@pytest.mark.parametrize(
    ("body", "signature", "code"),
    [
        (BODY, "", "webhook.bad_signature"),
        (BODY, "t=1,v1=abc", "webhook.bad_signature"),
        (BODY, "t=now,v1=abc", "webhook.bad_signature"),
    ],
)
def test_what_nobody_signed_is_refused(body: bytes, signature: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_event(body, signature, SECRET)
    assert caught.value.code == code


def test_what_somebody_else_signed_or_changed_or_kept_back_is_refused() -> None:
    for body, signature in (
        (BODY, signed(BODY, secret="other")),
        (BODY + b" ", signed(BODY)),
        (BODY, signed(BODY, age=400)),
    ):
        with pytest.raises(BadInput) as caught:
            parse_event(body, signature, SECRET)
        assert (caught.value.code, caught.value.status) == ("webhook.bad_signature", 401)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", "webhook.not_json"),
        (b"{", "webhook.not_json"),
        (b"[]", "webhook.not_an_event"),
        (b'{"id": 1}', "webhook.not_an_event"),
    ],
)
def test_what_is_no_event_is_refused_though_it_is_signed(body: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_event(body, signed(body), SECRET)
    assert caught.value.code == code
