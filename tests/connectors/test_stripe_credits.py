"""Credit notes at Stripe: by line, once however often they are asked for, and without moving money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.vendors import RunningVendors
from connectors.stripe.processor import StripeProcessor
from flows.errors import OutcomeUnknown, Rejected
from flows.values.money import Money
from tests.connectors.invoices import content, line
from tests.contracts.stripe_spec import check_log

LINES = "inv_01jdc0000000000000000000ab:v1:processor.lines"
KEY = "cor_01jdc0000000000000000000ab:processor.credit_note"
FIRST, SECOND = f"{LINES}:line:1", f"{LINES}:line:2"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.fixture
def stripe(vendors: RunningVendors) -> StripeProcessor:
    return StripeProcessor("sk_test_demo", vendors.stripe_url, timeout=(2.0, 2.0))


def issued(stripe: StripeProcessor, *amounts: str) -> str:
    """Issue an invoice with lines over these amounts and return its id."""
    invoice = content(*(line(seq, amount) for seq, amount in enumerate(amounts, start=1)))
    customer = stripe.create_customer(invoice.bill_to, key="c", attempt=0)
    draft = stripe.create_invoice(invoice, customer=customer, memo="", key="d", attempt=0)
    stripe.put_lines(draft.id, invoice, customer=customer, key=LINES, attempt=0)
    return stripe.finalize(draft.id, number="INV-1", key="f", attempt=0).id


def notes(vendors: RunningVendors) -> list[dict[str, Any]]:
    return vendors.stripe.store.all("credit_note")


@pytest.mark.needs_shared
def test_each_line_gives_back_its_part(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    far_id = issued(stripe, "1200", "300")
    made = stripe.credit(far_id, {FIRST: usd("200"), SECOND: usd("300")}, memo="CM-1", key=KEY, attempt=1)
    assert made.total == usd("500") and stripe.find_credit(far_id, KEY) == made
    assert stripe.find_credit(far_id, "another") is None
    left = stripe.read(far_id)
    assert (left.status, left.total, left.remaining) == ("open", usd("1500"), usd("1000"))
    (note,) = notes(vendors)
    assert [(part["description"], part["amount"]) for part in note["lines"]["data"]] == [
        ("Service 1", 20_000),
        ("Service 2", 30_000),
    ]
    assert (note["memo"], note["post_payment_amount"]) == ("CM-1", 0)
    assert check_log(vendors.stripe.requests()) > 0


def test_what_was_paid_is_settled_outside(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    far_id = issued(stripe, "1200")
    vendors.stripe.pay(far_id)
    stripe.credit(far_id, {FIRST: usd("200")}, memo="", key=KEY, attempt=1)
    (note,) = notes(vendors)
    assert (note["out_of_band_amount"], note["post_payment_amount"], note["refunds"]) == (20_000, 20_000, [])


def test_a_line_below_zero_is_given_back_with_the_whole(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    far_id = issued(stripe, "1200", "-200")
    made = stripe.credit(far_id, {FIRST: usd("1200"), SECOND: usd("-200")}, memo="", key=KEY, attempt=1)
    assert made.total == usd("1000")
    assert stripe.read(far_id).remaining == usd("0")


def test_a_lost_answer_is_found_by_the_key(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    far_id = issued(stripe, "1200")
    vendors.stripe.set_fault("drop_after", "credit_notes.create")
    with pytest.raises(OutcomeUnknown):
        stripe.credit(far_id, {FIRST: usd("200")}, memo="", key=KEY, attempt=1)
    found = stripe.find_credit(far_id, KEY)
    assert found and found.total == usd("200") and len(notes(vendors)) == 1


def test_more_than_the_invoice_is_refused(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    far_id = issued(stripe, "1200", "100")
    for wanted in ({SECOND: usd("100.01")}, {FIRST: usd("1200"), SECOND: usd("101")}):
        with pytest.raises(Rejected):
            stripe.credit(far_id, wanted, memo="", key=KEY, attempt=1)
    assert notes(vendors) == []
