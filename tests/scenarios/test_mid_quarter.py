"""A deal that starts inside a quarter and is billed by the quarters of the calendar: exact to the cent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.conftest import Street
from tests.scenarios.house import House
from tests.scenarios.papers import pdf_text

CUSTOMER = "Juniper Clinics"


@pytest.fixture
def house(street: Street) -> Iterator[House]:
    """The house that other stories live in too; no figure here depends on the database."""
    found = street.house("http", "sqlite")
    yield found
    found.check_order()


def test_the_first_quarter_is_prorated_by_its_days(house: House) -> None:
    terms = {"start": "2027-02-15", "end": "2028-02-14"}
    house.close_deal("mid_quarter", account=CUSTOMER, **terms)
    card = house.card_about(CUSTOMER)
    # 15 Feb to 31 Mar 2027: 14 + 31 = 45 of the quarter's 31 + 28 + 31 = 90 days; 3,000.00 x 45/90 = 1,500.00
    assert "USD 1,500.00" in card.text
    house.click("dana", "approval.approve", card)
    house.settle()
    issued = house.card_about(CUSTOMER)
    assert "is issued" in issued.text
    printed = pdf_text(house.file(issued.files[0]["id"]))
    assert "1,500.00" in printed and "15 Feb 2027" in printed and "31 Mar 2027" in printed


def test_a_share_that_does_not_come_out_even_is_rounded_once(house: House) -> None:
    house.close_deal("mid_quarter", account="Juniper Labs", start="2027-11-23", end="2028-11-22")
    # 23 Nov to 31 Dec 2027: 8 + 31 = 39 of the quarter's 31 + 30 + 31 = 92 days; 3,000.00 x 39/92 = 1,271.7391…
    assert "USD 1,271.74" in house.card_about("Juniper Labs").text
