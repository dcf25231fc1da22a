"""A deal that starts inside a quarter and is billed by quarters of the calendar, as finance sees it: to the cent."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.scenarios.house import House
from tests.scenarios.visitor import Visitor

CUSTOMER = "Cedar Valley Health"


@pytest.fixture
def house(own_house: House) -> House:
    """A house of its own: months pass in it."""
    return own_house


@pytest.mark.browser
def test_the_first_quarter_is_prorated_by_its_days_and_the_next_is_whole(visitor: Visitor, house: House) -> None:
    today = house.today()
    year = today.year if today < date(today.year, 11, 23) else today.year + 1
    visitor.go_to_day(date(year, 11, 23))
    visitor.close_deal("mid_quarter")
    visitor.put_everything_aside()
    the_first_days_are_prorated(visitor, year)
    visitor.go_to_day(date(year + 1, 1, 1))
    the_next_quarter_is_whole(visitor, year + 1)


def the_first_days_are_prorated(visitor: Visitor, year: int) -> None:
    """23 Nov to 31 Dec: 8 + 31 = 39 of the quarter's 31 + 30 + 31 = 92 days; 3,000.00 x 39/92 = 1,271.7391…"""
    days = f"23 Nov {year} - 31 Dec {year}"
    card = visitor.waiting(CUSTOMER)
    expect(card).to_contain_text(f"{CUSTOMER} · USD 1,271.74")
    expect(card).to_contain_text(f"Service period{days}")
    expect(card).to_contain_text("Platform, quarterly: price USD 3,000.00 -> USD 1,271.74 (line 1)")
    visitor.picture("prorated", card)
    why = visitor.details(card)
    expect(why).to_contain_text(f"1 × 1,271.74 = USD 1,271.74{days}")
    expect(why).to_contain_text("39 of 92 days: 3,000.00 x 39/92 = 1,271.73913…")
    expect(why).to_contain_text("1,271.73913… rounded to 1,271.74")
    visitor.picture("why-prorated")
    visitor.leave_modal()
    number = visitor.approve(card)
    visitor.picture("issued", card)
    printed = visitor.pdf(card)
    assert all(words in printed for words in (number, "USD 1,271.74", f"23 Nov {year} – 31 Dec {year}"))


def the_next_quarter_is_whole(visitor: Visitor, year: int) -> None:
    card = visitor.waiting(CUSTOMER)
    expect(card).to_contain_text(f"{CUSTOMER} · USD 3,000.00")
    expect(card).to_contain_text(f"Service period1 Jan {year} - 31 Mar {year}")
    expect(card).not_to_contain_text("Differs from the deal")
