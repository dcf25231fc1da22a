"""Calls are reported and billed after their month; what comes when that is out is on the next invoice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo import POLICY
from bot.sandbox.people import TEAM_ID
from tests.scenarios.conftest import Street
from tests.scenarios.house import House
from tests.scenarios.papers import pdf_text
from tests.scenarios.words import Message

APPROVE = "approval.approve"
CUSTOMER = "Larkspur Analytics"
FILE = "key,quantity\nmonday,700\ntuesday,500\n"


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """A house of its own: months pass in it."""
    found = street.new_house("http", "sqlite")
    yield found
    found.check_order()
    found.end()


def test_what_comes_after_its_invoice_was_issued_is_on_the_next_and_names_file_line_and_invoice(
    house: House, tmp_path: Path
) -> None:
    deal = house.close_deal("usage", account=CUSTOMER)
    (first,) = house.cards_about(CUSTOMER)
    at = house.state()["now"]
    house.do("usage", customer=deal["id"], csv=FILE, at=at)
    house.settle()
    house.advance(31)
    second = house.until(lambda: _other(house.cards_about(CUSTOMER), first))
    house.settle()
    assert "USD 1,216.00" in second.text, "1,100.00 for the next month, 116.00 for 1,200 calls"
    house.click("dana", APPROVE, second)
    issued = _other(house.cards_about(CUSTOMER), first)
    assert issued is not None and "is issued" in issued.text
    number = issued.files[0]["name"].removesuffix(".pdf")
    late = tmp_path / "forgotten calls.csv"
    late.write_text(f"key;customer;meter;quantity;occurred_at\nlate-1;{deal['id']};api-calls;300;{at}\n")
    clock = str(house.folder / "data" / "clock")
    ours = {"DUNWELL_POLICY": str(POLICY), "DUNWELL_TEAM_ID": TEAM_ID, "DUNWELL_CLOCK_FILE": clock}
    told = house.terminal("usage", "import", str(late), **ours)
    assert told.returncode == 0 and "1 event taken" in told.stdout, told.stdout + told.stderr
    assert f"was billed with {number}; the difference goes on the next invoice" in told.stdout
    assert "was imported before" in house.terminal("usage", "import", str(late), **ours).stdout
    house.settle()
    assert "116.00" in pdf_text(house.file(issued.files[0]["id"])), "what is out stays as it is"
    house.advance(31)
    third = house.until(lambda: _other(house.cards_about(CUSTOMER), first, second))
    house.settle()
    assert "USD 1,124.00" in third.text, "1,100.00 for the next month, 24.00 for 300 calls in the second tier"
    why = _details(house, third)
    assert "late usage of" in why and "forgotten calls.csv, line 2 (1 event)" in why
    assert f"billed of it before: USD 116.00 with {number}" in why
    house.click("dana", APPROVE, third)
    (out,) = [card for card in house.cards_about(CUSTOMER) if card.ts == third.ts]
    assert "is issued" in out.text and "24.00" in pdf_text(house.file(out.files[0]["id"]))


def _details(house: House, card: Message) -> str:
    """Return what finance reads when it asks why the invoice comes to its amount."""
    opened = house.click("dana", "approval.details", card)
    return house.modal(opened["view"]).words


def _other(cards: list[Message], *than: Message) -> Message | None:
    return next((card for card in cards if card.ts not in {each.ts for each in than}), None)
