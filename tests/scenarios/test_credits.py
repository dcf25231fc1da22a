"""An issued invoice is credited, and another is voided and issued anew, each with its own approval in Slack."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.conftest import POSTGRESQL_AT_NIGHT
from tests.scenarios.house import House
from tests.scenarios.words import Message

APPROVE, REJECT, MORE = "approval.approve", "approval.reject", "approval.more"


def invoice_card(house: House, customer: str, number: int = 0) -> Message:
    """Return the card of one of the customer's invoices, the oldest first."""
    return invoice_cards(house, customer)[number]


def invoice_cards(house: House, customer: str) -> list[Message]:
    """Return the cards of the customer's invoices, the oldest first."""
    return [one for one in house.cards_about(customer) if "Asked for by" not in one.words]


def correction_card(house: House, customer: str) -> Message:
    """Return the newest card of a correction."""
    return [one for one in house.cards_about(customer) if "Asked for by" in one.words][-1]


def issued(house: House, customer: str) -> Message:
    """Close a deal, approve its invoice and return its card."""
    house.close_deal("flat", account=customer)
    house.click("dana", APPROVE, invoice_card(house, customer))
    card = invoice_card(house, customer)
    assert "is issued" in card.text, card.text
    return card


def choose(house: House, who: str, card: Message, act: str) -> dict[str, Any]:
    """Choose an entry of the card's menu."""
    options = card.button(MORE)["options"]
    value = next(one["value"] for one in options if one["value"].startswith(f"{act}:"))
    return house.click(who, MORE, card, value)


def at_stripe(house: House, kind: str) -> list[dict[str, Any]]:
    """Return what stands at Stripe, newest first."""
    answer = house.vendor("GET", f"stripe/v1/{kind}", headers=STRIPE, params={"limit": "100"})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"])


STRIPE = {"Authorization": "Bearer sk_test_demo", "Stripe-Version": "2026-05-27.dahlia"}


def test_a_part_is_credited_and_then_the_rest(house: House) -> None:
    customer = "Larch Hill Dairies"
    card = issued(house, customer)
    number = card.text.split()[0]
    view = choose(house, "sam", card, "credit")["view"]
    form = house.modal(view)
    assert "USD 12,000.00 is left to credit." in form.words
    (first,) = [block["element"] for block in form.raw["blocks"] if block["block_id"] == "line_1"]
    assert first["initial_value"] == "12,000.00"
    refused = house.submit("sam", view, line_1="12000.01", reason_text="too much")
    assert "scope" in refused["errors"], (refused, house.printed()[-3000:])
    refused = house.submit("sam", view, scope="by_line", line_1="12000.01", reason_text="too much")
    assert "USD 12,000.00 is left to credit" in refused["errors"]["line_1"]
    house.submit("sam", view, scope="by_line", line_1="2,000", reason_choice="ended", reason_text="last month unused")
    asked = correction_card(house, customer)
    assert f"Credit USD 2,000.00 of {number}" in asked.text and "please approve" in asked.text
    assert "The service was cancelled or returned: last month unused" in asked.words
    assert "USD 10,000.00" in asked.words
    assert "awaiting approval" in invoice_card(house, customer).words

    house.click("sam", APPROVE, asked)
    assert house.told("sam", since=asked)[-1].startswith(("You asked for this credit memo", "The rule"))
    house.click("dana", APPROVE, asked)
    done = correction_card(house, customer)
    assert f"over USD 2,000.00 is issued: USD 10,000.00 remains of {number}" in done.text, done.text
    assert done.text.startswith("CM-0000")
    card = invoice_card(house, customer)
    assert "Credited USD 2,000.00; USD 10,000.00 remains." in card.words
    assert any("Credit memo CM-" in reply for reply in card.replies)
    memo = done.text.split()[0]
    assert [file["name"] for file in card.files] == [f"{number}.pdf", f"{memo}.pdf"]
    assert f"{memo}.pdf stands in the thread of" in done.words
    (note,) = [one for one in at_stripe(house, "credit_notes") if one["number"].startswith(f"{number}-CN")]
    assert (note["total"], note["post_payment_amount"]) == (200_000, 0)
    assert "last month unused" in note["memo"]

    view = choose(house, "sam", card, "credit")["view"]
    house.submit("sam", view, reason_choice="goodwill")
    house.click("dana", APPROVE, correction_card(house, customer))
    card = invoice_card(house, customer)
    assert f"{number} to {customer} over USD 12,000.00 is credited" in card.text
    assert "Credit…" not in card.words
    house.press_old("sam", card, {**card.button(MORE), "selected_option": {"value": "credit:" + approval_of(card)}})
    assert "only an invoice that is issued can be credited" in house.told("sam", since=card)[-1]


