"""Changes of a running contract: exact credits and charges, and never more credit than was billed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rating import Facts, plan, rate
from flows.rating.adjusting import Adjustment, adjust
from flows.rating.amendments import (
    AmendmentRefused,
    cancelled,
    with_quantity,
    with_unit_price,
)
from flows.terms.model import Terms
from flows.values.money import Money, total
from tests.flows.rating.billing import amounts, bill
from tests.flows.terms.contracts import CALLS, SEATS, contracts, terms
from tests.thorough import thorough

MID_APRIL = date(2026, 4, 16)


def made(contract: Terms, until: date) -> tuple[Facts, set[str]]:
    """Make every invoice up to a day, and return what was billed and their keys."""
    facts, keys = Facts(), set()
    for planned in plan(contract, horizon=until):
        if not any(contract.lines[charge.number].is_metered for charge in planned.charges if charge.when):
            facts = facts.after(rate(contract, planned, facts).lines)
        keys.add(planned.key)
    return facts, keys


def change(old: Terms, new: Terms, today: date, **how: Any) -> Adjustment:
    facts, keys = made(old, today)
    return adjust(old, new, effective=today, facts=facts, made=keys, **how)


def lines(adjustment: Adjustment) -> list[tuple[str, str]]:
    return [(line.key, str(line.amount)) for line in adjustment.lines]


def test_an_upgrade_credits_the_rest_at_the_old_quantity_and_charges_it_at_the_new() -> None:
    new = with_quantity(terms(), "seats", Decimal(60), effective=MID_APRIL)
    changed = change(terms(), new, MID_APRIL)
    # 15 of 30 days: 40 x 60 x 1/2 back, 60 x 60 x 1/2 charged
    assert lines(changed) == [
        ("seats/credit-2026-04-01@2026-04-16", "USD -1,200.00"),
        ("seats@2026-04-16", "USD 1,800.00"),
    ]
    assert (str(changed.credit), str(changed.charge), str(changed.net)) == (
        "USD 1,200.00",
        "USD 1,800.00",
        "USD 600.00",
    )
    assert changed.lines[0].words == ("2,400.00 x 1/2 = 1,200.00", "1,200.00 of 2,400.00 billed is given back")
    assert amounts(bill(new))[4:6] == ["2026-05-01 3,600.00", "2026-06-01 3,600.00"]


def test_a_charge_inside_its_period_says_once_how_it_is_rounded() -> None:
    day = date(2026, 5, 7)
    changed = change(terms(), with_quantity(terms(), "seats", Decimal(60), effective=day), day)
    assert changed.lines[-1].words == (
        "60 seats at 60.00 = 3,600.00",
        "25 of 31 days: 3,600.00 x 25/31 = 2,903.225806…",
        "2,903.225806… rounded to 2,903.23",
    )


def test_a_part_of_a_charge_is_rounded_at_its_own_end_only() -> None:
    contract = terms(SEATS | {"price": {"model": "standard", "unit_price": "0.125"}, "quantity": 3})
    dearer = with_unit_price(contract, "seats", Decimal("0.375"), effective=date(2026, 4, 1))
    # a month 3 x 0.375 = 1.125; 15 of 30 days 0.5625
    assert change(contract, dearer, MID_APRIL).lines[-1].words == (
        "3 seats at 0.375 = 1.125",
        "1.125 x 1/2 = 0.5625",
        "0.5625 rounded to 0.56",
    )


def test_a_downgrade_gives_the_difference_back_or_not_at_all() -> None:
    new = with_quantity(terms(), "seats", Decimal(10), effective=MID_APRIL)
    assert str(change(terms(), new, MID_APRIL).net) == "USD -900.00"
    assert change(terms(), new, MID_APRIL, with_credit=False).lines == ()


def test_discounts_change_with_what_they_are_of() -> None:
    old = terms(SEATS | {"discounts": [{"pct": 10}]})
    changed = change(old, with_quantity(old, "seats", Decimal(60), effective=MID_APRIL), MID_APRIL)
    assert lines(changed) == [
        ("seats/credit-2026-04-01@2026-04-16", "USD -1,200.00"),
        ("seats/discount1/credit-2026-04-01@2026-04-16", "USD 120.00"),
        ("seats@2026-04-16", "USD 1,800.00"),
        ("seats/discount1@2026-04-16", "USD -180.00"),
    ]


def test_a_discount_that_begins_after_a_change_is_charged_again_when_the_change_is_taken_back() -> None:
    old = terms(SEATS | {"discounts": [{"amount": 10, "start": "2026-04-21", "end": "2026-04-30"}]})
    more = with_quantity(old, "seats", Decimal(60), effective=MID_APRIL)
    facts, keys = made(old, MID_APRIL)
    facts = facts.after(adjust(old, more, effective=MID_APRIL, facts=facts, made=keys).lines)
    gone = cancelled(more, last_day=MID_APRIL - timedelta(days=1))
    assert lines(adjust(more, gone, effective=MID_APRIL, facts=facts, made=keys)) == [
        ("seats/credit-2026-04-16@2026-04-16", "USD -1,800.00"),
        ("seats/discount1/credit-2026-04-16@2026-04-21", "USD 3.33"),
    ]


def test_what_is_taken_back_of_a_charge_leaves_what_a_discount_took_off_it_before() -> None:
    """Half a cent a year is billed as a cent and given back as one, but here a discount has taken it off already."""
    price = {"price": {"model": "standard", "unit_price": "0.0051"}, "quantity": 1}
    off = {"discounts": [{"amount": "0.46", "start": "2026-01-01", "end": "2026-01-04"}]}
    free = terms(SEATS | price | off, billing={"frequency": "annual"})
    facts, _ = made(free, free.start)
    assert [str(billed.amount) for billed in facts.billed.values()] == ["USD 0.01", "USD -0.01"]
    assert change(free, cancelled(free, last_day=date(2026, 1, 4)), date(2026, 1, 5)).lines == ()


def test_a_line_or_a_fee_that_begins_on_a_day_that_was_billed_is_charged() -> None:
    fee = {"id": "setup", "description": "Setup", "amount": 99, "date": "2026-04-01"}
    new = terms(SEATS, SEATS | {"id": "more", "start": "2026-04-01", "quantity": 1}, fees=[fee])
    assert lines(change(terms(), new, date(2026, 4, 1))) == [
        ("more@2026-04-01", "USD 60.00"),
        ("setup@2026-04-01", "USD 99.00"),
    ]
    facts, keys = made(new, date(2026, 4, 1))
    assert adjust(new, new, effective=date(2026, 4, 1), facts=facts, made=keys).lines == ()


def test_a_cancelled_contract_gives_back_the_days_that_were_not_used_or_nothing() -> None:
    yearly = terms(billing={"frequency": "annual"})
    new = cancelled(yearly, last_day=date(2026, 3, 14))
    day_after = date(2026, 3, 15)
    # 2,400 a year, 292 of 365 days left
    assert lines(change(yearly, new, day_after)) == [("seats/credit-2026-01-01@2026-03-15", "USD -1,920.00")]
    assert change(yearly, new, day_after, with_credit=False).lines == ()
    assert list(plan(new, horizon=date(2027, 12, 31)))[-1].invoice_date == date(2026, 1, 1)


def test_cancelling_leaves_nothing_that_begins_later() -> None:
    full = terms(
        SEATS
        | {
            "ramp": [
                {"start": "2026-01-01", "end": "2026-06-30", "quantity": 1},
                {"start": "2026-07-01", "quantity": 2},
            ],
            "free": [{"start": "2026-03-01", "end": "2026-04-30"}],
            "discounts": [{"pct": 5, "start": "2026-08-01"}],
        },
        CALLS | {"start": "2026-06-01"},
        renewal={"kind": "fixed", "months": 12},
        milestone_total="100",
        milestones=[
            {"id": "one", "description": "One", "pct": 40, "date": "2026-02-01"},
            {"id": "two", "description": "Two", "pct": 60, "event": "done"},
        ],
        commitments=[{"id": "least", "description": "Least", "amount": 10, "lines": ["calls"]}],
    )
    ended = cancelled(full, last_day=date(2026, 3, 31))
    (line,) = ended.lines
    assert (len(line.ramp), line.free[0].end, line.discounts) == (1, date(2026, 3, 31), ())
    assert [(part.id, str(part.amount)) for part in ended.milestones] == [("one", "40.00")]
    assert (ended.commitments, ended.renewal.kind) == ((), "none")


def test_a_price_change_on_renewal_changes_nothing_that_was_billed() -> None:
    old = terms(renewal={"kind": "fixed", "months": 12})
    new = with_unit_price(old, "seats", Decimal("66.00"), effective=date(2027, 1, 1))
    assert change(old, new, date(2026, 12, 15)).lines == ()
    assert amounts(bill(new, horizon=date(2027, 1, 1)))[-2:] == ["2026-12-01 2,400.00", "2027-01-01 2,640.00"]


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (
            lambda old: with_quantity(old, "seat", Decimal(1), effective=MID_APRIL),
            "There is no line seat; the contract has",
        ),
        (
            lambda old: with_quantity(old, "calls", Decimal(1), effective=MID_APRIL),
            "API calls is measured; there is no",
        ),
        (
            lambda old: with_quantity(old, "seats", Decimal(1), effective=date(2025, 1, 1)),
            "Seats does not run on 1 Jan 2025",
        ),
        (
            lambda old: with_quantity(old, "seats", Decimal(-1), effective=MID_APRIL),
            "would contradict themselves: quantity",
        ),
        (lambda old: cancelled(old, last_day=date(2025, 1, 1)), "cannot end on 1 Jan 2025, before its start"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(attempt: Any, told: str) -> None:
    with pytest.raises(AmendmentRefused, match=told):
        attempt(terms(SEATS, CALLS))


def test_two_changes_of_one_period_give_back_only_what_is_left() -> None:
    old = terms()
    first = with_quantity(old, "seats", Decimal(60), effective=MID_APRIL)
    facts, keys = made(old, MID_APRIL)
    one = adjust(old, first, effective=MID_APRIL, facts=facts, made=keys)
    second = with_quantity(first, "seats", Decimal(20), effective=date(2026, 4, 21))
    two = adjust(first, second, effective=date(2026, 4, 21), facts=facts.after(one.lines), made=keys)
    # of 60 x 60 x 15/30 billed, 10 of 15 days back; 20 x 60 x 10/30 charged
    assert lines(two) == [
        ("seats/credit-2026-04-16@2026-04-21", "USD -1,200.00"),
        ("seats@2026-04-21", "USD 400.00"),
    ]
    gone = cancelled(second, last_day=date(2026, 3, 31))
    three = adjust(second, gone, effective=date(2026, 4, 1), facts=facts.after(one.lines).after(two.lines), made=keys)
    assert str(three.net) == "USD -2,200.00"  # 1,200 + 600 + 400 for April, to the cent what was billed of it


def test_what_a_credit_memo_gave_back_is_not_given_back_again() -> None:
    yearly = terms(billing={"frequency": "annual"})
    facts, keys = made(yearly, date(2026, 3, 15))
    credited = replace(facts, credited={"seats@2026-01-01": Money(Decimal("1000.00"), "USD")})
    new = cancelled(yearly, last_day=date(2026, 3, 14))
    found = adjust(yearly, new, effective=date(2026, 3, 15), facts=credited, made=keys)
    assert str(found.credit) == "USD 1,400.00"  # the days come to 1,920.00; of 2,400.00 billed, 1,400.00 are left
    twice = adjust(yearly, new, effective=date(2026, 3, 15), facts=credited.after(found.lines), made=keys)
    assert twice.lines == ()


def test_rounding_never_gives_back_a_cent_more_than_was_billed() -> None:
    """A month at 0.01: half of it back is 0.005, rounded to 0.01; then nothing is left of it."""
    penny = terms(SEATS | {"quantity": 1, "price": {"model": "standard", "unit_price": "0.01"}})
    none = with_quantity(penny, "seats", Decimal(0), effective=MID_APRIL)
    facts, keys = made(penny, MID_APRIL)
    first = adjust(penny, none, effective=MID_APRIL, facts=facts, made=keys)
    assert str(first.credit) == "USD 0.01"
    gone = cancelled(none, last_day=date(2026, 3, 31))
    assert adjust(none, gone, effective=date(2026, 4, 1), facts=facts.after(first.lines), made=keys).lines == ()


@pytest.mark.parametrize(("last_day", "rest"), [("2024-02-02", "0.00"), ("2024-02-03", "0.05")])
def test_a_discount_of_the_days_that_are_left_is_not_more_than_their_price(last_day: str, rest: str) -> None:
    """Half of 0.13 is charged anew as 0.06, half of the 0.13 off it would be 0.07: a cent would be owed."""
    few = terms(
        {
            "id": "few", "description": "Few days", "quantity": 0, "price": {"model": "standard", "unit_price": "0.01"},
            "ramp": [
                {"start": "2024-02-01", "end": "2024-02-03", "quantity": 182}, {"start": "2024-02-04", "quantity": 0},
            ],
            "discounts": [{"amount": 2, "start": "2024-02-01", "end": "2024-02-02"}],
        },
        start="2024-02-01",
    )  # fmt: skip
    facts, keys = made(few, few.start)
    ends = date.fromisoformat(last_day)
    found = adjust(few, cancelled(few, last_day=ends), effective=ends, facts=facts, made=keys)
    stands = total((one.amount for one in facts.after(found.lines).billed.values()), "USD")
    assert str(stands) == f"USD {rest}"


@thorough
@given(contracts(metered=False), st.data())
def test_credits_never_exceed_what_was_billed(contract: Terms, data: st.DataObject) -> None:
    """Whatever is changed, and however often: no key is credited beyond what it was billed, and so no line is."""
    day = contract.start + timedelta(days=data.draw(st.integers(0, 400)))
    facts, keys = made(contract, day)
    for _ in range(data.draw(st.integers(1, 4))):
        effective = contract.start + timedelta(days=data.draw(st.integers(0, 420)))
        line = data.draw(st.sampled_from([one.id for one in contract.lines]))
        try:
            if data.draw(st.integers(0, 3)):
                new = with_quantity(contract, line, Decimal(data.draw(st.integers(0, 99))), effective=effective)
            else:
                new = cancelled(contract, last_day=effective)
        except AmendmentRefused:
            continue
        changed = adjust(contract, new, effective=effective, facts=facts, made=keys)
        facts, contract = facts.after(changed.lines), new
        if not contract.lines:
            break
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, billed in facts.billed.items():
        name, _, start = key.partition("@")
        of = name.partition("/credit-")
        left[f"{of[0]}@{of[2] or start}"] += billed.amount.amount
    for key, amount in left.items():
        assert amount <= 0 if "/discount" in key else amount >= 0
    assert total((billed.amount for billed in facts.billed.values()), contract.currency).amount >= 0
