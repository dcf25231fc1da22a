"""What every way in which Stripe can fail means to us, over real sockets."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.stripe.processor import API_VERSION, StripeProcessor
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain
from tests.connectors.far_side import DROP, HANG, Act, FarSide, Reply, closed_port
from tests.connectors.invoices import ACME


def processor(url: str) -> StripeProcessor:
    return StripeProcessor("sk_test_1", url, timeout=(0.5, 0.2))


def refused(status: int, kind: str, code: str | None = None, message: str = "No.", **headers: str) -> Reply:
    return Reply(status, {"error": {"type": kind, "code": code, "message": message}}, headers)


def failing_change(far_side: FarSide, act: Act) -> FarSideError:
    far_side.plan("/v1/customers", act)
    with pytest.raises(FarSideError) as caught:
        processor(far_side.url).create_customer(ACME, key="k1", attempt=2)
    assert len(far_side.seen) == 1, "a change must be sent once, whatever happens"
    return caught.value


LOST: list[Any] = [
    pytest.param(DROP, id="dropped"),
    pytest.param(HANG, id="silent"),
    pytest.param(refused(500, "api_error"), id="500"),
    pytest.param(Reply(502, b"<html>bad gateway</html>"), id="502"),
    pytest.param(Reply(200, b'{"id": "cus_'), id="half"),
    pytest.param(refused(409, "idempotency_error", "idempotency_key_in_use"), id="in use"),
]


@pytest.mark.parametrize("act", LOST)
def test_a_change_whose_answer_is_lost_has_an_unknown_outcome(far_side: FarSide, act: Act) -> None:
    assert isinstance(failing_change(far_side, act), OutcomeUnknown)


@pytest.mark.parametrize("act", LOST)
def test_a_question_whose_answer_is_lost_may_be_asked_again(far_side: FarSide, act: Act) -> None:
    far_side.plan("/v1/customers", act)
    with pytest.raises(TryAgain):
        processor(far_side.url).find_customer("k1", "a@b.example")


def test_every_change_carries_version_key_and_attempt(far_side: FarSide) -> None:
    far_side.plan("/v1/customers", Reply(body={"id": "cus_1", "object": "customer"}))
    assert processor(far_side.url).create_customer(ACME, key="k1", attempt=2) == "cus_1"
    sent = far_side.seen[0]
    key = sent.headers["idempotency-key"]
    assert key.startswith("k1:") and key.endswith(":2")
    assert sent.headers["stripe-version"] == API_VERSION == "2026-05-27.dahlia"
    assert sent.form["metadata[dunwell_key]"] == "k1"


@pytest.mark.parametrize(
    "act",
    [
        refused(429, "invalid_request_error", "lock_timeout", **{"Retry-After": "3"}),
        refused(429, "rate_limit_error", "rate_limit", **{"retry-after": "3"}),
    ],
    ids=["lock_timeout", "rate_limit"],
)
def test_throttling_and_locks_wait_as_long_as_stripe_asks(far_side: FarSide, act: Act) -> None:
    error = failing_change(far_side, act)
    assert isinstance(error, TryAgain) and error.after == 3


def test_a_refused_connection_was_never_sent() -> None:
    with pytest.raises(TryAgain, match="cannot be reached"):
        processor(f"http://127.0.0.1:{closed_port()}").create_customer(ACME, key="k1", attempt=0)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (refused(400, "idempotency_error", message="Keys for idempotent requests"), "Keys for idempotent"),
        (refused(400, "invalid_request_error", "email_invalid", "Invalid email address"), "Invalid email"),
        (refused(402, "card_error", "card_declined", "Your card was declined."), "declined"),
        (refused(401, "invalid_request_error", message="Invalid API Key"), "STRIPE_API_KEY"),
        (refused(403, "invalid_request_error", message="Needs rak_invoice_write"), "rak_invoice_write"),
        (refused(404, "invalid_request_error", "resource_missing", "No such customer"), "No such customer"),
    ],
)
def test_a_refusal_says_what_to_do(far_side: FarSide, act: Act, words: str) -> None:
    error = failing_change(far_side, act)
    assert isinstance(error, Rejected)
    assert words in error.reason and "Request req" not in error.reason
