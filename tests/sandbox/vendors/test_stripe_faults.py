"""What Stripe does when things go wrong: idempotency keys, lost answers, events that come twice or late."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe

from bot.sandbox.vendors import RunningVendors, running
from flows.values.clock import FixedClock
from tests.sandbox.vendors.conftest import SETTINGS, ask, receiving

HEADERS = {"Authorization": "Bearer sk_test_demo", "Stripe-Version": "2026-05-27.dahlia"}


def create(
    vendors: RunningVendors, key: str, path: str = "/v1/customers", timeout: float = 30.0, **form: str
) -> httpx.Response:
    headers = {**HEADERS, "Idempotency-Key": key}
    return ask("POST", vendors.stripe_url + path, data=form, headers=headers, timeout=timeout)


def customers(payments: stripe.StripeClient) -> int:
    return len(payments.v1.customers.list().data)


def test_the_same_key_gives_the_same_answer(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    first, second = (create(vendors, "k", name="A") for _ in range(2))
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["Original-Request"] == first.headers["Request-Id"]
    assert customers(payments) == 1


def test_a_key_belongs_to_one_request(vendors: RunningVendors) -> None:
    create(vendors, "k", name="A")
    other_body, other_place = create(vendors, "k", name="B"), create(vendors, "k", "/v1/invoices", customer="cus_1")
    for refused in (other_body, other_place):
        assert (refused.status_code, refused.json()["error"]["type"]) == (400, "idempotency_error")


def test_a_key_is_forgotten_after_a_day(
    vendors: RunningVendors, payments: stripe.StripeClient, clock: FixedClock
) -> None:
    create(vendors, "k", name="A")
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    create(vendors, "k", name="A")
    assert customers(payments) == 1
    clock.advance(timedelta(seconds=1))
    create(vendors, "k", name="A")
    assert customers(payments) == 2


def test_a_refused_parameter_leaves_the_key_free(vendors: RunningVendors) -> None:
    assert create(vendors, "k", colour="red").status_code == 400
    assert create(vendors, "k", name="A").status_code == 200


def test_a_refusal_by_state_is_kept(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    draft = payments.v1.invoices.create({"customer": payments.v1.customers.create().id})
    void = f"/v1/invoices/{draft.id}/void"
    assert create(vendors, "k", void).status_code == 400
    payments.v1.invoice_items.create({"customer": str(draft.customer), "invoice": draft.id, "amount": 5})
    payments.v1.invoices.finalize_invoice(draft.id)
    assert create(vendors, "k", void).headers["Idempotent-Replayed"] == "true"
    assert create(vendors, "another", void).status_code == 200


@pytest.mark.parametrize(("kind", "made"), [("stored_500", 0), ("stored_500_after", 1)])
def test_a_stored_500_is_replayed_for_ever(
    vendors: RunningVendors, payments: stripe.StripeClient, kind: str, made: int
) -> None:
    vendors.stripe.set_fault(kind, "customers.create")
    answers = [create(vendors, "k", name="A") for _ in range(3)]
    assert [one.status_code for one in answers] == [500, 500, 500]
    assert customers(payments) == made


def test_keys_can_be_ignored(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    vendors.stripe.set_fault("ignore_idempotency", count=2)
    create(vendors, "k", name="A")
    create(vendors, "k", name="A")
    assert customers(payments) == 2


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection(vendors: RunningVendors, payments: stripe.StripeClient, kind: str, made: int) -> None:
    vendors.stripe.set_fault(kind, "customers.create")
    with pytest.raises(stripe.APIConnectionError):
        payments.v1.customers.create({"name": "A"})
    assert customers(payments) == made


def test_a_slow_answer_is_done_before_it_comes(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    vendors.stripe.set_fault("slow", "customers.create", seconds=60)
    with pytest.raises(httpx.ReadTimeout):
        create(vendors, "k", name="A", timeout=0.3)
    assert customers(payments) == 1


def test_a_key_in_use_is_a_conflict(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    vendors.stripe.set_fault("slow", "customers.create", seconds=60)
    address = vendors.stripe_url.removeprefix("http://").split("/", 1)
    host, port = address[0].split(":")
    with socket.create_connection((host, int(port))) as held:
        lines = ["POST /_vendor/stripe/v1/customers HTTP/1.1", "Host: x", "Content-Length: 6", "Idempotency-Key: k"]
        lines += ["Content-Type: application/x-www-form-urlencoded", *(f"{k}: {v}" for k, v in HEADERS.items())]
        held.sendall(("\r\n".join(lines) + "\r\n\r\nname=A").encode())
        while not payments.v1.customers.list().data:
            pass
        conflict = create(vendors, "k", name="A")
        assert (conflict.status_code, conflict.json()["error"]["type"]) == (409, "idempotency_error")


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", stripe.RateLimitError), ("5xx", stripe.APIError), ("token_revoked", stripe.AuthenticationError)],
)
def test_a_fault_refuses_so_often_and_only_its_method(
    vendors: RunningVendors, payments: stripe.StripeClient, kind: str, error: type[Exception]
) -> None:
    vendors.stripe.set_fault(kind, "customers.create", count=2)
    for _ in range(2):
        with pytest.raises(error):
            payments.v1.customers.create({"name": "A"})
    assert customers(payments) == 0
    payments.v1.customers.create({"name": "A"})


def test_stripes_library_gets_over_lost_answers_with_its_keys(
    vendors: RunningVendors, payments: stripe.StripeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.0)
    patient = stripe.StripeClient(
        "sk_test_demo", base_addresses={"api": vendors.stripe_url}, stripe_version="2026-05-27.dahlia",
        max_network_retries=2,
    )  # fmt: skip
    vendors.stripe.set_fault("drop_after", "customers.create")
    patient.v1.customers.create({"name": "A"})
    assert customers(payments) == 1


def test_events_are_signed_as_stripes_library_expects(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    with receiving(lambda _: (200, b"")) as app:
        vendors.vendors.point_at(app.url)
        customer = payments.v1.customers.create({"name": "Ä"})
        assert vendors.stripe.courier.wait_idle()
        [(path, headers, body)] = app.deliveries
    assert path == "/webhooks/stripe"
    event = stripe.Webhook.construct_event(body, headers["stripe-signature"], SETTINGS.stripe_webhook_secret)
    assert (event.type, event.data.object["id"]) == ("customer.created", customer.id)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", headers["stripe-signature"], SETTINGS.stripe_webhook_secret)


def test_events_are_tried_again_until_they_are_taken(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    with receiving(lambda nth: (500 if nth < 3 else 200, b"")) as app:
        vendors.vendors.point_at(app.url)
        payments.v1.customers.create()
        assert vendors.stripe.courier.wait_idle()
        assert len({body for _, _, body in app.deliveries}) == 1
        assert len(app.deliveries) == 3
    assert vendors.stripe.courier.failed() == []


def test_an_event_that_nobody_takes_is_given_up(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    with receiving(lambda _: (500, b"")) as app:
        vendors.vendors.point_at(app.url)
        payments.v1.customers.create()
        assert vendors.stripe.courier.wait_idle()
        assert len(app.deliveries) == 1 + len(SETTINGS.retry_delays)
    shown = vendors.stripe.snapshot()["tables"][-1]
    assert (shown["name"], len(shown["rows"])) == ("Undelivered events", 1)


def test_an_event_can_come_twice(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    vendors.stripe.set_fault("duplicate")
    with receiving(lambda _: (200, b"")) as app:
        vendors.vendors.point_at(app.url)
        payments.v1.customers.create()
        payments.v1.customers.create()
        assert vendors.stripe.courier.wait_idle()
        assert len(app.deliveries) == 3


def test_many_at_once_under_one_key_make_one_customer(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(create(vendors, "k", name="A"))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert {one.status_code for one in answers} <= {200, 409}
    assert customers(payments) == 1


def test_keys_and_objects_outlive_a_restart(tmp_path: Path, clock: FixedClock) -> None:
    with running(tmp_path, clock=clock, settings=SETTINGS) as before:
        first = create(before, "k", name="A")
    with running(tmp_path, clock=clock, settings=SETTINGS) as after:
        second = create(after, "k", name="A")
        assert (second.json(), second.headers["Idempotent-Replayed"]) == (first.json(), "true")
        assert [one["operation"] for one in after.stripe.requests()] == ["customers.create"] * 2
