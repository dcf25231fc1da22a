"""What cannot be together is refused at its place, with what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from flows.terms.problems import Problem, problems_in, written
from tests.flows.terms.contracts import CALLS, CONTRACT, SEATS, terms

JANUARY, FEBRUARY = "the period 2026-01-01 to 2026-01-31", "the period 2026-02-01 to 2026-02-28"
ONE_PRICE = "measured usage has one price a period"
TERM_TIERS = CALLS | {"accumulate": "term"}
FLAT = {"id": "base", "description": "Base fee", "price": {"model": "flat", "unit_price": "10"}}


def told(*lines: dict[str, Any], **changes: Any) -> list[str]:
    """Return the problems of a contract that is refused, each as "place: what is wrong"."""
    with pytest.raises(ValidationError) as refused:
        terms(*lines, **changes)
    found: list[str] = []
    for entry in refused.value.errors():
        path = tuple(step for step in entry["loc"] if step not in {"standard", "flat", "graduated"})
        inner = problems_in(entry) or (Problem((), entry["msg"]),)
        found += [f"{written((*path, *problem.path))}: {problem.message}" for problem in inner]
    return found


def ramp(*segments: str) -> dict[str, Any]:
    """Write a ramp as "2026-01-01 2026-03-31 40"; a dash is no end."""
    split = [segment.split() for segment in segments]
    return {
        "ramp": [
            {"start": start, "quantity": quantity} | ({"end": end} if end != "-" else {})
            for start, end, quantity in split
        ]
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"quantity": None}, "lines[1]: needs a quantity (agreed) or a meter (measured)"),
        ({"meter": "calls"}, "lines[1].quantity: stands beside meter; keep the meter for usage"),
        ({"aggregation": "max"}, "lines[1].aggregation: is for metered lines; name the meter, or remove it"),
        ({"accumulate": "term"}, "lines[1].accumulate: is for metered lines"),
        ({"start": "2025-12-31"}, "lines[1].start: 2025-12-31 is before the contract's start, 2026-01-01"),
        ({"end": "2027-01-01"}, "lines[1].end: 2027-01-01 is after the contract's end, 2026-12-31"),
        ({"start": "2026-03-01", "end": "2026-02-01"}, "lines[1].end: 2026-02-01 is before its start, 2026-03-01"),
        (
            ramp("2026-01-01 2026-02-28 1", "2026-04-01 - 2"),
            "lines[1].ramp[2].start: 2026-04-01 leaves a gap after 2026-02-28; write 2026-03-01",
        ),
        (
            ramp("2026-01-01 2026-02-28 1", "2026-02-01 - 2"),
            "lines[1].ramp[2].start: 2026-02-01 overlaps the one before, to 2026-02-28; write 2026-03-01",
        ),
        (ramp("2026-01-01 - 1", "2026-02-01 - 2"), "lines[1].ramp[2].start: the segment before has no end; only the"),
        (ramp("2026-01-02 - 1"), "lines[1].ramp[1].start: 2026-01-02 is not the first day, 2026-01-01"),
        (ramp("2026-01-01 2026-06-30 1"), "lines[1].ramp[1].end: 2026-06-30 is not the last day, 2026-12-31"),
        (
            ramp("2026-02-01 - 1") | {"start": "2026-01-05"},
            "lines[1].ramp[1].start: 2026-02-01 is not the line's start",
        ),
        (
            {"ramp": [{"start": "2026-01-01"}]},
            "lines[1].ramp[1]: changes nothing; give a quantity, a unit_price or both",
        ),
        (
            {"free": [{"start": "2026-03-01", "end": "2026-02-01"}]},
            "lines[1].free[1].end: 2026-02-01 is before its start",
        ),
        (
            {"free": [{"start": "2026-03-01", "end": "2026-03-31"}, {"start": "2026-03-31", "end": "2026-04-30"}]},
            "lines[1].free[2].start: 2026-03-31 is not after the free period before, to 2026-03-31",
        ),
        ({"free": [{"start": "2025-03-01", "end": "2026-03-31"}]}, "lines[1].free[1].start: 2025-03-01 is before the"),
        ({"discounts": [{}]}, "lines[1].discounts[1]: needs either pct or amount"),
        (
            {"discounts": [{"pct": 1, "amount": 1}]},
            "lines[1].discounts[1].amount: stands beside pct; keep one of the two",
        ),
        (
            {"discounts": [{"pct": 1, "end": "2027-03-01"}]},
            "lines[1].discounts[1].end: 2027-03-01 is after the contract's",
        ),
        (
            {"escalator": {"pct": 5, "cap_pct": 4}},
            "lines[1].escalator.cap_pct: 4 is below the first rise of 5; raise it",
        ),
    ],
)
def test_a_line_of_seats_that_contradicts_itself(line: dict[str, Any], problem: str) -> None:
    raw = {name: value for name, value in (SEATS | line).items() if value is not None}
    assert any(found.startswith(problem) for found in told(raw))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (FLAT | {"quantity": 2}, "lines[1].quantity: a flat price has none"),
        (FLAT | {"meter": "x"}, "lines[1].meter: a flat price has none"),
        (FLAT | ramp("2026-01-01 - 1"), "lines[1].ramp[1].quantity: the line has no agreed quantity; remove it"),
        (CALLS | {"timing": "advance"}, "lines[1].timing: usage is known only afterwards; write arrears"),
        (CALLS | {"price_per": "annual"}, "lines[1].price_per: is for agreed quantities"),
        (
            CALLS | {"accumulate": "term", "aggregation": "max"},
            "lines[1].accumulate: term needs usage that only grows: sum or unique_count, not max",
        ),
        (
            CALLS | {"ramp": [{"start": "2026-01-01", "unit_price": 1}]},
            "lines[1].ramp[1].unit_price: the model graduated has more than one price; end the line here",
        ),
        (CALLS | {"escalator": {"pct": 1, "round_to": 2}}, "lines[1].escalator.round_to: the model graduated has more"),
        (
            CALLS | {"price": {"model": "percentage", "rate_pct": "2.9"}, "escalator": {"pct": 3}},
            "lines[1].escalator: the model percentage follows amounts by itself; remove the escalator",
        ),
        (
            SEATS | {"price": {"model": "percentage", "rate_pct": "2.9"}},
            "lines[1]: the model percentage is of single payments: name the meter that counts them",
        ),
        (
            CALLS | {"free": [{"start": "2026-01-01", "end": "2026-01-15"}]},
            f"lines[1].free[1].end: 2026-01-15 divides {JANUARY} of calls, but {ONE_PRICE}; write 2025-12-31 or",
        ),
        (
            CALLS | {"discounts": [{"pct": 5, "start": "2026-02-10"}]},
            f"lines[1].discounts[1].start: 2026-02-10 divides {FEBRUARY} of calls, but {ONE_PRICE}; write 2026",
        ),
        (
            CALLS | {"start": "2026-01-15", "escalator": {"pct": 5, "every_months": 6}},
            "lines[1].escalator.every_months: 2026-07-15 divides the period 2026-07-01 to 2026-07-31 of calls, but",
        ),
        (
            TERM_TIERS | {"free": [{"start": "2026-01-01", "end": "2026-01-31"}]},
            "lines[1].free[1].end: 2026-02-01 is inside a term, through which the tiers of calls run on",
        ),
        (
            TERM_TIERS | {"discounts": [{"amount": 5}]},
            "lines[1].discounts[1]: tiers that run on through the term take only a pct without dates off",
        ),
    ],
)
def test_a_line_of_another_model_that_contradicts_itself(line: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in told(line))


MINIMUM: dict[str, Any] = {"id": "min", "description": "Minimum", "amount": 10, "lines": ["calls"]}
CREDIT: dict[str, Any] = {"id": "pre", "description": "Prepaid", "amount": 10, "lines": ["calls"]}
PART: dict[str, Any] = {"id": "part", "description": "Part", "date": "2026-02-01"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lines": None}, "lines: there is nothing to bill; add lines, fees, milestones or credits"),
        ({"end": "2025-12-31"}, "end: 2025-12-31 is before the start, 2026-01-01"),
        (
            {"end": None, "renewal": {"kind": "fixed", "months": 12}},
            "renewal: the contract has no end to be renewed at",
        ),
        ({"renewal": {"kind": "fixed"}}, "renewal.months: is missing; say for how many months"),
        ({"renewal": {"months": 12}}, "renewal.months: is for a renewal; write kind: fixed, or remove it"),
        ({"renewal": {"uplift_pct": 3}}, "renewal.uplift_pct: is for a renewal; write kind: fixed, or remove it"),
        (
            {"renewal": {"kind": "evergreen", "times": 2}},
            "renewal.times: an evergreen contract is not renewed by number",
        ),
        ({"renewal": {"kind": "evergreen", "uplift_pct": 2}}, "renewal.months: an evergreen contract has months only"),
        ({"billing": {"alignment": "calendar", "anchor_day": 5}}, "billing.anchor_day: is for alignment: anniversary"),
        ({"billing": {"fiscal_year_start_month": 5}}, "billing.fiscal_year_start_month: is for alignment: calendar"),
        ({"lines": [SEATS, SEATS]}, "lines[2].id: seats is the id of lines[1] already; take another"),
        (
            {"lines": [SEATS, FLAT], "fees": [{"id": "base", "description": "x", "amount": 1}]},
            "fees[1].id: base is the id of lines[2] already; take another",
        ),
        (
            {"lines": [CALLS, CALLS | {"id": "peak", "aggregation": "max"}]},
            "lines[2].aggregation: max differs from sum of the same meter in lines[1]; a meter is counted in one way",
        ),
        ({"milestones": [PART]}, "milestones[1]: needs either amount or pct"),
        ({"milestones": [PART | {"amount": 1, "event": "done"}]}, "milestones[1].event: stands beside date; keep one"),
        ({"milestones": [PART | {"pct": 100}]}, "milestone_total: is missing; say what the percentages"),
        (
            {"milestones": [PART | {"pct": 90}], "milestone_total": 10},
            "milestones: the percentages add up to 90, not to 100",
        ),
        ({"milestone_total": 10}, "milestone_total: no milestone has a percentage of it; remove it"),
        (
            {"milestones": [PART | {"amount": "1.005"}]},
            "milestones[1].amount: 1.005 is finer than the smallest coin of USD",
        ),
        (
            {"fees": [{"id": "f", "description": "x", "amount": 1, "date": "2027-01-01"}]},
            "fees[1].date: 2027-01-01 is after",
        ),
        (
            {"lines": [CALLS], "commitments": [MINIMUM | {"lines": ["cals"]}]},
            "commitments[1].lines[1]: cals is not the id",
        ),
        (
            {"lines": [CALLS], "commitments": [MINIMUM | {"lines": ["calls", "calls"]}]},
            "commitments[1].lines[2]: calls stands",
        ),
        (
            {"lines": [CALLS], "end": None, "commitments": [MINIMUM]},
            "commitments[1].per: the contract has no term that ends",
        ),
        (
            {"lines": [CALLS, SEATS], "commitments": [MINIMUM | {"per": "period", "lines": ["calls", "seats"]}]},
            "commitments[1].lines: are not billed in the same periods; give them one frequency and timing",
        ),
        (
            {"lines": [TERM_TIERS], "commitments": [MINIMUM | {"per": "period"}]},
            "commitments[1].per: the tiers of its lines run on through the term; write per: term",
        ),
        ({"lines": [TERM_TIERS], "end": None}, "lines[1].accumulate: the contract has no term that ends; write period"),
        (
            {"lines": [CALLS], "credits": [CREDIT | {"date": "2026-02-01", "expires": "2026-01-31"}]},
            "credits[1].expires: 2026-01-31 is before it is bought, 2026-02-01",
        ),
        (
            {"lines": [CALLS], "credits": [CREDIT | {"expires": "2026-02-10"}]},
            f"credits[1].expires: 2026-02-10 divides {FEBRUARY} of calls, but credit pays for whole",
        ),
        (
            {"lines": [SEATS | ramp("2026-01-01 2026-01-09 1", "2026-01-10 - 2")], "billing": {"proration": "none"}},
            f"lines[1].ramp[2].start: 2026-01-10 divides {JANUARY} of seats, but proration: none",
        ),
        (
            {"lines": [CALLS], "allowances": [{"meter": "cals", "quantity": 1}]},
            "allowances[1].meter: cals is the meter of",
        ),
        (
            {"lines": [CALLS], "end": None, "allowances": [{"meter": "api_calls", "quantity": 1, "per": "term"}]},
            "allowances[1].per: the contract has no term that ends; write per: period",
        ),
    ],
)
def test_a_contract_that_contradicts_itself(changes: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in told(**changes))


def test_the_problems_of_all_lines_are_told_together() -> None:
    found = told(SEATS | {"meter": "x"}, CALLS | {"timing": "advance"}, FLAT | {"quantity": 1})
    assert [problem.partition(":")[0] for problem in found] == [
        "lines[1].quantity",
        "lines[2].timing",
        "lines[3].quantity",
    ]


@pytest.mark.parametrize("number", [0.1, 1.0, True, float("nan")])
def test_a_float_is_never_taken_for_a_price(number: float) -> None:
    found = told(SEATS | {"price": {"model": "standard", "unit_price": number}})
    assert "must be written as digits" in found[0]


def test_terms_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        terms().currency = "EUR"
    assert CONTRACT["currency"] == "USD"
