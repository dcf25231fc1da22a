"""Stripe's adapter against the strict simulator: a whole invoice, and every way of doing it twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.vendors import RunningVendors
from connectors.stripe.processor import StripeProcessor
from flows.errors import OutcomeUnknown, Rejected, TryAgain
from flows.ports import ProcessorInvoice
from flows.values.clock import FixedClock
from flows.values.invoice import InvoiceContent
from flows.values.money import Money
from tests.connectors.invoices import ACME, TODAY, content, line

KEY = "inv_01jdc0000000000000000000ab:1:stripe"


@pytest.fixture
def stripe(vendors: RunningVendors) -> StripeProcessor:
    return StripeProcessor("sk_test_demo", vendors.stripe_url, timeout=(2.0, 2.0))


def drafted(stripe: StripeProcessor, invoice: InvoiceContent, key: str = KEY) -> tuple[str, ProcessorInvoice]:
    customer = stripe.create_customer(invoice.bill_to, key=f"{key}:customer", attempt=0)
    draft = stripe.create_invoice(invoice, customer=customer, memo="Thank you", key=key, attempt=0)
    return customer, stripe.put_lines(draft.id, invoice, customer=customer, key=key, attempt=0)


def stored(vendors: RunningVendors, kind: str) -> list[dict[str, Any]]:
    return vendors.stripe.store.all(kind)


def test_an_invoice_goes_through_with_the_amounts_that_were_approved(
    vendors: RunningVendors, stripe: StripeProcessor
) -> None:
    invoice = content()
    customer, draft = drafted(stripe, invoice)
    assert (draft.status, draft.total, draft.sent) == ("draft", invoice.total, False)

    issued = stripe.finalize(draft.id, number="INV-1042", key=f"{KEY}:finalize", attempt=0)
    assert (issued.status, issued.number, issued.total) == ("open", "INV-1042", Money(Decimal("3600.50"), "USD"))
    assert issued.pay_url

    sent = stripe.send(draft.id, key=f"{KEY}:send", attempt=0)
    assert sent.sent and sent.status == "open"
    assert stripe.read(draft.id) == sent
    assert stripe.find_invoice(customer, KEY) == sent


def test_what_stripe_is_told(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    drafted(stripe, content(line(1, "12.35", quantity="988", unit="0.0125"), line(2, "40")))
    customer, invoice = stored(vendors, "customer")[0], stored(vendors, "invoice")[0]
    first, second = stored(vendors, "invoiceitem")
    assert (customer["email"], customer["name"]) == (ACME.email, ACME.name)
    assert (customer["address"]["line1"], customer["address"]["line2"]) == ("Ring 1", "10115 Berlin, Germany")
    assert invoice["metadata"]["dunwell_invoice"] == KEY.partition(":")[0]
    assert invoice["custom_fields"] == [{"name": "PO number", "value": "PO-77"}]
    assert (invoice["collection_method"], invoice["auto_advance"]) == ("send_invoice", False)
    assert first["description"] == "Service 1 (988 × USD 0.0125)"
    assert (first["amount"], second["amount"], second["description"]) == (1235, 4000, "Service 2")


def test_everything_is_found_again_by_its_key(stripe: StripeProcessor) -> None:
    customer, draft = drafted(stripe, content())
    drafted(stripe, content(), key="inv_other")
    assert stripe.find_customer(f"{KEY}:customer", ACME.email) == customer
    assert stripe.find_customer("nobody", ACME.email) is None
    assert stripe.find_invoice(customer, KEY) == draft
    assert stripe.find_invoice(customer, "nothing") is None


def test_a_key_is_found_beyond_the_first_page(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    first = stripe.create_customer(ACME, key="oldest", attempt=0)
    record = stored(vendors, "customer")[0]
    for number in range(101):
        vendors.stripe.store.put("customer", f"cus_{number}", {**record, "id": f"cus_{number}", "metadata": {}})
    assert stripe.find_customer("oldest", ACME.email) == first


@pytest.mark.parametrize("attempt", [0, 1])
def test_lines_that_are_there_are_not_added_again(
    vendors: RunningVendors, stripe: StripeProcessor, attempt: int
) -> None:
    invoice = content()
    customer, draft = drafted(stripe, replace(invoice, lines=invoice.lines[:1]))
    whole = stripe.put_lines(draft.id, invoice, customer=customer, key=KEY, attempt=attempt)
    again = stripe.put_lines(draft.id, invoice, customer=customer, key=KEY, attempt=attempt + 1)
    assert whole == again and whole.total == invoice.total
    assert [item["description"] for item in stored(vendors, "invoiceitem")] == [
        "Service 1",
        "Service 2 (48.01 × USD 50)",
    ]


@pytest.mark.parametrize("keys", ["honoured", "ignored"])
def test_lines_half_done_by_a_broken_try_are_completed(
    vendors: RunningVendors, stripe: StripeProcessor, keys: str
) -> None:
    invoice = content(line(1, "10"), line(2, "20"), line(3, "30"))
    customer = stripe.create_customer(ACME, key="c", attempt=0)
    draft = stripe.create_invoice(invoice, customer=customer, memo="", key=KEY, attempt=0)
    vendors.stripe.set_fault("drop_after", "invoiceitems.create")
    with pytest.raises(OutcomeUnknown):
        stripe.put_lines(draft.id, invoice, customer=customer, key=KEY, attempt=0)
    if keys == "ignored":
        vendors.stripe.set_fault("ignore_idempotency", "invoiceitems.create", count=10)
    whole = stripe.put_lines(draft.id, invoice, customer=customer, key=KEY, attempt=0)
    assert whole.total == Money(Decimal(60), "USD")
    assert len(stored(vendors, "invoiceitem")) == 3


def test_finalizing_and_sending_twice_is_done_once(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    _, draft = drafted(stripe, content())
    first = stripe.finalize(draft.id, number="INV-1", key="f", attempt=0)
    again = stripe.finalize(draft.id, number="INV-1", key="f", attempt=1)
    assert first == again
    sent = stripe.send(draft.id, key="s", attempt=0)
    assert stripe.send(draft.id, key="s", attempt=1) == sent
    events = [event["type"] for event in stored(vendors, "event")]
    assert (events.count("invoice.finalized"), events.count("invoice.sent")) == (1, 1)


def test_a_sending_whose_answer_was_lost_is_not_mailed_again(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    _, draft = drafted(stripe, content())
    stripe.finalize(draft.id, number="INV-1", key="f", attempt=0)
    vendors.stripe.set_fault("drop_after", "invoices.send")
    with pytest.raises(OutcomeUnknown):
        stripe.send(draft.id, key="s", attempt=0)
    assert stripe.send(draft.id, key="s", attempt=1).sent
    assert [event["type"] for event in stored(vendors, "event")].count("invoice.sent") == 1


def test_a_finalizing_whose_answer_was_lost_is_found_done(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    _, draft = drafted(stripe, content())
    vendors.stripe.set_fault("drop_after", "invoices.finalize")
    with pytest.raises(OutcomeUnknown):
        stripe.finalize(draft.id, number="INV-1", key="f", attempt=0)
    assert stripe.finalize(draft.id, number="INV-1", key="f", attempt=1).status == "open"


def test_a_number_that_another_invoice_has_is_refused(stripe: StripeProcessor) -> None:
    _, first = drafted(stripe, content())
    _, second = drafted(stripe, content(), key="other")
    stripe.finalize(first.id, number="INV-1", key="f1", attempt=0)
    with pytest.raises(Rejected, match="INV-1"):
        stripe.finalize(second.id, number="INV-1", key="f2", attempt=0)
    assert stripe.read(second.id).status == "draft"


@pytest.mark.parametrize("days", [0, -3])
def test_a_due_date_that_has_come_is_due_at_once(
    vendors: RunningVendors, stripe: StripeProcessor, clock: FixedClock, days: int
) -> None:
    _, draft = drafted(stripe, content(due=TODAY + timedelta(days=days)))
    assert stored(vendors, "invoice")[0]["due_date"] == int(clock.now().timestamp())
    assert draft.total == content().total


def test_discarding_deletes_a_draft_voids_an_open_invoice_and_may_be_repeated(
    vendors: RunningVendors, stripe: StripeProcessor
) -> None:
    _, draft = drafted(stripe, content())
    stripe.discard(draft.id, key="d")
    stripe.discard(draft.id, key="d")
    assert stored(vendors, "invoice") == []

    _, other = drafted(stripe, content(), key="other")
    stripe.finalize(other.id, number="INV-2", key="f", attempt=0)
    stripe.discard(other.id, key="d2")
    stripe.discard(other.id, key="d2")
    assert stripe.read(other.id).status == "void"
    with pytest.raises(Rejected, match="void and cannot be sent"):
        stripe.send(other.id, key="s", attempt=0)


def test_a_key_that_stripe_does_not_know_says_where_to_put_the_right_one(vendors: RunningVendors) -> None:
    with pytest.raises(Rejected, match="STRIPE_API_KEY"):
        StripeProcessor("sk_test_wrong", vendors.stripe_url).check()


def test_check_says_how_we_are_connected(stripe: StripeProcessor) -> None:
    assert stripe.check() == "Stripe answers in test mode, API version 2026-05-27.dahlia."


def test_throttling_passes_and_the_same_call_is_made_again(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    vendors.stripe.set_fault("429", "customers.create")
    with pytest.raises(TryAgain):
        stripe.create_customer(ACME, key="c", attempt=0)
    assert stripe.create_customer(ACME, key="c", attempt=0).startswith("cus_")
    assert len(stored(vendors, "customer")) == 1


def test_a_lost_creation_is_found_by_its_key(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    vendors.stripe.set_fault("drop_after", "customers.create")
    with pytest.raises(OutcomeUnknown):
        stripe.create_customer(ACME, key="c", attempt=0)
    assert stripe.find_customer("c", ACME.email) == stored(vendors, "customer")[0]["id"]


def test_a_stored_500_stays_until_the_attempt_grows(vendors: RunningVendors, stripe: StripeProcessor) -> None:
    vendors.stripe.set_fault("stored_500", "customers.create")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            stripe.create_customer(ACME, key="c", attempt=0)
    assert stripe.find_customer("c", ACME.email) is None
    assert stripe.create_customer(ACME, key="c", attempt=1)


def test_a_customer_whose_address_was_corrected_the_same_day_is_no_clash(stripe: StripeProcessor) -> None:
    first = stripe.create_customer(ACME, key="cus_1", attempt=0)
    corrected = replace(ACME, email="billing@acme.example")
    second = stripe.create_customer(corrected, key="cus_1", attempt=0)
    assert stripe.create_customer(corrected, key="cus_1", attempt=0) == second != first
    assert stripe.find_customer("cus_1", corrected.email) == second


def test_names_of_5000_characters_are_cut_and_amounts_never_are(
    vendors: RunningVendors, stripe: StripeProcessor
) -> None:
    long = "ж" * 5000
    wordy = replace(line(1, "10.10", quantity="3", unit="3.3667"), description=long)
    _, draft = drafted(stripe, content(wordy, bill_to=replace(ACME, name=long, address=long, contact=long)))
    assert draft.total == Money(Decimal("10.10"), "USD")
    assert stored(vendors, "invoiceitem")[0]["description"].endswith("… (3 × USD 3.3667)")
    assert len(stored(vendors, "customer")[0]["name"]) == 256


def test_a_currency_that_stripe_counts_otherwise_keeps_its_worth(stripe: StripeProcessor) -> None:
    _, draft = drafted(stripe, content(line(1, "5000", "ISK")))
    assert draft.total == Money(Decimal(5000), "ISK")
    with pytest.raises(Rejected, match=r"steps of 0\.010"):
        drafted(stripe, content(line(1, "1.005", "KWD")), key="kwd")
