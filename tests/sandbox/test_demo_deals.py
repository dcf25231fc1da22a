"""The ready-made deals of the demo: each good one is a contract by the demo's own catalogue, and comes to this."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.demo import CATALOGUE, POLICY
from bot.sandbox.company import PRODUCTS
from bot.sandbox.deal_kinds import KINDS
from bot.sandbox.deals_by_price import BY_USE, OVER_TIME
from flows.billing import Contracted
from flows.contracts.catalogue import load_catalogue
from flows.contracts.mapping import terms_of_deal
from flows.policy.load import load_policy
from flows.rating import quote
from flows.values.deal import Deal, DealLine
from tests.flows.deals import BILL_TO, deal

TODAY = date(2026, 11, 23)
KNOWN = load_catalogue(CATALOGUE)


def closed(kind: str) -> Deal:
    """Return the deal as it is read from Salesforce."""
    built: dict[str, Any] = KINDS[kind].build(TODAY)
    lines = tuple(
        DealLine(
            source_id=f"00k{number}",
            product_code=one["product"],
            description=one["product"],
            quantity=Decimal(one["quantity"]),
            unit_price=Decimal(one["unit_price"]),
            total=None,
            billing=one["billing"],
            frequency=one["frequency"],
        )
        for number, one in enumerate(built["lines"], start=1)
    )
    start, end = (date.fromisoformat(built[name]) for name in ("start", "end"))
    return deal(lines=lines, currency=built["currency"], start_date=start, end_date=end, amount=None)


def contract(kind: str) -> Contracted:
    found = terms_of_deal(closed(kind), BILL_TO, KNOWN, load_policy(POLICY).billing, since=TODAY)
    assert isinstance(found, Contracted), found
    return found


@pytest.mark.parametrize("kind", [*BY_USE, *OVER_TIME])
def test_every_priced_deal_is_a_contract_with_something_to_see_at_once(kind: str) -> None:
    first = quote(contract(kind).terms).invoices[0]
    assert first.invoice_date <= TODAY and first.lines, "who closes a deal sees a card"


def test_every_price_model_can_be_tried() -> None:
    models = {line.price.model for kind in (*BY_USE, *OVER_TIME) for line in contract(kind).terms.lines}
    assert models == {
        "flat", "standard", "package", "graduated", "volume", "graduated_percentage", "percentage", "dynamic",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "billed"),
    [
        # 23 Nov to 31 Dec are 39 of the quarter's 92 days: 3,000.00 x 39/92 = 1,271.7391; 1 Oct to 22 Nov are 53 of 92
        ("mid_quarter", ["1271.74", "3000.00", "3000.00", "3000.00", "1728.26"]),
        ("seats_ahead", ["3600.00"]),  # ten at 360.00, a year ahead
        ("ramp", ["900.00"] * 3 + ["1800.00"] * 3 + ["3600.00"] * 6),  # 20, 40 and 80 seats at 45.00
        # the fee; 2,400.00 less 240.00 twice; 2,400.00 three times; 40 x 61.80 six times
        ("offer", ["500.00"] + ["2160.00"] * 2 + ["2400.00"] * 3 + ["2472.00"] * 6),
        ("milestones", ["12000.00"]),  # 30 % of 40,000.00; the rest waits
        ("committed", ["200.00"] + ["1200.00"] * 11 + ["1000.00"]),  # nothing used: the minimum each month
        ("prepaid", ["5000.00"]),
    ],
)
def test_what_time_brings_comes_to_this(kind: str, billed: list[str]) -> None:
    found = quote(contract(kind).terms).invoices
    assert [str(one.total.amount) for one in found if one.total] == billed


def test_the_company_knows_what_the_catalogue_measures() -> None:
    assert {one.code for one in PRODUCTS} == set(KNOWN.products)
    assert {one.code: one.meter for one in PRODUCTS} == {code: one.meter for code, one in KNOWN.products.items()}
