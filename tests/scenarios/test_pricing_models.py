"""Calls in tiers with a monthly minimum, through the whole product: used little, then more than the minimum."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Street
from tests.scenarios.house import APPROVALS, House
from tests.scenarios.words import Message

CUSTOMER = "Foxglove Maps"


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """A house of its own: months pass in it."""
    found = street.new_house("http", "sqlite")
    yield found
    found.check_order()
    found.end()


def newest(house: House, seen: set[str]) -> Message | None:
    """Return the card of the customer that was not seen before."""
    return next((one for one in house.cards_about(CUSTOMER) if one.ts not in seen and one.buttons), None)


def why(house: House, card: Message) -> str:
    """Return the arithmetic that finance reads in the details."""
    return house.modal(house.click("dana", "approval.details", card)["view"]).words


def test_a_minimum_is_trued_up_when_less_was_used_and_not_when_more_was(house: House) -> None:
    deal = house.close_deal("committed", account=CUSTOMER)
    (first,) = house.cards_about(CUSTOMER)
    assert "USD 200.00" in first.text, "the platform ahead; of the calls nothing is known yet"
    at = house.state()["now"]
    house.do("usage", customer=deal["id"], meter="committed-calls", quantity="1200", at=at)
    house.settle()
    assert len(house.cards_about(CUSTOMER)) == 1, "USD 116.00 is no half of the minimum"
    house.advance(31)
    second = house.until(lambda: newest(house, {first.ts}))
    house.settle()
    # the platform for the next month 200.00; 1,000 calls at 0.10 and 200 at 0.08 = 116.00; 884.00 to the 1,000.00
    assert "USD 1,200.00" in second.text
    said = why(house, second)
    assert "first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00" in said
    assert "minimum of 1,000.00, less 116.00 billed = 884.00" in said
    at = house.state()["now"]
    house.do("usage", customer=deal["id"], meter="committed-calls", quantity="13500", at=at)
    house.settle()
    # 1,000 at 0.10 and 12,500 at 0.08 = 1,100.00: more than the minimum, which is told once, by the largest share
    told = [one.text for one in house.messages(APPROVALS) if "of what is agreed" in one.text and CUSTOMER in one.text]
    assert len(told) == 1 and "has used USD 1,100.00 of USD 1,000.00, 110.0 %" in told[0]
    seen = {one.ts for one in house.cards_about(CUSTOMER)}
    house.advance(31)
    third = house.until(lambda: newest(house, seen))
    house.settle()
    assert "USD 1,300.00" in third.text, "200.00 and 1,100.00, with nothing to true up"
    assert "less 1,100.00 billed" not in why(house, third)
