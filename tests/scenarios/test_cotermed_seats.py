"""Seats are added to a running contract: they are charged to its end, to the cent, when somebody has said so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Locator, expect

from flows.values.periods import Period, add_months
from tests.scenarios.house import OPERATORS, House
from tests.scenarios.papers import Salesforce, Stripe, pdf_text
from tests.scenarios.visitor import Visitor, day
from tests.scenarios.words import Message

APPROVE = "approval.approve"
AMEND = "contract.amend"
LEAVE = "contract.leave"
ADDED_TO = "Lumière Cosmétiques SA"
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
def house(own_house: House) -> House:
    """A house of its own: days pass in it."""
    return own_house


@pytest.mark.browser
def test_seats_added_to_a_running_contract_are_charged_to_its_end(visitor: Visitor, house: House) -> None:
    """Ten seats at 360.00 a year; after 31 days there are four more, and 334 of the year's 365 days are left.

    10 x 360.00 x 334/365 = 3,294.2466 is given back of the 3,600.00 billed, 14 x 360.00 x 334/365 = 4,611.9452 is
    charged: 4,611.95 - 3,294.25 = 1,317.70. In a leap year it is 335 of 366 days.
    """
    today = house.today() + timedelta(days=1)
    visitor.go_to_day(today)
    year = Period(today, add_months(today, 12) - timedelta(days=1))
    back, charged = share(3600, year.days), share(5040, year.days)
    visitor.close_deal("seats_ahead")
    visitor.put_everything_aside()
    first = visitor.waiting(ADDED_TO)
    expect(first).to_contain_text(f"{ADDED_TO} · EUR 3,600.00")
    visitor.approve(first)
    visitor.let_days_pass(30, 1)
    visitor.change_deal(ADDED_TO, "quantity", "14")
    card = visitor.this(visitor.card(ADDED_TO).filter(has_text="the contract changed"))
    somebody_is_asked_what_that_means(visitor, card, charged - back, year.end)
    stale = card_with(house, AMEND, ADDED_TO)
    assert len(Stripe(house).invoices()) == 1, "nothing is billed until somebody chooses"
    the_seats_are_amended(visitor, card, charged - back)
    the_charge_says_how_it_comes_about(visitor, today + timedelta(days=PASSED), year, (back, charged))
    visitor.check_links(card)
    house.press_old("dana", stale, stale.button(LEAVE))
    assert "Nothing was changed" in house.told("dana", since=stale)[-1]
    issued = [one for one in Stripe(house).invoices() if one["status"] == "open"]
    assert sorted(one["total"] for one in issued) == [int((charged - back) * 100), 360_000]
    assert not [one for one in house.messages(OPERATORS) if "needs attention" in one.words]


def somebody_is_asked_what_that_means(visitor: Visitor, card: Locator, charge: Decimal, end: date) -> None:
    """The card says it to the cent; who sells, but is not the account manager, does not decide."""
    expect(card).to_contain_text("Seats, annual: 10 -> 14, EUR 3,600.00 -> EUR 5,040.00 a year")
    expect(card).to_contain_text(f"charge EUR {charge:,.2f}; it ends with the rest of the contract, {day(end)}")
    visitor.picture("asked", card)
    visitor.become("rita")
    visitor.press(card, LEAVE)
    visitor.confirm()
    expect(visitor.only_for_me()).to_contain_text("Only those who approve invoices")
    visitor.become("dana")


def the_seats_are_amended(visitor: Visitor, card: Locator, charge: Decimal) -> None:
    visitor.press(card, AMEND)
    form = visitor.modal()
    expect(form).to_contain_text(f"charge EUR {charge:,.2f}; it ends with the rest of the contract")
    expect(form.get_by_label("Now, on an invoice of its own")).to_be_checked()
    visitor.picture("form")
    visitor.send(form, "Amend")
    expect(card).to_contain_text(f"charge EUR {charge:,.2f}, now.")
    expect(card.get_by_role("link")).to_have_text(f"The draft of the invoice over EUR {charge:,.2f}")
    visitor.picture("decided", card)


def the_charge_says_how_it_comes_about(
    visitor: Visitor, effective: date, year: Period, amounts: tuple[Decimal, Decimal]
) -> None:
    back, charged = amounts
    left = f"{year.days - PASSED}/{year.days}"
    days = f"{day(effective)} - {day(year.end)}"
    draft = visitor.waiting(ADDED_TO)
    expect(draft).to_contain_text(f"{ADDED_TO} · EUR {charged - back:,.2f}")
    expect(draft).to_contain_text(f"Service period{days}")
    expect(draft).to_contain_text(f"Seats, annual: change of what was billed1({back:,.2f})({back:,.2f})")
    visitor.picture("drafted", draft)
    why = visitor.details(draft)
    expect(why).to_contain_text(f"3,600.00 x {left} = ")
    expect(why).to_contain_text(f"{back:,.2f} of 3,600.00 billed is given back")
    expect(why).to_contain_text(f"5,040.00 x {left} = ")
    expect(why).to_contain_text(f"1 × {charged:,.2f} = EUR {charged:,.2f}{days}")
    assert why.inner_text().count(f"rounded to {charged:,.2f}") == 1
    visitor.picture("why")
    visitor.leave_modal()
    number = visitor.approve(draft)
    printed = visitor.pdf(draft)
    assert number in printed and f"EUR {charged - back:,.2f}" in printed
    visitor.picture("issued", visitor.page.get_by_test_id("thread").locator("a.file"))


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


def card_with(house: House, action_id: str, customer: str = CUSTOMER) -> Message:
    """Return the one card of the customer that has a button."""
    (found,) = [card for card in house.cards_about(customer) if action_id in card.buttons]
    return found
