"""Deals that cannot be billed as they are: a card says what is missing, a form takes it, and the invoice follows."""

from __future__ import annotations

import pytest

from tests.scenarios.house import House
from tests.scenarios.papers import pdf_text

APPROVE, MEND = "approval.approve", "deal.mend"


def test_an_incomplete_deal_is_completed_in_the_form(house: House) -> None:
    house.close_deal("incomplete", account="Umber Films")
    card = house.card_about("Umber Films")
    assert "I cannot bill Umber Films" in card.text and "Sam Rivera, please complete it" in card.words
    view = house.click("sam", MEND, card)["view"]
    form = house.modal(view)
    assert form.inputs == ["amount", "contact_email", "line_1.description"]
    wrong = house.submit("sam", view, contact_email="films@umber.example", amount="twelve")
    assert set(wrong["errors"]) == {"amount"}
    assert house.modal(view).raw["state"]["values"]["contact_email"]["fix.contact_email"]["value"] == (
        "films@umber.example"
    ), "what was typed stays"
    answer = house.submit("sam", view, amount="4,800.00", **{"line_1.description": "Trailer, two minutes"})
    assert answer["ok"], answer
    mended, invoice = house.cards_about("Umber Films")
    assert "<@U0SAM> completed the deal" in mended.words and MEND not in mended.buttons
    assert "USD 4,800.00" in invoice.text
    house.click("dana", APPROVE, invoice)
    assert "is issued" in house.cards_about("Umber Films")[1].text


def test_an_empty_form_says_what_to_do(house: House) -> None:
    house.close_deal("incomplete", account="Vale Books")
    view = house.click("rita", MEND, house.card_about("Vale Books"))["view"]
    assert list(house.submit("rita", view)["errors"].values()) == ["Fill in at least one of these."]


@pytest.mark.parametrize("who", ["gus", "olga"])
def test_only_members_complete_a_deal(house: House, who: str) -> None:
    customer = f"Wicker {who}"
    house.close_deal("no_contact", account=customer)
    card = house.card_about(customer)
    view = house.click(who, MEND, card)["view"]
    house.submit(who, view, contact_email="me@elsewhere.example")
    assert "Only members of this workspace can do this. Nothing was changed." in house.told(who, since=card)[0]
    assert "I cannot bill" in house.card_about(customer).text


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("unknown_currency", "ZZZ"),
        ("negative_quantity", "-5"),
        ("far_past", "31 Mar 2009"),
        ("missing_amount", "amount"),
        ("no_contact", "e-mail"),
        ("unknown_customer", "customer"),
    ],
)
def test_what_cannot_be_billed_is_said_in_words(house: House, kind: str, says: str) -> None:
    name = f"Xenia {kind}"
    house.close_deal(kind, name=name)
    card = house.card_about(name)
    assert card.text.startswith("I cannot bill") and says in card.words
    assert APPROVE not in card.buttons


def test_what_only_the_source_can_mend_is_mended_there(house: House) -> None:
    deal = house.close_deal("negative_quantity", account="Yarrow Farms")
    house.change_deal(deal, quantity=5)
    cards = house.cards_about("Yarrow Farms")
    assert "✅ complete" in cards[0].words and "EUR 300.00" in cards[1].text


def test_a_form_filled_in_twice_is_filled_in_once(house: House) -> None:
    house.close_deal("no_contact", account="Zinnia Cars")
    card = house.card_about("Zinnia Cars")
    mine, theirs = house.click("sam", MEND, card)["view"], house.click("rita", MEND, card)["view"]
    house.submit("sam", mine, contact_email="sam@zinnia.example")
    house.submit("rita", theirs, contact_email="rita@zinnia.example")
    mended, invoice = house.cards_about("Zinnia Cars")
    house.click("dana", APPROVE, invoice)
    assert "sent to" in house.cards_about("Zinnia Cars")[1].words
    assert len(house.cards_about("Zinnia Cars")) == 2
    assert "completed the deal" in mended.words


@pytest.mark.parametrize(
    ("kind", "total", "printed"),
    [
        ("yen", "JPY 1,800,000", "1,800,000"),
        ("dinar", "KWD 308.500", "308.500"),
        ("japanese", "JPY 450,000", "450,000"),
        ("arabic", "KWD 2,300.500", "2,300.500"),
        ("many_lines", "CAD 7,860.00", "7,860.00"),
        ("long_name", "USD 12,000.00", "12,000.00"),
        ("hostile", "USD 12,000.00", "12,000.00"),
    ],
)
def test_odd_but_good_deals_are_billed_to_the_last_decimal(house: House, kind: str, total: str, printed: str) -> None:
    deal = house.close_deal(kind)
    card = house.card_about(deal["id"])
    assert total in card.text
    assert "<!channel>" not in card.words and "<!here>" not in card.words
    house.click("dana", APPROVE, card)
    card = house.card_about(deal["id"])
    assert "is issued" in card.text, card.words
    assert printed in pdf_text(house.file(card.files[0]["id"]))


def test_sixty_lines_are_all_in_the_details(house: House) -> None:
    deal = house.close_deal("many_lines", account="Alder Site Group")
    card = house.card_about("Alder Site Group")
    assert deal["id"] in card.words and "and 52 more lines, CAD 7,052.00" not in card.words
    assert "and 52 more lines" in card.words
    view = house.click("dana", "approval.details", card)["view"]
    first = house.modal(view).words
    assert "Site 1" in first and "Site 60" not in first
    house.press_in_view("dana", view, "approval.details_next")
    assert "Site 60" in house.modal(view).words
    house.do("close", as_="dana", view_id=view)
