"""A new version of a deal is told in words and money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given

from flows.contracts.rules import differences
from flows.values.deal import Deal
from tests.flows.deals import DEAL, SEATS, any_deal, deal, line


def test_a_quantity_is_told_with_what_it_costs() -> None:
    more = deal(lines=(line(quantity=Decimal(42)),))
    # 42 x 60.00 = 2,520.00
    assert differences(DEAL, more) == ("Seats: quantity 40 -> 42 (USD 2,400.00 -> USD 2,520.00)",)


def test_another_dimension_and_another_timing_are_told() -> None:
    before = deal(lines=(line(dimensions=(("department", "200"), ("region", "EU"))),))
    after = deal(lines=(line(timing="arrears", dimensions=(("department", "300"),)),))
    assert differences(before, after) == ("Seats: timing none -> arrears, department 200 -> 300, region EU -> none",)


def test_another_renewal_is_told() -> None:
    renewed = deal(renewal_months=Decimal(12), uplift_pct=Decimal("3.50"))
    assert differences(DEAL, renewed) == (
        "months of a renewal: none -> 12",
        "percent that prices rise at a renewal: none -> 3.5",
    )


def test_each_kind_of_change_has_its_words() -> None:
    new = deal(
        amount=Decimal(9000),
        po_number=None,
        terms="Net 45",
        start_date=date(2027, 1, 1),
        is_won=False,
        lines=(line(unit_price=Decimal("59.50")), line(source_id="00k2", description="Setup", quantity=Decimal(1))),
    )
    # 40 x 59.50 = 2,380.00
    assert differences(DEAL, new) == (
        "no longer closed won",
        "PO: 4500-2211 -> none",
        "terms: Net 30 -> Net 45",
        "start: 1 Dec 2026 -> 1 Jan 2027",
        "amount: USD 2,400.00 -> USD 9,000.00",
        "Seats: price USD 60.00 -> USD 59.50 (USD 2,400.00 -> USD 2,380.00)",
        "line added: Setup, 1 × USD 60.00 = USD 60.00",
    )
    assert "line removed: Setup, 1 × USD 60.00 = USD 60.00" in differences(new, DEAL)


def test_the_same_number_written_otherwise_is_no_change() -> None:
    same = deal(amount=Decimal(2400), lines=(line(quantity=Decimal("40.000"), total=SEATS.total),))
    assert differences(DEAL, same) == ()


@given(any_deal, any_deal)
def test_any_two_deals_can_be_compared(old: Deal, new: Deal) -> None:
    for change in differences(old, new):
        assert len(change) < 900
        assert "\n" not in change


@given(any_deal)
def test_a_deal_does_not_differ_from_itself(one: Deal) -> None:
    changes = differences(one, one)
    ids = [each.source_id for each in one.lines]
    assert changes == () or len(set(ids)) < len(ids)
