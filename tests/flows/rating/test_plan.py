"""When what is billed: invoice dates, periods, renewals, milestones."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rating import last_invoice_date, plan
from flows.terms.model import Terms
from flows.values.periods import DAY, Period
from tests.flows.terms.contracts import CALLS, SEATS, contracts, terms
from tests.thorough import thorough


def dates(planned_for: Terms, horizon: date, **reached: date) -> list[str]:
    return [invoice.key for invoice in plan(planned_for, horizon=horizon, reached=reached)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["2026-01-15", "2026-04-15", "2026-07-15", "2026-10-15"]),
        ({"timing": "arrears"}, ["2026-04-15", "2026-07-15", "2026-10-15", "2027-01-15"]),
        ({"timing": "arrears", "arrears_on": "period_end"}, ["2026-04-14", "2026-07-14", "2026-10-14", "2027-01-14"]),
        ({"anchor_day": 1}, ["2026-01-15", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]),
        ({"alignment": "calendar"}, ["2026-01-15", "2026-04-01", "2026-07-01", "2026-10-01", "2027-01-01"]),
        (
            {"alignment": "calendar", "fiscal_year_start_month": 2},
            ["2026-01-15", "2026-02-01", "2026-05-01", "2026-08-01", "2026-11-01"],
        ),
    ],
)
def test_invoices_come_in_the_rhythm_of_the_terms(changes: dict[str, Any], expected: list[str]) -> None:
    quarterly = terms(start="2026-01-15", end="2027-01-14", billing={"frequency": "quarterly"} | changes)
    assert dates(quarterly, date(2027, 12, 31)) == expected
    assert last_invoice_date(quarterly) == date.fromisoformat(expected[-1])


def test_what_falls_on_one_day_is_on_one_invoice() -> None:
    both = terms(SEATS, CALLS, billing={"timing": "arrears"}, fees=[_fee("2026-03-01")])
    march = plan(both, horizon=date(2026, 3, 1))[-1]
    assert [charge.subject for charge in march.charges] == ["setup", "seats", "calls"]
    assert march.period == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert march.due_date == date(2026, 3, 31)


def test_a_line_that_begins_later_ends_its_periods_with_the_contract() -> None:
    added = SEATS | {"id": "more", "start": "2026-05-11"}
    periods = [charge.period for invoice in plan(terms(added), horizon=date(2026, 7, 1)) for charge in invoice.charges]
    assert periods == [
        Period(date(2026, 5, 11), date(2026, 5, 31)),
        Period(date(2026, 6, 1), date(2026, 6, 30)),
        Period(date(2026, 7, 1), date(2026, 7, 31)),
    ]


def test_a_fixed_renewal_goes_on_term_by_term() -> None:
    renewed = terms(billing={"frequency": "annual"}, renewal={"kind": "fixed", "months": 24})
    assert dates(renewed, date(2030, 6, 1)) == ["2026-01-01", "2027-01-01", "2028-01-01", "2029-01-01", "2030-01-01"]
    once = terms(billing={"frequency": "annual"}, renewal={"kind": "fixed", "months": 12, "times": 1})
    assert dates(once, date(2030, 6, 1)) == ["2026-01-01", "2027-01-01"]


def test_a_renewal_inside_a_period_counts_its_own_periods() -> None:
    odd = terms(end="2026-02-10", renewal={"kind": "fixed", "months": 1})
    assert dates(odd, date(2026, 4, 30)) == ["2026-01-01", "2026-02-01", "2026-02-11", "2026-03-11", "2026-04-11"]


def test_an_evergreen_contract_and_one_without_an_end_go_on() -> None:
    for endless in (terms(end=None), terms(end="2026-02-28", renewal={"kind": "evergreen"})):
        assert dates(endless, date(2026, 5, 1)) == [f"2026-0{month}-01" for month in range(1, 6)]
    assert last_invoice_date(terms(end=None)) is None


def test_a_milestone_comes_on_its_day_or_with_its_event() -> None:
    project = terms(
        lines=None,
        milestone_total="100",
        milestones=[
            {"id": "start", "description": "Start", "pct": "40", "date": "2026-01-01"},
            {"id": "done", "description": "Done", "pct": "60", "event": "accepted"},
        ],
    )
    assert dates(project, date(2026, 12, 31)) == ["2026-01-01"]
    assert dates(project, date(2026, 12, 31), accepted=date(2026, 6, 5)) == ["2026-01-01", "milestone:done"]
    assert dates(project, date(2026, 6, 4), accepted=date(2026, 6, 5)) == ["2026-01-01"]


def test_an_event_on_the_day_of_an_invoice_leaves_that_invoice_as_it_was() -> None:
    reached = {"id": "done", "description": "Done", "amount": "60", "event": "accepted"}
    both = terms(milestones=[reached])
    before, after = (
        plan(both, horizon=date(2026, 2, 1), reached=known) for known in ({}, {"accepted": date(2026, 2, 1)})
    )
    assert [invoice for invoice in after if invoice in before] == list(before)
    assert [invoice.key for invoice in after if invoice not in before] == ["milestone:done"]


@thorough
@given(contracts(), st.integers(0, 1500))
def test_the_periods_of_every_line_tile_its_time(contract: Terms, ahead: int) -> None:
    horizon = contract.start + timedelta(days=ahead)
    billed = defaultdict(list)
    for invoice in plan(contract, horizon=horizon):
        for charge in invoice.charges:
            if charge.period:
                billed[charge.number].append(charge.period)
    for number, periods in billed.items():
        line = contract.lines[number]
        assert periods[0].start == contract.starts(line)
        assert all(after.start == before.end + DAY for before, after in pairwise(periods))
        last = line.end or (contract.end if contract.renewal.kind == "none" else None)
        assert last is None or periods[-1].end <= last


@thorough
@given(contracts(), st.integers(0, 1000), st.integers(0, 500))
def test_a_later_horizon_adds_invoices_and_changes_none(contract: Terms, ahead: int, more: int) -> None:
    near, far = (contract.start + timedelta(days=days) for days in (ahead, ahead + more))
    soon, later = plan(contract, horizon=near), plan(contract, horizon=far)
    assert later[: len(soon)] == soon
    assert all(near < invoice.invoice_date <= far for invoice in later[len(soon) :])
    assert len({invoice.key for invoice in later}) == len(later)


def _fee(day: str) -> dict[str, Any]:
    return {"id": "setup", "description": "Setup", "amount": "500", "date": day}