def approval_of(card: Message) -> str:
    """Return the id of the approval on a card."""
    return str(card.button(MORE)["options"][0]["value"].partition(":")[2])


@pytest.mark.parametrize("house", POSTGRESQL_AT_NIGHT, indirect=True)
def test_an_invoice_is_voided_and_issued_anew(house: House) -> None:
    customer = "Rowan Street Books"
    card = issued(house, customer)
    number = card.text.split()[0]
    guest = choose(house, "gus", card, "void")
    house.submit("gus", guest["view"], reason_choice="terms")
    assert "Only members of this workspace" in house.told("gus", since=card)[-1]
    view = choose(house, "sam", card, "void")["view"]
    house.submit("sam", view, reason_choice="terms", reason_text="PO number missing")
    asked = correction_card(house, customer)
    assert asked.text.startswith(f"Void {number} over USD 12,000.00")
    rejecting = house.click("dana", REJECT, asked)["view"]
    house.submit("dana", rejecting, reason_choice="invoice_is_right")
    assert "rejected" in correction_card(house, customer).words
    assert invoice_card(house, customer).text.startswith(f"{number} is issued")

    view = choose(house, "sam", card, "void")["view"]
    house.submit("sam", view, reason_choice="terms", reason_text="PO number missing")
    house.click("dana", APPROVE, correction_card(house, customer))
    old, new = invoice_cards(house, customer)
    assert f"{number} to {customer} over USD 12,000.00 is void" in old.text
    assert "please approve" in new.text
    house.click("dana", APPROVE, new)
    old, new = invoice_cards(house, customer)
    again = new.text.split()[0]
    assert again.startswith("INV-") and again != number
    assert f"Issued instead of <{old_link(new, number)}" in new.words
    assert f"|{again}>" in correction_card(house, customer).words
    by_number = {one["number"]: one["status"] for one in at_stripe(house, "invoices")}
    assert (by_number[number], by_number[again]) == ("void", "open")
    events = [one["action"] for one in house.audit("--object", number)]
    assert {"void.asked", "void.refused", "approval.rejected", "void.done", "invoice.voided"} <= set(events)


def old_link(card: Message, number: str) -> str:
    """Return the link under a number on a card."""
    return card.words.partition(f"|{number}>")[0].rpartition("<")[2]


def test_a_paid_invoice_is_credited_instead_of_voided(house: House) -> None:
    customer = "Sorrel Bay Ferries"
    card = issued(house, customer)
    number = card.text.split()[0]
    (paid,) = [one["id"] for one in at_stripe(house, "invoices") if one["number"] == number]
    house.vendor("POST", f"stripe/v1/invoices/{paid}/pay", headers=STRIPE, data={"paid_out_of_band": "true"})
    house.settle()
    view = choose(house, "sam", card, "void")["view"]
    house.submit("sam", view, reason_choice="twice")
    assert "was paid, so it cannot be voided. Credit it instead." in house.told("sam", since=card)[-1]
    view = choose(house, "sam", card, "credit")["view"]
    house.submit("sam", view, reason_choice="price")
    house.click("dana", APPROVE, correction_card(house, customer))
    (note,) = [one for one in at_stripe(house, "credit_notes") if one["number"].startswith(f"{number}-CN")]
    assert (note["out_of_band_amount"], note["refunds"]) == (1_200_000, [])
    assert f"{number} to {customer} over USD 12,000.00 is credited" in invoice_card(house, customer).text
