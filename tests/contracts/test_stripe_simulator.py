"""Everything that the Stripe simulator takes and gives is as Stripe describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from bot.sandbox.vendors import RunningVendors, VendorSettings, running
from bot.sandbox.vendors.stripe.account import API_VERSION
from bot.sandbox.vendors.stripe.operations import OPERATIONS
from flows.values.clock import FixedClock
from tests.contracts.stripe_spec import SPEC, check_exchange, check_log, needs_spec

pytestmark = needs_spec

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[RunningVendors]:
    with running(tmp_path, clock=FixedClock(NOW), settings=VendorSettings(retry_delays=())) as both:
        yield both


@pytest.fixture
def payments(vendors: RunningVendors) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_demo", base_addresses={"api": vendors.stripe_url}, stripe_version=API_VERSION, max_network_retries=0
    )


def _use_everything(payments: stripe.StripeClient) -> None:
    """Make every call that the simulator offers, with every parameter that it offers."""
    api: Any = payments.v1
    customer = api.customers.create(
        {
            "name": "Northwind GmbH", "email": "ap@northwind.example", "phone": "+49 30 5550110", "description": "d",
            "address": {"line1": "Torstraße 140", "city": "Berlin", "postal_code": "10119", "country": "DE"},
            "preferred_locales": ["de"], "tax_exempt": "reverse", "metadata": {"dunwell_customer": "cus_1"},
        }
    )  # fmt: skip
    api.customers.update(customer.id, {"metadata": {"more": "1"}, "name": "Northwind SE"})
    api.customers.retrieve(customer.id)
    api.customers.list({"email": "ap@northwind.example", "limit": 5, "created": {"gte": 0}})
    api.invoice_items.create({"customer": customer.id, "amount": 500, "currency": "eur", "description": "pending"})
    invoice = api.invoices.create(
        {
            "customer": customer.id, "collection_method": "send_invoice", "days_until_due": 30, "auto_advance": False,
            "currency": "eur", "metadata": {"dunwell_invoice": "inv_1"}, "description": "memo", "number": "INV-1",
            "footer": "thanks", "custom_fields": [{"name": "PO", "value": "4500-2211"}],
            "pending_invoice_items_behavior": "include", "statement_descriptor": "DUNWELL",
        }
    )  # fmt: skip
    item = api.invoice_items.create(
        {
            "customer": customer.id, "invoice": invoice.id, "quantity": 40, "unit_amount_decimal": "6000.5",
            "currency": "eur", "description": "Seats", "metadata": {"line": "1"}, "discountable": False,
            "period": {"start": 1_764_547_200, "end": 1_767_225_599},
        }
    )  # fmt: skip
    extra = api.invoice_items.create(
        {"customer": customer.id, "invoice": invoice.id, "quantity_decimal": "1.5", "unit_amount_decimal": "100"}
    )
    api.invoice_items.retrieve(item.id)
    api.invoice_items.list({"invoice": invoice.id, "limit": 100})
    api.invoice_items.delete(extra.id)
    api.invoices.update(invoice.id, {"description": "another memo", "due_date": int(NOW.timestamp()) + 86_400})
    api.invoices.finalize_invoice(invoice.id, {"auto_advance": False})
    api.invoices.send_invoice(invoice.id)
    api.invoices.line_items.list(invoice.id, {"limit": 1})
    api.invoices.retrieve(invoice.id)
    api.invoices.list({"customer": customer.id, "status": "open", "created": {"gte": 1}, "limit": 1})
    lines = api.invoices.line_items.list(invoice.id, {"limit": 100}).data
    api.credit_notes.create(
        {
            "invoice": invoice.id, "memo": "CM-1", "metadata": {"k": "v"}, "email_type": "none",
            "lines": [{"type": "invoice_line_item", "invoice_line_item": lines[0].id, "amount": 100}],
        }
    )  # fmt: skip
    api.invoices.pay(invoice.id, {"paid_out_of_band": True})
    api.credit_notes.create({"invoice": invoice.id, "amount": 200, "out_of_band_amount": 200})
    api.credit_notes.list({"invoice": invoice.id, "limit": 100, "customer": customer.id})
    _use_other_ends(payments, customer.id)
    events = api.events.list({"types": ["invoice.finalized", "invoice.paid"], "limit": 100})
    api.events.retrieve(events.data[0].id)
    api.events.list({"type": "customer.created", "created": {"lte": int(NOW.timestamp())}})


def _use_other_ends(payments: stripe.StripeClient, customer: str) -> None:
    """Delete, void and write off."""
    api = payments.v1
    ends: list[str] = []
    for _ in range(3):
        draft = api.invoices.create({"customer": customer, "currency": "jpy"})
        api.invoice_items.create({"customer": customer, "invoice": draft.id, "amount": 100, "currency": "jpy"})
        ends.append(draft.id)
    api.invoices.delete(ends[0])
    for one in ends[1:]:
        api.invoices.finalize_invoice(one)
    api.invoices.mark_uncollectible(ends[1])
    api.invoices.void_invoice(ends[2])


def test_every_call_and_answer_is_as_described(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    _use_everything(payments)
    exchanges = vendors.stripe.requests()
    assert {one["operation"] for one in exchanges} == {one.name for one in OPERATIONS}
    assert all(one["status"] == 200 for one in exchanges)
    assert check_log(exchanges) == len(exchanges)


def test_every_refusal_is_as_described(vendors: RunningVendors, payments: stripe.StripeClient) -> None:
    attempts: list[dict[str, object]] = [
        {"colour": "red"},
        {"email": "not an address"},
        {"metadata": {"k": "v" * 501}},
        {"tax_exempt": "always"},
    ]
    for params in attempts:
        with pytest.raises(stripe.InvalidRequestError):
            payments.v1.customers.create(params)  # type: ignore[arg-type]
    for kind, error in (
        ("429", stripe.RateLimitError),
        ("5xx", stripe.APIError),
        ("token_revoked", stripe.AuthenticationError),
    ):
        vendors.stripe.set_fault(kind)
        with pytest.raises(error):
            payments.v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError):
        payments.v1.invoices.retrieve("in_none")
    exchanges = vendors.stripe.requests()
    assert check_log(exchanges) == len(attempts) + 4


def test_the_pinned_version_is_the_described_one() -> None:
    assert json.loads(SPEC.read_text(encoding="utf-8"))["info"]["version"] == API_VERSION


@pytest.mark.parametrize(
    ("method", "path", "form", "answer"),
    [
        ("POST", "/v1/customers", "colour=red", {"id": "cus_1", "object": "customer", "created": 1, "livemode": False}),
        ("POST", "/v1/invoices/in_1/finalize", "auto_advance=perhaps", None),
        ("GET", "/v1/customers", "limit=many", None),
        ("POST", "/v1/customers", "", {"id": "cus_1", "object": "customer", "created": 1}),
        (
            "POST",
            "/v1/customers",
            "",
            {"id": "c", "object": "customer", "created": 1, "livemode": False, "colour": "red"},
        ),
        ("POST", "/v1/colours", "", {}),
    ],
    ids=["unknown parameter", "wrong type", "wrong filter", "missing field", "invented field", "unknown path"],
)
def test_the_check_finds(method: str, path: str, form: str, answer: object) -> None:
    with pytest.raises(AssertionError):
        check_exchange(method, path, form, 200, answer)
