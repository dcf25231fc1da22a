"""Calls are reported, a month passes, and they are on the draft in tiers, once each: approved and issued."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Street
from tests.scenarios.house import House
from tests.scenarios.papers import pdf_text
from tests.scenarios.words import Message

APPROVE = "approval.approve"
CUSTOMER = "Larkspur Analytics"
WHY = "first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00"
FILE = "key,quantity\nmonday,700\ntuesday,500\n"


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """A house of its own: months pass in it."""
    found = street.new_house("http", "sqlite")
    yield found
    found.check_order()
    found.end()


def test_what_was_used_is_billed_in_tiers_when_the_month_is_over(house: House) -> None:
    deal = house.close_deal("usage", account=CUSTOMER)
    (first,) = house.cards_about(CUSTOMER)
    assert "USD 1,100.00" in first.text, "the platform is billed ahead; nothing was used yet"
    at = house.state()["now"]
    told = house.do("usage", customer=deal["id"], csv=FILE, at=at)
    assert (told["accepted"], told["duplicate"], told["refused"]) == (2, 0, 0)
    again = house.do("usage", customer=deal["id"], key="monday", quantity="700", at=at)
    assert (again["accepted"], again["duplicate"], again["refused"]) == (0, 1, 0)
    house.settle()
    house.advance(31)
    second = house.until(lambda: _other(house.cards_about(CUSTOMER), first))
    house.settle()
    assert "USD 1,216.00" in second.text, "1,100.00 for the next month, 116.00 for 1,200 calls"
    assert WHY in _details(house, second)
    house.click("dana", APPROVE, second)
    issued = _other(house.cards_about(CUSTOMER), first)
    assert issued is not None and "is issued" in issued.text
    printed = pdf_text(house.file(issued.files[0]["id"]))
    assert "116.00" in printed and "1,216.00" in printed


def _details(house: House, card: Message) -> str:
    """Return what finance reads when it asks why the invoice comes to its amount."""
    opened = house.click("dana", "approval.details", card)
    return house.modal(opened["view"]).words


def _other(cards: list[Message], than: Message) -> Message | None:
    return next((card for card in cards if card.ts != than.ts), None)
