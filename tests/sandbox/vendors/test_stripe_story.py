"""Stripe's own library against the Stripe simulator: an invoice from draft to its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import stripe

from bot.sandbox.vendors import RunningVendors
from flows.values.clock import FixedClock
from tests.sandbox.vendors.conftest import ask

HOUR = 3600


def make_draft(payments: stripe.StripeClient, amount: int = 240_000, **invoice: Any) -> stripe.Invoice:
    """A customer with a draft of one line."""
    customer = payments.v1.customers.create({"name": "Northwind GmbH", "email": "ap@northwind.example"})
    terms: Any = {"collection_method": "send_invoice", "days_until_due": 30, "currency": "eur"}
    made: Any = {"customer": customer.id, **terms, **invoice}
    draft = payments.v1.invoices.create(made)
    payments.v1.invoice_items.create({"customer": customer.id, "invoice": draft.id, "amount": amount})
    return draft


def test_an_invoice_goes_from_draft_to_sent(payments: stripe.StripeClient, clock: FixedClock) -> None:
    draft = make_draft(payments)
    assert (draft.status, draft.number, draft.due_date) == (
        "draft",
        None,
        int(clock.now().timestamp()) + 30 * 24 * HOUR,
    )
    opened = payments.v1.invoices.finalize_invoice(draft.id)
    assert (opened.status, opened.total, opened.amount_due, opened.amount_remaining) == (
        "open",
        240_000,
        240_000,
        240_000,
    )
    assert opened.number is not None
    sent = payments.v1.invoices.send_invoice(draft.id)
    assert sent.customer_email == "ap@northwind.example"
    types = [one.type for one in payments.v1.events.list({"limit": 100}).data]
    assert types == ["invoice.sent", "invoice.finalized", "invoice.created", "customer.created"]


@pytest.mark.parametrize(
    ("quantity", "unit", "amount"),
    [("1", "0.5", 1), ("3", "33.5", 101), ("1", "-0.5", -1), ("40", "6000", 240_000), ("1.5", "33.333333333333", 50)],
)
def test_an_item_is_rounded_half_away_from_zero(
    payments: stripe.StripeClient, quantity: str, unit: str, amount: int
) -> None:
    customer = payments.v1.customers.create({"name": "A"})
    priced: Any = {"currency": "usd", "quantity_decimal": quantity, "unit_amount_decimal": unit}
    priced["customer"] = customer.id
    item = payments.v1.invoice_items.create(priced)
    assert item.amount == amount


def test_an_invoice_carries_ten_lines_and_lists_the_rest(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments, amount=1)
    for _ in range(11):
        payments.v1.invoice_items.create({"customer": str(draft.customer), "invoice": draft.id, "amount": 1})
    shown = payments.v1.invoices.retrieve(draft.id)
    assert (len(shown.lines.data), shown.lines.has_more, shown.total) == (10, True, 12)
    assert len(list(payments.v1.invoices.line_items.list(draft.id).auto_paging_iter())) == 12


def test_a_number_is_used_once(payments: stripe.StripeClient) -> None:
    make_draft(payments, number="INV-1")
    with pytest.raises(stripe.InvalidRequestError, match="INV-1"):
        make_draft(payments, number="INV-1")


def test_stripe_gives_a_number_when_there_is_none(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments)
    again = payments.v1.invoices.create({"customer": str(draft.customer), "currency": "eur"})
    payments.v1.invoice_items.create({"customer": str(draft.customer), "invoice": again.id, "amount": 5})
    numbers = [payments.v1.invoices.finalize_invoice(one).number or "" for one in (draft.id, again.id)]
    assert [number[-5:] for number in numbers] == ["-0001", "-0002"]
    assert numbers[0][:8] == numbers[1][:8]


def test_what_is_final_stays(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments)
    payments.v1.invoices.finalize_invoice(draft.id)
    with pytest.raises(stripe.InvalidRequestError, match="already finalized"):
        payments.v1.invoices.finalize_invoice(draft.id)
    with pytest.raises(stripe.InvalidRequestError, match="Finalized invoices"):
        payments.v1.invoices.update(draft.id, {"description": "other"})
    with pytest.raises(stripe.InvalidRequestError, match="no longer editable"):
        payments.v1.invoice_items.create({"customer": str(draft.customer), "invoice": draft.id, "amount": 1})
    with pytest.raises(stripe.InvalidRequestError, match="only delete draft"):
        payments.v1.invoices.delete(draft.id)
    changed = payments.v1.invoices.update(draft.id, {"metadata": {"a": "b"}})
    assert changed.to_dict()["metadata"] == {"a": "b"}


def test_a_void_invoice_keeps_its_number_and_is_the_end(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments)
    number = payments.v1.invoices.finalize_invoice(draft.id).number
    assert (payments.v1.invoices.void_invoice(draft.id).status, number) == (
        "void",
        payments.v1.invoices.retrieve(draft.id).number,
    )
    with pytest.raises(stripe.InvalidRequestError, match="isn't open"):
        payments.v1.invoices.pay(draft.id, {"paid_out_of_band": True})
    with pytest.raises(stripe.InvalidRequestError, match="void"):
        payments.v1.invoices.send_invoice(draft.id)


def test_an_invoice_over_nothing_is_paid_at_once(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments, amount=0)
    assert payments.v1.invoices.finalize_invoice(draft.id).status == "paid"


def test_sending_needs_an_address(payments: stripe.StripeClient) -> None:
    customer = payments.v1.customers.create({"name": "Nobody"})
    draft = payments.v1.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 1}
    )
    with pytest.raises(stripe.InvalidRequestError, match="Missing email"):
        payments.v1.invoices.send_invoice(draft.id)
    assert payments.v1.invoices.retrieve(draft.id).status == "draft"


def test_a_draft_that_advances_is_sent_after_an_hour(payments: stripe.StripeClient, clock: FixedClock) -> None:
    draft = make_draft(payments, auto_advance=True)
    clock.advance(timedelta(seconds=HOUR - 1))
    assert payments.v1.invoices.retrieve(draft.id).status == "draft"
    clock.advance(timedelta(seconds=1))
    assert payments.v1.invoices.retrieve(draft.id).status == "open"
    assert payments.v1.events.list({"type": "invoice.sent"}).data


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"collection_method": "send_invoice"}, "days_until_due"),
        ({"days_until_due": 3}, "collection_method"),
        ({"collection_method": "send_invoice", "days_until_due": 3, "due_date": 4_000_000_000}, "only specify one"),
        ({"collection_method": "send_invoice", "due_date": 1}, "in the future"),
        ({"currency": "zzz"}, "Invalid currency"),
        ({"number": "N" * 27}, "at most 26"),
        ({"custom_fields": [{"name": "n", "value": "v" * 141}]}, "at most 140"),
        ({"custom_fields": [{"name": "n", "value": "v"}] * 5}, "maximum 4"),
        ({"description": "d" * 1501}, "at most 1500"),
        ({"metadata": {"k" * 41: "v"}}, "up to 40"),
    ],
)
def test_an_invoice_is_refused(payments: stripe.StripeClient, params: Any, words: str) -> None:
    customer = payments.v1.customers.create({"name": "A"})
    with pytest.raises(stripe.InvalidRequestError, match=words):
        payments.v1.invoices.create(params | {"customer": customer.id})


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"amount": 1, "quantity": 2}, "only specify one"),
        ({"quantity": 2}, "Missing required param: amount"),
        ({"amount": 1, "currency": "usd"}, "must be that of the invoice"),
        ({"quantity": -1, "unit_amount_decimal": "5"}, "at least 0"),
        ({"unit_amount_decimal": "0.1234567890123"}, "12 decimal places"),
        ({"amount": 1, "period": {"start": 5, "end": 4}}, "before its start"),
    ],
)
def test_an_item_is_refused(payments: stripe.StripeClient, params: Any, words: str) -> None:
    draft = make_draft(payments)
    with pytest.raises(stripe.InvalidRequestError, match=words):
        payments.v1.invoice_items.create(params | {"customer": str(draft.customer), "invoice": draft.id})


def test_dinars_have_three_decimals_of_which_the_last_is_nought(payments: stripe.StripeClient) -> None:
    customer = payments.v1.customers.create({"name": "A"})
    assert (
        payments.v1.invoice_items.create({"customer": customer.id, "currency": "kwd", "amount": 12_340}).amount
        == 12_340
    )
    with pytest.raises(stripe.InvalidRequestError, match="last digit"):
        payments.v1.invoice_items.create({"customer": customer.id, "currency": "kwd", "amount": 12_345})


def test_customers_are_found_by_address_and_by_page(payments: stripe.StripeClient) -> None:
    made = [payments.v1.customers.create({"email": f"c{n % 2}@a.example"}).id for n in range(5)]
    found = payments.v1.customers.list({"email": "c0@a.example"})
    assert [one.id for one in found.data] == [made[4], made[2], made[0]]
    page = payments.v1.customers.list({"limit": 2, "starting_after": made[4]})
    assert ([one.id for one in page.data], page.has_more) == ([made[3], made[2]], True)
    assert [one.id for one in payments.v1.customers.list({"limit": 2}).auto_paging_iter()] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        payments.v1.customers.list({"starting_after": "cus_none"})


def test_who_asks_has_to_give_key_and_version(vendors: RunningVendors) -> None:
    url = f"{vendors.stripe_url}/v1/customers"
    known = {"Authorization": "Bearer sk_test_demo", "Stripe-Version": "2026-05-27.dahlia"}
    assert ask("GET", url, headers=known).status_code == 200
    assert ask("GET", url, headers={"Stripe-Version": "2026-05-27.dahlia"}).status_code == 401
    assert ask("GET", url, headers={**known, "Authorization": "Bearer sk_other"}).status_code == 401
    assert ask("GET", url, headers={**known, "Stripe-Version": "2020-08-27"}).status_code == 400
    assert (
        ask("GET", url, headers={"Stripe-Version": "2026-05-27.dahlia"}, auth=("sk_test_demo", "")).status_code == 200
    )
    assert ask("POST", url, json={}, headers=known).status_code == 400
    assert ask("GET", f"{vendors.stripe_url}/v1/customers/search", headers=known).status_code == 404
    assert (
        ask("GET", f"{vendors.stripe_url}/v1/charges", headers=known)
        .json()["error"]["message"]
        .startswith("Unrecognized")
    )


def test_the_customers_link_works(payments: stripe.StripeClient) -> None:
    draft = make_draft(payments, description="x")
    opened = payments.v1.invoices.finalize_invoice(draft.id)
    page = ask("GET", opened.hosted_invoice_url or "")
    assert page.status_code == 200
    assert "EUR 2,400.00" in page.text
    assert ask("GET", opened.invoice_pdf or "").content.startswith(b"%PDF")
