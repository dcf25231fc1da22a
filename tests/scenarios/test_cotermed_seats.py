"""Seats are added to a running contract: they are charged to its end, to the cent, when somebody has said so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from flows.values.periods import add_months
from tests.scenarios.conftest import Street
from tests.scenarios.house import OPERATORS, House
from tests.scenarios.papers import Salesforce, Stripe, pdf_text
from tests.scenarios.words import Message

APPROVE = "approval.approve"
AMEND = "contract.amend"
LEAVE = "contract.leave"
CUSTOMER = "Larkspur Labs"
SEATS = {
    "product": "SEAT-M",
    "description": "Seats, a year ahead",
    "quantity": "10",
    "unit_price": "365.00",
    "billing": "per_unit",
    "frequency": "annual",
}
PASSED = 31  # days


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """A house of its own: days pass in it."""
    found = street.new_house("http", "sqlite")
    yield found
    found.check_order()
    found.end()


def test_seats_added_to_a_running_contract_are_charged_to_its_end(house: House) -> None:
    today = house.today()
    end = add_months(today, 12) - timedelta(days=1)
    term = {"start": today.isoformat(), "end": end.isoformat()}
    deal = house.close_deal("per_unit", account=CUSTOMER, lines=[SEATS], **term)
    house.click("dana", APPROVE, house.card_about(CUSTOMER))
    first = house.card_about(CUSTOMER)
    assert "is issued" in first.text and "EUR 3,650.00" in first.words
    house.advance(PASSED)
    house.change_deal(deal, quantity=14)

    # A year of 365 days, 334 of them left: 10 x 365.00 x 334/365 = 3,340.00 is given back of the 3,650.00 billed, and
    # 14 x 365.00 x 334/365 = 4,676.00 is charged: 1,336.00 for four more. In a leap year it is 335 of 366 days.
    days = (end - today).days + 1
    back, charged = share(3650, days), share(5110, days)
    asked = card_with(house, AMEND)
    assert "10 -&gt; 14" in asked.words and f"charge EUR {charged - back:,.2f}" in asked.words
    assert "it ends with the rest of the contract" in asked.words
    assert len(Stripe(house).invoices()) == 1, "nothing is billed until somebody chooses"

    refused = house.click("rita", LEAVE, asked)
    assert refused["ok"] and "Only those who approve invoices" in house.told("rita", since=asked)[-1]
    view = house.click("dana", AMEND, asked)["view"]
    effective = today + timedelta(days=PASSED)
    house.submit("dana", view, effective=effective.isoformat(), charge="now")
    assert f"charge EUR {charged - back:,.2f}, now" in house.told("dana", since=asked)[-1]

    decided = next(one for one in house.cards_about(CUSTOMER) if one.ts == asked.ts)
    assert f"|The draft of the invoice over EUR {charged - back:,.2f}>" in decided.words, "and the link leads there"

    second = card_with(house, APPROVE)
    assert f"EUR {charged - back:,.2f}" in second.text
    house.click("dana", APPROVE, second)
    assert all("is issued" in one.text or "settled" in one.text for one in house.cards_about(CUSTOMER))
    house.press_old("dana", asked, asked.button(LEAVE))
    assert "Nothing was changed" in house.told("dana", since=second)[-1]
    issued = [one for one in Stripe(house).invoices() if one["status"] == "open"]
    assert sorted(one["total"] for one in issued) == [int((charged - back) * 100), 365_000]
    assert not [one for one in house.messages(OPERATORS) if "needs attention" in one.words]


def test_an_invoice_that_a_change_brings_down_to_nothing_is_issued(house: House) -> None:
    today = house.today()
    end = add_months(today, 12) - timedelta(days=1)
    support = SEATS | {"description": "Support", "quantity": "1", "unit_price": "60.00", "frequency": "monthly"}
    term = {"start": today.isoformat(), "end": end.isoformat()}
    deal = house.close_deal("per_unit", account=CUSTOMER, lines=[SEATS, support], **term)
    house.click("dana", APPROVE, house.card_about(CUSTOMER))
    house.change_deal(deal, quantity=9)
    view = house.click("dana", AMEND, card_with(house, AMEND))["view"]
    house.submit("dana", view, effective=today.isoformat(), charge="next", credit="give")
    house.do("advance", until=f"{add_months(today, 1)}T12:00:00+00:00")
    house.until(lambda: [card for card in house.cards_about(CUSTOMER) if APPROVE in card.buttons])
    house.settle()
    waiting = card_with(house, APPROVE)
    assert "EUR 0.00" in waiting.text, "one seat's year, 365.00, is owed, and the month is 60.00"
    house.click("dana", APPROVE, waiting)
    card = next(one for one in house.cards_about(CUSTOMER) if one.ts == waiting.ts)
    assert "is issued" in card.text and "EUR 0.00" in card.text, card.text
    number = card.text.split()[0]
    assert f"{number}.pdf" in [one["name"] for one in card.files]
    (there,) = [one for one in Stripe(house).invoices() if one["number"] == number]
    assert (there["status"], there["total"]) == ("paid", 0), "Stripe holds an invoice of nothing as paid"
    written = pdf_text(house.file(card.files[0]["id"]))
    assert "0.00" in written and "change of what was billed" in written
    assert Salesforce(house).opportunity(deal)["Dunwell_Invoice_Status__c"] == "Issued"
    assert not [one for one in house.messages(OPERATORS) if "needs attention" in one.words]
    options = {one["value"].partition(":")[0]: one["value"] for one in card.button("approval.more")["options"]}
    house.click("sam", "approval.more", card, options["credit"])
    form = house.click("sam", "approval.more", card, options["void"])["view"]
    house.submit("sam", form, reason_choice="twice")
    told = house.told("sam", since=card)
    assert len(told) == 2 and all("comes to nothing" in one for one in told), told


def share(yearly: int, days: int) -> Decimal:
    """Return what is left of a year's price after the days that passed, rounded half up to the cent."""
    return (Decimal(yearly) * (days - PASSED) / days).quantize(Decimal("0.01"), ROUND_HALF_UP)


def card_with(house: House, action_id: str) -> Message:
    """Return the one card that has a button."""
    (found,) = [card for card in house.cards_about(CUSTOMER) if action_id in card.buttons]
    return found
