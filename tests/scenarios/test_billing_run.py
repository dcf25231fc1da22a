"""A month passes: the next invoice of a contract is drafted by itself, asked for, approved and issued, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.scenarios.conftest import Street
from tests.scenarios.house import House
from tests.scenarios.words import Message

APPROVE = "approval.approve"
SEATS = {
    "product": "SEAT-M",
    "quantity": "40",
    "unit_price": "60.00",
    "billing": "per_unit",
    "frequency": "monthly",
}


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """A house of its own: months pass in it."""
    found = street.new_house("http", "sqlite")
    yield found
    found.check_order()
    found.end()


def test_the_second_month_is_billed_when_its_day_has_come(house: House) -> None:
    house.close_deal("per_unit", account="Juniper Press", lines=[SEATS])
    (first,) = house.cards_about("Juniper Press")
    house.click("dana", APPROVE, first)
    assert "is issued" in house.card_about("Juniper Press").text
    due = _second_month(house.today())
    told = house.terminal("bill", "--dry-run", "--date", due.isoformat())
    assert "Juniper Press" in told.stdout, told.stderr
    house.do("advance", until=f"{due}T12:00:00+00:00")
    second = house.until(lambda: _other(house.cards_about("Juniper Press"), first))
    house.settle()
    assert "EUR 2,400.00" in second.text
    house.click("dana", APPROVE, second)
    one, other = house.cards_about("Juniper Press")
    assert "is issued" in one.text and "is issued" in other.text
    assert one.files[0]["name"] != other.files[0]["name"]
    house.restart()
    house.settle()
    assert len(house.cards_about("Juniper Press")) == 2, "a restart bills nothing again"
    assert "Juniper Press" not in house.terminal("bill", "--dry-run", "--date", due.isoformat()).stdout


def _second_month(today: date) -> date:
    """Return the first day of the second month of a service that begins on the first of next month."""
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (first + timedelta(days=32)).replace(day=1)


def _other(cards: list[Message], than: Message) -> Message | None:
    return next((card for card in cards if card.ts != than.ts), None)
