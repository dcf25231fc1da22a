"""Signed webhooks: what is let in, and what is refused with which words."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from connectors.webhooks import verify_hmac
from flows.errors import BadInput, ConfigurationError

AT = 1_795_435_200
NOW = datetime.fromtimestamp(AT, UTC)
BODY = b'{"deal_id":"006"}'
SECRET = "shared-secret"


def signature(body: bytes = BODY, at: int = AT, secret: str = SECRET) -> str:
    return "v1=" + hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_a_fresh_signed_body_is_let_in_and_the_same_delivery_has_the_same_key() -> None:
    first = verify_hmac(SECRET, str(AT), signature(), BODY, NOW)
    again = verify_hmac(SECRET, str(AT), signature(), BODY, NOW + timedelta(seconds=60))
    assert first == again
    assert first != verify_hmac(SECRET, str(AT + 1), signature(at=AT + 1), BODY, NOW)


@pytest.mark.parametrize("off", [-300, 300])
def test_five_minutes_off_is_still_fresh(off: int) -> None:
    assert verify_hmac(SECRET, str(AT), signature(), BODY, NOW + timedelta(seconds=off))


@pytest.mark.parametrize(
    ("timestamp", "given", "code"),
    [
        (None, signature(), "webhook.unsigned"),
        (str(AT), None, "webhook.unsigned"),
        (str(AT), "", "webhook.unsigned"),
        ("yesterday", signature(), "webhook.bad_timestamp"),
        ("١٧٩٥٤٣٥٢٠٠", signature(), "webhook.bad_timestamp"),
        ("9" * 40, signature(), "webhook.bad_timestamp"),
        (str(AT), signature(body=b"{}"), "webhook.bad_signature"),
        (str(AT), signature(secret="other"), "webhook.bad_signature"),
        (str(AT + 1), signature(), "webhook.bad_signature"),
        (str(AT), "v1=é", "webhook.bad_signature"),
        (str(AT - 301), signature(at=AT - 301), "webhook.stale"),
        (str(AT + 301), signature(at=AT + 301), "webhook.stale"),
    ],
)
def test_anything_else_is_refused_with_401(timestamp: str | None, given: str | None, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        verify_hmac(SECRET, timestamp, given, BODY, NOW)
    assert (caught.value.status, caught.value.code) == (401, code)
    assert SECRET not in str(caught.value)


def test_no_secret_lets_nobody_in() -> None:
    with pytest.raises(ConfigurationError, match="DEALS_WEBHOOK_SECRET"):
        verify_hmac("", str(AT), signature(secret=""), BODY, NOW)
