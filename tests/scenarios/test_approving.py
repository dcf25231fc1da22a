"""Who may decide on an invoice, what everybody else is told, and that one click is one decision."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat

import pytest

from tests.scenarios.house import House
from tests.scenarios.papers import Salesforce, Stripe, pdf_text

APPROVE, REJECT, REQUEST_CHANGES = "approval.approve", "approval.reject", "approval.request_changes"


def test_an_approved_invoice_is_in_stripe_on_the_deal_and_in_the_thread(house: House) -> None:
    deal = house.close_deal("mixed", account="Aster Mills")
    house.click("dana", APPROVE, house.card_about("Aster Mills"))
    card = house.card_about("Aster Mills")
    assert "is issued" in card.text and APPROVE not in card.buttons
    (file,) = card.files
    number = file["name"].removesuffix(".pdf")
    text = pdf_text(house.file(file["id"]))
    assert number in text and "Aster Mills" in text and "21,900.00" in text
    noted = Salesforce(house).opportunity(deal)
    assert noted["Dunwell_Invoice_Number__c"] == number
    assert noted["Dunwell_Invoice_Status__c"] == "Issued"
    assert noted["Dunwell_Invoice_Total__c"] == "USD 21,900.00"
    (billed,) = [one for one in Stripe(house).invoices() if one["number"] == number]
    assert (billed["status"], billed["total"], billed["currency"]) == ("open", 2_190_000, "usd")


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("gus", "Guests cannot decide on invoices."),
        ("olga", "Only people of this workspace can decide on invoices."),
        ("rita", 'The rule "USD up to 25,000" does not name you, so you cannot decide on this invoice.'),
    ],
)
def test_whoever_may_not_decide_is_told_why_and_who_can(house: House, who: str, why: str) -> None:
    customer = f"Birch & {who.title()} Ltd"
    house.close_deal("flat", account=customer)
    card = house.card_about(f"Birch &amp; {who.title()} Ltd")
    house.click(who, APPROVE, card)
    (told,) = house.told(who, since=card)
    assert told == f"{why} Nothing was changed. It is up to @finance-approvers."
    assert APPROVE in house.card_about(f"Birch &amp; {who.title()} Ltd").buttons


def test_two_different_people_must_approve_a_large_one(house: House) -> None:
    house.close_deal("per_unit", account="Cobalt Freight")
    card = house.card_about("Cobalt Freight")
    house.click("dana", APPROVE, card)
    card = house.card_about("Cobalt Freight")
    assert "1 of 2 approvals" in card.words
    assert card.replies == ["<@U0DANA> approved, 1 of 2. One more is needed: two of @finance-approvers."]
    house.click("dana", APPROVE, card)
    (told,) = house.told("dana", since=card)
    assert told.startswith("Your approval is recorded: 1 of 2. Nothing was changed.")
    house.click("lee", APPROVE, card)
    assert "is issued" in house.card_about("Cobalt Freight").text


def test_an_account_manager_who_is_an_approver_cannot_approve_their_own_deal(house: House) -> None:
    deal = house.close_deal("flat", account="Delta Prints")
    assert "<@U0SAM>" in house.card_about("Delta Prints").words
    Salesforce(house).hand_over(deal, to="dana")
    card = house.card_about("Delta Prints")
    assert "<@U0DANA>" in card.words and "<@U0SAM>" not in card.words, "the card says whose deal it is now"
    house.click("dana", APPROVE, card)
    (told,) = house.told("dana", since=card)
    assert told.startswith("You asked for this invoice, so somebody else must approve it. Nothing was changed.")
    house.click("lee", APPROVE, card)
    assert "is issued" in house.card_about("Delta Prints").text


def test_asking_for_changes_tells_the_account_manager(house: House) -> None:
    house.close_deal("flat", account="Ember & Sons")
    house.request_changes("lee", house.card_about("Ember &amp; Sons"), "PO 77 is closed")
    card = house.card_about("Ember &amp; Sons")
    assert "changes requested" in card.words and APPROVE not in card.buttons
    assert "PO 77 is closed" in card.replies[-1]
    dm = house.direct_messages("sam")[-1]
    assert "Ember &amp; Sons over USD 12,000.00" in dm.text and "PO 77 is closed" in dm.text
    assert "<@U0LEE> asked for changes" in dm.text


def test_a_rejection_needs_a_reason_and_loses_nothing_typed(house: House) -> None:
    house.close_deal("flat", account="Fjord Optics")
    card = house.card_about("Fjord Optics")
    view = house.click("dana", REJECT, card)["view"]
    answer = house.submit("dana", view, reason_choice="other")
    assert answer["errors"] == {"reason_text": "Choose a reason above, or write one here."}
    assert "awaiting approval" in house.card_about("Fjord Optics").words
    house.submit("dana", view, reason_choice="duplicate", reason_text="see INV-000001")
    assert "rejected: “Billed already: see INV-000001”" in house.card_about("Fjord Optics").words


def test_a_click_after_the_decision_says_who_decided(house: House) -> None:
    house.close_deal("flat", account="Garnet Labs")
    card = house.card_about("Garnet Labs")
    house.reject("lee", card, "billed by hand")
    house.press_old("dana", card, card.button(APPROVE))
    (told,) = house.told("dana", since=card)
    assert told == "Lee Okafor rejected this already. The invoice is rejected. Nothing was changed."


def test_somebody_decides_while_the_reason_is_being_typed(house: House) -> None:
    house.close_deal("flat", account="Heron Glass")
    card = house.card_about("Heron Glass")
    view = house.click("dana", REJECT, card)["view"]
    house.click("lee", APPROVE, card)
    house.submit("dana", view, reason_choice="not_due")
    assert "is issued" in house.card_about("Heron Glass").text
    (told,) = house.told("dana", since=card)
    assert told.startswith("Lee Okafor approved this already. The invoice is issued as INV-")


def test_twenty_clicks_at_once_are_one_decision(house: House) -> None:
    house.close_deal("flat", account="Iris Foods")
    card = house.card_about("Iris Foods")
    people = chain.from_iterable(repeat(("dana", "lee"), 10))
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda who: house.press(who, APPROVE, card), people))
    house.settle()
    assert [one["status"] for one in answers] == ["ok"] * 20
    card = house.card_about("Iris Foods")
    assert card.words.count("approved ·") == 1 and len(card.files) == 1
    assert sum("Issued INV-" in reply for reply in card.replies) == 1


def test_a_click_that_slack_delivers_twice_counts_once(house: House) -> None:
    house.close_deal("per_unit", account="Juniper Rail")
    card = house.card_about("Juniper Rail")
    house.fault("slack", "duplicate")
    house.click("dana", APPROVE, card)
    assert "1 of 2 approvals" in house.card_about("Juniper Rail").words
    assert house.told("dana", since=card) == []


@pytest.mark.parametrize(
    "old",
    [
        {"action_id": "approve_invoice", "value": "42"},
        {"action_id": APPROVE, "value": "not what we write"},
        {"action_id": "deal.mend", "value": "dea_gone"},
        {"action_id": "attention.retry", "value": "att_gone"},
    ],
    ids=lambda old: f"{old['action_id']}",
)
def test_a_button_that_nothing_handles_any_more_gets_a_sentence(house: House, old: dict[str, str]) -> None:
    customer = f"Kestrel {old['action_id'].replace('.', ' ')}"
    house.close_deal("flat", account=customer)
    card = house.card_about(customer)
    answer = house.press_old("dana", card, old)
    assert answer["status"] == "ok"
    (told,) = house.told("dana", since=card)
    assert "Nothing" in told
