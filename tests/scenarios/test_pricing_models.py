"""Calls in tiers with a monthly minimum, as finance sees them: used little, then more than the minimum."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.scenarios.house import House
from tests.scenarios.visitor import Visitor

CUSTOMER = "Bluepeak Logistics Inc"


@pytest.fixture
def house(own_house: House) -> House:
    """A house of its own: months pass in it."""
    return own_house


@pytest.mark.browser
def test_a_minimum_is_trued_up_when_less_was_used_and_not_when_more_was(visitor: Visitor, house: House) -> None:
    the_platform_is_billed_ahead(visitor)
    a_usage_file_is_dropped(visitor)
    little_use_is_trued_up(visitor)
    much_use_is_not(visitor)


def the_platform_is_billed_ahead(visitor: Visitor) -> None:
    visitor.close_deal("committed")
    visitor.put_everything_aside()
    first = visitor.waiting(CUSTOMER)
    expect(first).to_contain_text(f"{CUSTOMER} · USD 200.00")  # of the calls nothing is known yet
    visitor.approve(first)


def a_usage_file_is_dropped(visitor: Visitor) -> None:
    """1,200 calls in two rows; the same file again changes nothing."""
    file = visitor.fetch_usage_file(CUSTOMER)
    visitor.drop_usage_file(CUSTOMER, file)
    expect(visitor.page.locator("#toasts")).to_contain_text("Usage: 2 accepted.")
    visitor.picture("usage-dropped", visitor.world().locator("[data-report-usage]"))
    visitor.put_everything_aside()
    visitor.drop_usage_file(CUSTOMER, file)
    visitor.is_told("Usage: 0 accepted, 2 known before.")


def little_use_is_trued_up(visitor: Visitor) -> None:
    visitor.let_days_pass(30, 1)
    card = visitor.waiting(CUSTOMER)
    # the platform for the next month 200.00; 1,000 calls at 0.10 and 200 at 0.08 = 116.00; 884.00 to the 1,000.00
    expect(card).to_contain_text(f"{CUSTOMER} · USD 1,200.00")
    visitor.picture("trued-up", card)
    why = visitor.details(card)
    expect(why).to_contain_text("first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00")
    expect(why).to_contain_text("minimum of 1,000.00, less 116.00 billed = 884.00")
    visitor.picture("why-trued-up")
    visitor.leave_modal()
    number = visitor.approve(card)
    visitor.picture("issued", card)
    printed = visitor.pdf(card)
    assert all(words in printed for words in (number, "116.00", "884.00", "1,200.00"))


def much_use_is_not(visitor: Visitor) -> None:
    visitor.report_usage(CUSTOMER, "13500")
    visitor.is_told("Usage: 1 accepted.")
    # 1,000 at 0.10 and 12,500 at 0.08 = 1,100.00: more than the minimum, which is told once, by the largest share
    told = visitor.card(CUSTOMER).filter(has_text="of what is agreed")
    expect(told).to_contain_text("USD 1,100.00 (110.0 %)")
    expect(told).to_have_count(1)
    visitor.picture("all-used-up", told)
    visitor.let_days_pass(30, 1)
    card = visitor.waiting(CUSTOMER)
    expect(card).to_contain_text(f"{CUSTOMER} · USD 1,300.00")  # 200.00 and 1,100.00, with nothing to true up
    why = visitor.details(card)
    expect(why).to_contain_text("next 12,500 at 0.08 = 1,000.00")
    expect(why).not_to_contain_text("minimum of")
    visitor.picture("why-not-trued-up")
    visitor.leave_modal()
    visitor.approve(card)
