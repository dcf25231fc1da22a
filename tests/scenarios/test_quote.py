"""What a deal bills, asked before it closes: `/quote` in a channel, answered in a window, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Street
from tests.scenarios.house import House
from tests.scenarios.words import Message

TWO_LINES = [
    {"product": "SEAT-M", "quantity": "40", "unit_price": "60.00", "billing": "per_unit", "frequency": "monthly"},
    {"product": "IMPL", "quantity": "1", "unit_price": "500.00", "billing": "one_time"},
]


@pytest.fixture(scope="module")
def quoting(street: Street) -> Iterator[House]:
    """A house over HTTP on SQLite for these stories alone: their windows stay open over the channels."""
    found = street.new_house("http", "sqlite")
    yield found
    found.end()


@pytest.fixture
def house(quoting: House) -> Iterator[House]:
    """That house, mended after each story."""
    yield quoting
    quoting.mend_everything()
    quoting.check_order()


def ask(house: House, who: str, typed: str, channel: str = "#general") -> Message:
    """Type the command and return the window once it has been filled."""
    answer = house.do("command", as_=who, channel=channel, text=f"/quote {typed}")
    assert answer["ok"] and answer["view"], answer
    house.settle()
    return house.modal(answer["view"])


def test_the_schedule_of_an_open_deal_is_shown_and_nothing_is_kept(house: House) -> None:
    deal = house.close_deal("per_unit", account="Quoin Masons", lines=TWO_LINES, amount="2900.00")
    house.change_deal(deal, stage="Negotiation/Review")
    house.until(lambda: any(one["action"] == "invoice.voided" for one in house.audit()))
    house.settle()
    cards, trail = house.messages(), house.audit()
    shown = ask(house, "rita", f"https://crm.example/lightning/r/Opportunity/{deal['id']}/view").words
    assert "Quoin Masons" in shown and "not closed yet" in shown
    assert "EUR 2,900.00" in shown and "EUR 2,400.00" in shown and "12 invoices, EUR 29,300.00" in shown
    assert "11 invoices of EUR 2,400.00" in shown and "40 seats at 60.00 = 2,400.00" in shown
    assert [one.ts for one in house.messages()] == [one.ts for one in cards]
    assert house.audit() == trail


def test_an_unmapped_product_is_asked_about(house: House) -> None:
    deal = house.close_deal("per_unit", account="Rivet Works")
    house.change_deal(deal, stage="Negotiation/Review", lines=[TWO_LINES[0] | {"product": "NOT-SOLD"}])
    shown = ask(house, "sam", deal["id"]).words
    assert "To be answered" in shown and "once these are answered" in shown


def test_a_deal_that_is_not_there_and_a_guest_are_told_in_words(house: House) -> None:
    assert "There is no deal 006000000000000AAA." in ask(house, "dana", "006000000000000AAA").words
    assert "There is no deal nonsense." in ask(house, "dana", "nonsense").words
    assert (
        "Only members of this workspace can do this."
        in ask(house, "gus", "006000000000000AAA", "#invoice-approvals").words
    )


def test_without_a_deal_the_window_asks_for_one_and_help_says_how_it_is_used(house: House) -> None:
    deal = house.close_deal("flat", account="Sable Press")
    asks = ask(house, "rita", "")
    assert "Its id, or the link to its page." in asks.words
    window = house.do("submit", as_="rita", values={"deal": deal["id"]})
    house.settle()
    assert window["ok"] and "Sable Press" in house.modal(asks.raw["id"]).words
    assert "the id of a deal, or the link to its page" in house.command("rita", "/quote help")


def test_a_crm_that_is_away_is_told_in_the_window(house: House) -> None:
    house.fault("salesforce", "5xx", count=50)
    shown = ask(house, "dana", "006000000000000AAA").words
    assert "Nothing was stored. Ask again in a few minutes." in shown
