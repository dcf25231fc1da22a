"""A draft that cannot be booked as it is coded: finance mends it in Slack, then it is approved and issued."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.scenarios.conftest import POSTGRESQL_AT_NIGHT
from tests.scenarios.house import House
from tests.scenarios.visitor import Visitor
from tests.scenarios.words import Message

APPROVE, CODE, CHECK = "approval.approve", "coding.mend", "coding.check"
ACCOUNTS = ["4000", "4010", "4100", "4110", "4115"]
PLACES = ["BER", "HAM", "NYC"]


def coding_card(house: House, customer: str) -> Message:
    """Return the card on which the coding is mended."""
    (card,) = [one for one in house.cards_about(customer) if "coding" in one.text]
    return card


def approval_cards(house: House, customer: str) -> list[Message]:
    """Return the cards that ask for approval, or did."""
    return [one for one in house.cards_about(customer) if "coding" not in one.text]


def opened(house: House, who: str, customer: str) -> tuple[str, dict[str, Any]]:
    """Open the form; return its id and its selects by question."""
    view = house.click(who, CODE, coding_card(house, customer))["view"]
    blocks = house.modal(view).raw["blocks"]
    return view, {block["block_id"]: block["element"] for block in blocks if block["type"] == "input"}


def values_of(element: dict[str, Any]) -> list[str]:
    """Return what a select offers."""
    return [option["value"] for option in element["options"]]


@pytest.mark.parametrize("house", POSTGRESQL_AT_NIGHT, indirect=True)
@pytest.mark.browser
def test_a_coding_error_is_mended_in_the_browser_and_the_invoice_is_issued(visitor: Visitor, house: House) -> None:
    customer = "Cedar Valley Health"
    visitor.close_deal("coding_error")
    visitor.put_everything_aside()
    visitor.become("rita")
    card = visitor.card(customer).filter(has_text="coding").last
    expect(card).to_contain_text("Line 2 (Workshop on site): the account 4120 is no longer used; use 4115 instead.")
    expect(card).to_contain_text("needs coding")
    visitor.picture("needs-coding", card)
    visitor.press(card, CODE)
    form = visitor.modal()
    expect(form.locator("select").first).to_have_value("4115")
    expect(form).to_contain_text("Professional services")
    visitor.picture("form")
    form.locator("select").nth(2).select_option("HAM")
    visitor.send(form, "Save and go on")
    expect(card).to_contain_text("mended the coding")
    visitor.become("dana")
    approval = visitor.card(customer).filter(has_text="awaiting approval").filter(has_text="Booked")
    expect(approval).to_contain_text("cost centre CC20 (filled in)")
    expect(approval).to_contain_text("place HAM")
    visitor.picture("mended", approval)
    visitor.press(approval, APPROVE)
    expect(visitor.card(customer).filter(has_text="Issued as INV-")).to_have_count(1)


def test_the_form_offers_only_what_fits_and_asks_for_all_of_it_at_once(house: House) -> None:
    house.close_deal("coding_error", account="Quince Clinics")
    card = coding_card(house, "Quince Clinics")
    assert approval_cards(house, "Quince Clinics") == []
    assert "2 things to mend" in card.text and "needs coding" in card.words
    assert (
        "Line 2 (Workshop on site): the department Trainings is no longer used; use Professional services instead."
        in card.words
    )
    view, asked = opened(house, "rita", "Quince Clinics")
    assert (values_of(asked["2.account"]), values_of(asked["2.place"])) == (ACCOUNTS, PLACES)
    assert values_of(asked["2.department"]) == ["Customer success", "Product", "Professional services"]
    assert asked["2.account"]["initial_option"]["value"] == "4115" and "initial_option" not in asked["2.place"]
    house.submit("rita", view, **{"2.place": "HAM"})
    card, (approval,) = coding_card(house, "Quince Clinics"), approval_cards(house, "Quince Clinics")
    assert "<@U0RITA> mended the coding" in card.words and CODE not in card.buttons
    assert "Saved as v2. The invoice is awaiting approval now." in house.told("rita", since=card)[-1]
    assert "account 4115" in approval.words and "4120" not in approval.words
    house.click("dana", APPROVE, approval)
    assert "is issued" in approval_cards(house, "Quince Clinics")[0].text
    events = [event["action"] for event in house.audit()]
    assert {"invoice.needs_coding", "invoice.coding_mended"} <= set(events)


def test_what_was_not_chosen_is_still_missing_and_said(house: House) -> None:
    house.close_deal("coding_error", account="Rowan Baths")
    view, _ = opened(house, "sam", "Rowan Baths")
    house.submit("sam", view)
    card = coding_card(house, "Rowan Baths")
    assert (
        "Line 2 (Workshop on site): the place is missing, which account 4115 asks for." in card.words
        and "4120" not in card.words
    )
    assert "Saved. Still to mend: Line 2 (Workshop on site): the place is missing" in house.told("sam", since=card)[-1]
    view, asked = opened(house, "sam", "Rowan Baths")
    assert list(asked) == ["2.place"]
    house.submit("sam", view, **{"2.place": "BER"})
    assert len(approval_cards(house, "Rowan Baths")) == 1


@pytest.mark.parametrize("who", ["gus", "olga"])
def test_only_members_mend_the_coding(house: House, who: str) -> None:
    customer = f"Sorrel {who}"
    house.close_deal("coding_error", account=customer)
    card = coding_card(house, customer)
    view, _ = opened(house, who, customer)
    house.submit(who, view, **{"2.place": "HAM"})
    assert "Only members of this workspace can do this. Nothing was changed." in house.told(who, since=card)[0]
    assert "2 things to mend" in coding_card(house, customer).text


def test_the_choice_stays_with_its_line_when_the_deal_changes(house: House) -> None:
    deal = house.close_deal("coding_error", account="Tansy Foods")
    view, _ = opened(house, "rita", "Tansy Foods")
    house.submit("rita", view, **{"2.place": "HAM"})
    house.change_deal(deal, po_number="PO-77")
    (approval,) = approval_cards(house, "Tansy Foods")
    assert "PO-77" in approval.words and "v3" in approval.words
    assert "account 4115 · cost centre CC20 (filled in)" in approval.words and "place HAM" in approval.words


def test_a_form_on_an_older_version_shows_the_present_one(house: House) -> None:
    deal = house.close_deal("coding_error", account="Umbel Tiles")
    view, _ = opened(house, "rita", "Umbel Tiles")
    house.change_deal(deal, po_number="PO-78")
    house.submit("rita", view, **{"2.place": "HAM"})
    assert "The invoice has changed." in house.modal(view).words
    house.submit("rita", view, **{"2.place": "HAM"})
    assert "PO-78" in approval_cards(house, "Umbel Tiles")[0].words


def test_checking_again_changes_nothing_while_nothing_was_mended(house: House) -> None:
    house.close_deal("coding_error", account="Vetch Rail")
    card = coding_card(house, "Vetch Rail")
    house.click("lee", CHECK, card)
    assert "Still to mend" in house.told("lee", since=card)[-1]
    assert "v1" in coding_card(house, "Vetch Rail").words
