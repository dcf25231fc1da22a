"""The arithmetic of an invoice in words: whoever adds up the figures of a line comes to its amount, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.rating import RatedLine
from flows.terms.model import Terms
from flows.values.periods import Period
from tests.flows.rating.adding_up import says_its_amount
from tests.flows.rating.billing import Used, bill
from tests.flows.terms.contracts import CALLS, contracts, terms
from tests.thorough import thorough

FEE = {"id": "setup", "description": "Set-up"}
SHARES = [
    {"id": "first", "description": "First", "pct": "33.33"},
    {"id": "rest", "description": "Rest", "pct": "66.67"},
]


def _words(contract: Terms, subject: str) -> list[tuple[str, ...]]:
    return [line.words for line in _lines(contract) if line.subject == subject]


def _lines(contract: Terms) -> list[RatedLine]:
    return [line for invoice in bill(contract) for line in invoice.lines]


def test_a_fee_of_broken_cents_says_how_it_is_rounded() -> None:
    contract = terms(fees=[FEE | {"amount": "12.345", "quantity": 1203}])
    # 1,203 x 12.345 = 14,851.035, a half of a cent rounds away from zero
    assert _words(contract, "setup") == [("1,203 at 12.345 = 14,851.035", "14,851.035 rounded to 14,851.04")]


def test_shares_of_a_project_say_how_they_are_rounded_and_what_the_last_one_takes() -> None:
    dated = [share | {"date": f"2026-0{month}-01"} for month, share in enumerate(SHARES, start=3)]
    contract = terms(milestones=dated, milestone_total="77.51")
    # 33.33 % of 77.51 is 25.834083; 66.67 % would be 51.675917, rounded to 51.68: together they are 77.51
    assert _words(contract, "first") == [("33.33% of 77.51 = 25.834083", "25.834083 rounded to 25.83")]
    assert _words(contract, "rest") == [("66.67% of 77.51 = 51.675917", "51.675917 rounded to 51.68")]

    halves = [share | {"pct": "50"} for share in dated]
    contract = terms(milestones=halves, milestone_total="100.01")
    # 50.005 is rounded to 50.01, so the other half can only be 50.00
    assert _words(contract, "first") == [("50% of 100.01 = 50.005", "50.005 rounded to 50.01")]
    assert _words(contract, "rest") == [
        ("50% of 100.01, as rounding the others leaves it", "100.01 less 50.01 for the other milestones = 50.00")
    ]


def test_a_minimum_of_a_part_of_a_period_says_how_it_was_cut() -> None:
    least = {"id": "least", "description": "Minimum", "amount": "100", "per": "period", "lines": ["calls"]}
    contract = terms(CALLS, start="2026-01-11", billing={"alignment": "calendar"}, commitments=[least])
    assert _words(contract, "least")[0] == (
        "21 of 31 days: 100.00 x 21/31 = 67.741935…",
        "minimum of 67.741935…, less 0.00 billed = 67.741935…",
        "67.741935… rounded to 67.74",
    )


@st.composite
def _with_what_is_charged_once(draw: st.DrawFn) -> Terms:
    """Any contract, with a fee, milestones, and a minimum or credit where its lines allow for them."""
    contract = draw(contracts())
    raw: dict[str, Any] = contract.model_dump()
    coins = Decimal(1).scaleb(-2) if contract.currency != "JPY" else Decimal(1)
    cents = st.integers(1, 100_000).map(lambda number: number * coins)
    raw["fees"] = [
        FEE | {"amount": draw(st.decimals("0.001", "999", places=3)), "quantity": draw(st.integers(1, 2000))}
    ]
    raw["milestones"] = [share | {"date": contract.start} for share in SHARES]
    raw["milestone_total"] = draw(cents)
    names = [line.id for line in contract.lines]
    raw["credits"] = [{"id": "prepaid", "description": "Credit", "amount": draw(cents), "lines": names[:1]}]
    if contract.end is not None:
        raw["commitments"] = [{"id": "least", "description": "Minimum", "amount": draw(cents), "lines": names}]
    return Terms.model_validate(raw)


@thorough
@given(_with_what_is_charged_once(), st.integers(0, 3000))
def test_the_words_of_every_line_come_to_its_amount(contract: Terms, quantity: int) -> None:
    def used(meter: str, days: Period) -> Used:
        return Used(Decimal(quantity * days.days))

    for invoice in bill(contract, used):
        assert [line.words for line in invoice.lines if not says_its_amount(line)] == []
