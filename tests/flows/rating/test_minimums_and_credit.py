"""Minimum commitments with their true-up, and prepaid credit with drawdown and expiry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flows.rating import Facts, credit_balance, plan, rate
from flows.values.money import Money
from flows.values.periods import DAY, Period, add_months
from tests.flows.rating.billing import Used, amounts, bill, billed, by_start
from tests.flows.terms.contracts import CALLS, SEATS, terms

CENT_CALLS = CALLS | {"price": {"model": "standard", "unit_price": "0.10"}}
QUARTER: dict[str, Any] = {"start": "2026-01-01", "end": "2026-03-31"}
USED = by_start(d2026_01_01="1000", d2026_02_01="200", d2026_03_01="3000")  # 100, 20 and 300


def minimum(amount: str, per: str, *lines: str) -> dict[str, Any]:
    return {"commitments": [{"id": "least", "description": "Minimum", "amount": amount, "per": per, "lines": lines}]}


def credit(amount: str, **changes: Any) -> dict[str, Any]:
    return {"id": "prepaid", "description": "Prepaid", "amount": amount, "price": 0, "lines": ["calls"]} | changes


def test_what_is_missing_of_a_minimum_is_billed_with_each_period() -> None:
    contract = terms(CENT_CALLS, **QUARTER, **minimum("50", "period", "calls"))
    invoices = list(bill(contract, USED))
    assert [str(invoice.total) for invoice in invoices] == ["USD 100.00", "USD 50.00", "USD 300.00"]
    assert invoices[1].lines[1].words == ("minimum of 50.00, less 20.00 billed = 30.00",)


def test_a_part_of_a_period_has_its_part_of_the_minimum() -> None:
    contract = terms(CENT_CALLS, start="2026-01-01", end="2026-01-14", **minimum("62", "period", "calls"))
    short = terms(CENT_CALLS, start="2026-01-01", end="2026-02-14", **minimum("56", "period", "calls"))
    assert amounts(bill(contract)) == ["2026-01-15 28.00"]  # 14 of 31 days of 62
    assert amounts(bill(short)) == ["2026-02-01 56.00", "2026-02-15 28.00"]  # 14 of 28 days of 56


def test_the_minimum_of_a_term_is_settled_with_its_last_charge() -> None:
    both = terms(CENT_CALLS, SEATS | {"quantity": 1}, **QUARTER, **minimum("1000", "term", "calls", "seats"))
    # three times 60 for the seat in advance, 420 for calls; 400 are missing
    assert amounts(bill(both, USED)) == [
        "2026-01-01 60.00",
        "2026-02-01 160.00",
        "2026-03-01 80.00",
        "2026-04-01 700.00",
    ]
    assert (
        amounts(bill(terms(CENT_CALLS, **QUARTER, **minimum("420", "term", "calls")), USED))[-1] == "2026-04-01 300.00"
    )


def test_every_renewed_term_has_its_own_minimum() -> None:
    contract = terms(CENT_CALLS, **QUARTER, renewal={"kind": "fixed", "months": 3}, **minimum("500", "term", "calls"))
    assert amounts(bill(contract, USED, horizon=date(2026, 7, 1))) == [
        "2026-02-01 100.00",
        "2026-03-01 20.00",
        "2026-04-01 380.00",
        "2026-05-01 0.00",
        "2026-06-01 0.00",
        "2026-07-01 500.00",
    ]


def test_late_usage_lowers_a_true_up_that_was_billed() -> None:
    contract = terms(CENT_CALLS, **QUARTER, **minimum("50", "period", "calls"))
    january = {"now": "200"}

    def used(meter: str, days: Period) -> Used:
        return Used(Decimal(january["now"]) if days.start.month == 1 else Decimal(500))

    invoices = bill(contract, used)
    assert str(next(invoices).total) == "USD 50.00"  # 20 used, 30 true-up
    january["now"] = "400"
    second = next(invoices)
    assert [(line.key, str(line.amount)) for line in second.lines] == [
        ("calls@2026-01-01", "USD 20.00"),
        ("calls@2026-02-01", "USD 50.00"),
        ("least@2026-01-01", "USD -20.00"),
    ]


def test_credit_pays_until_it_is_used_up_and_what_was_paid_for_it_is_billed_once() -> None:
    bought = terms(CENT_CALLS, **QUARTER, credits=[credit("150", price="120", account="2400")])
    invoices = list(bill(bought, USED))
    assert [str(invoice.total) for invoice in invoices] == ["USD 120.00", "USD 0.00", "USD 0.00", "USD 270.00"]
    assert invoices[2].lines[-1].words == ("50.00 of credit, 20.00 used now, 30.00 left",)
    assert invoices[2].lines[-1].account == "2400"


def test_credit_that_has_expired_pays_nothing() -> None:
    expiring = terms(CENT_CALLS, **QUARTER, credits=[credit("150", expires="2026-01-31")])
    assert amounts(bill(expiring, USED)) == ["2026-02-01 0.00", "2026-03-01 20.00", "2026-04-01 300.00"]


def test_the_credit_that_expires_first_is_used_first() -> None:
    later, sooner = credit("500"), credit("50", id="gift", expires="2026-02-28")
    first = next(bill(terms(CENT_CALLS, **QUARTER, credits=[later, sooner]), USED))
    assert [(line.subject, str(line.amount)) for line in first.lines] == [
        ("calls", "USD 100.00"),
        ("gift", "USD -50.00"),
        ("prepaid", "USD -50.00"),
    ]


def test_a_correction_goes_back_to_the_credit_that_paid_for_it() -> None:
    contract = terms(CENT_CALLS, **QUARTER, credits=[credit("150")])
    facts, invoices = Facts(), []
    totals = {1: "1000", 2: "0", 3: "0"}
    for planned in plan(contract, horizon=date(2026, 3, 1)):
        months = [Period(date(2026, month, 1), add_months(date(2026, month, 1), 1) - DAY) for month in totals]
        usage = {("api_calls", days): Used(Decimal(totals[days.start.month])) for days in months}
        invoices.append(rate(contract, planned, Facts(usage, facts.billed)))
        facts = facts.after(invoices[-1].lines)
        totals[1] = "400"  # 600 of January's calls were a mistake
    assert str(invoices[-1].total) == "USD 0.00"
    assert invoices[-1].lines[-1].words == ("60.00 given back to the credit, 110.00 left",)
    assert credit_balance(contract.credits[0], facts, "USD") == Money(Decimal(110), "USD")


def test_no_more_goes_back_to_a_credit_than_it_paid() -> None:
    contract = terms(CENT_CALLS, **QUARTER, credits=[credit("30")])
    january = {"now": "1000"}

    def used(meter: str, days: Period) -> Used:
        return Used(Decimal(january["now"]) if days.start.month == 1 else Decimal(0))

    invoices = bill(contract, used)
    assert str(next(invoices).total) == "USD 70.00"
    january["now"] = "0"
    assert str(next(invoices).total) == "USD -70.00"


@given(
    st.lists(st.integers(0, 5000), min_size=3, max_size=3),
    st.integers(1, 100_000),
    st.lists(st.integers(1, 60_000), max_size=2),
    st.sampled_from(["period", "term"]),
)
def test_nothing_is_lost_between_usage_minimum_and_credit(
    calls: list[int], least: int, gifts: list[int], per: str
) -> None:
    """In all: what was used or the minimum, whichever is more, less the credit that its usage could take."""
    given_away = [credit(str(Decimal(cents) / 100), id=f"gift{place}") for place, cents in enumerate(gifts)]
    contract = terms(CENT_CALLS, **QUARTER, credits=given_away, **minimum(str(Decimal(least) / 100), per, "calls"))
    used = [10 * count for count in calls]  # in cents
    owed = sum(max(one, least) for one in used) if per == "period" else max(sum(used), least)
    result = billed(bill(contract, lambda meter, days: Used(Decimal(calls[days.start.month - 1]))), "USD").minor
    assert result == owed - min(sum(gifts), sum(used))
