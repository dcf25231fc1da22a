"""A deal that changes while its contract runs, as terms: whatever changes, whenever it is billed, no cent is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.billing.adjustments import AdjustmentLine, Amendment, adjustment_lines, drawn, pending
from flows.rating import AmendmentRefused, Facts, Made, adjust_all, amended, last_invoice_date, plan, rate, takes_effect
from flows.rating.amendments import changed
from flows.schedule.conventions import Proration
from flows.terms.lines import PriceLine
from flows.terms.model import Terms
from flows.terms.price import FlatPrice, StandardPrice
from flows.values.money import Money, total
from tests.flows.rating.billing import bill, billed
from tests.flows.terms.contracts import CALLS, SEATS, contracts, terms
from tests.thorough import thorough

MID_APRIL = date(2026, 4, 16)
CENTS = 4  # a line is rounded where its period is cut, credited and charged again: a cent for each


def made(contract: Terms, until: date) -> tuple[Facts, frozenset[str]]:
    """Make every invoice up to a day; return what was billed, and their keys."""
    facts, keys = Facts(), []
    for planned in plan(contract, horizon=until):
        facts = facts.after(rate(contract, planned, facts).lines)
        keys.append(planned.key)
    return facts, frozenset(keys)


def rest_of(contract: Terms, facts: Facts, keys: frozenset[str]) -> list[Money]:
    """Bill what is still to come by these terms."""
    comes: list[Money] = []
    for planned in plan(contract, horizon=last_invoice_date(contract) or contract.start):
        if planned.key not in keys:
            rated = rate(contract, planned, facts)
            facts = facts.after(rated.lines)
            comes.append(rated.total)
    return comes


def by_actual_days(contract: Terms) -> Terms:
    """Return the terms so that the parts of a period come to the whole."""
    lines = [
        changed(line, {"discounts": tuple(one for one in line.discounts if one.amount is None)})
        for line in contract.lines
    ]
    billing = changed(contract.billing, {"proration": Proration.ACTUAL_DAYS})
    return changed(contract, {"billing": billing, "lines": tuple(lines)})


@st.composite
def changes(draw: st.DrawFn, contract: Terms) -> Terms:
    """Give the deal's terms after a change: quantities, prices, a line that comes or goes."""
    lines = [_changed_line(draw, line) for line in contract.lines]
    if draw(st.integers(0, 3)) == 0:
        lines.append(PriceLine.model_validate(SEATS | {"id": "more", "quantity": draw(st.integers(0, 9))}))
    elif len(lines) > 1 and draw(st.integers(0, 3)) == 0:
        lines.pop()
    return changed(contract, {"lines": tuple(lines)})


def _changed_line(draw: st.DrawFn, line: PriceLine) -> PriceLine:
    if line.ramp or not isinstance(line.price, FlatPrice | StandardPrice):
        return line
    if line.quantity is not None and draw(st.booleans()):
        return changed(line, {"quantity": Decimal(draw(st.integers(0, 99)))})
    price = line.price.model_copy(update={"unit_price": Decimal(draw(st.integers(0, 99_999))) / 100})
    return changed(line, {"price": price})


@thorough
@given(contracts(metered=False, endless=False), st.data())
def test_what_was_billed_and_its_adjustments_come_to_what_the_amended_terms_cost(
    contract: Terms, data: st.DataObject
) -> None:
    """Billed + adjusted + still to come = the amended terms billed from the start, but for a cent where one is cut.

    It holds where the parts of a period come to the whole: by actual days, and without an amount off that is more than
    a part costs. The other conventions are agreed to count parts otherwise.
    """
    contract = by_actual_days(contract)
    days = (contract.end or contract.start) - contract.start
    facts, keys = made(contract, contract.start + timedelta(days=data.draw(st.integers(0, days.days))))
    effective = contract.start + timedelta(days=data.draw(st.integers(0, days.days)))
    try:
        after = data.draw(changes(contract))
        new = amended(contract, contract, after, effective=effective)
        found = adjust_all([Made(contract, keys)], new, effective=effective, facts=facts)
    except AmendmentRefused:
        return
    before = total((one.amount for one in facts.billed.values()), contract.currency)
    back = total((one.amount for one in found.lines if "/credit-" in one.key), contract.currency)
    assert min((before + back).minor, (before + found.net).minor) >= 0, "never more back than was billed"
    comes = rest_of(new, facts.after(found.lines), keys)
    whole = billed(bill(new), new.currency)
    difference = before + found.net + total(comes, new.currency) - whole
    assert abs(difference.minor) <= CENTS * (len(found.lines) + 1)


@thorough
@given(
    st.lists(st.integers(-50_000, 50_000).filter(bool), min_size=1, max_size=8),
    st.lists(st.integers(0, 30_000), max_size=12),
)
def test_charged_now_or_later_comes_to_the_same_and_no_invoice_falls_below_zero(
    amounts: list[int], invoices: list[int]
) -> None:
    lines = _lines(amounts)
    for first in (0, None):  # an invoice of its own at once, or the next one of the schedule
        billed: dict[str, int] = {}
        totals = []
        for own in [*([first] if first is not None else []), *invoices]:
            waiting = pending([Amendment(2, MID_APRIL, "U0DANA", lines)], billed)
            taken = drawn(waiting, Money.of_minor(own, "USD"))
            for one in taken:
                billed[one.path] = billed.get(one.path, 0) + one.amount.minor
            totals.append(own + sum(one.amount.minor for one in taken))
        left = pending([Amendment(2, MID_APRIL, "U0DANA", lines)], billed)
        assert all(comes_to >= 0 for comes_to in totals)
        assert sum(totals) + sum(one.amount.minor for one in left) == sum(amounts) + sum(invoices)
        if invoices and sum(amounts) + sum(invoices) >= 0:
            assert left == (), "what the invoices to come can take, they take"


def _lines(amounts: list[int]) -> tuple[AdjustmentLine, ...]:
    rated = rate(terms(), plan(terms(), horizon=date(2026, 1, 1))[0]).lines[0]
    each = [
        replace(
            rated,
            key=f"seats@2026-01-{number:02}",
            quantity=Decimal(1),
            unit_price=Decimal(minor) / 100,
            amount=Money.of_minor(minor, "USD"),
            account="4000",
        )
        for number, minor in enumerate(amounts, start=1)
    ]
    return tuple(adjustment_lines(2, each, {}))


def test_a_second_change_counts_from_the_first() -> None:
    one = terms(SEATS | {"quantity": 60})
    running = amended(terms(), terms(), one, effective=MID_APRIL)
    later = amended(running, one, terms(SEATS | {"quantity": 70}), effective=date(2026, 6, 1))
    assert [(str(part.start), part.quantity) for part in later.lines[0].ramp] == [
        ("2026-01-01", Decimal(40)),
        ("2026-04-16", Decimal(60)),
        ("2026-06-01", Decimal(70)),
    ]


def test_a_contract_that_only_ends_earlier_changes_the_day_after_its_end() -> None:
    shorter = changed(terms(), {"end": date(2026, 8, 31)})
    assert takes_effect(terms(), shorter, on=MID_APRIL) == date(2026, 9, 1)
    assert amended(terms(), terms(), shorter, effective=date(2026, 7, 1)).end == date(2026, 6, 30)


def test_what_would_begin_after_an_earlier_end_is_no_change_of_its_line() -> None:
    ramp = [{"start": "2026-01-01", "end": "2026-06-30", "quantity": 20}, {"start": "2026-07-01", "quantity": 40}]
    off = [{"pct": 10, "start": "2026-01-01", "end": "2026-12-31"}]
    whole = terms(SEATS | {"ramp": ramp, "discounts": off})
    first, last = [{"start": "2026-01-01", "quantity": 20}], [{"pct": 10, "start": "2026-01-01", "end": "2026-04-30"}]
    shorter = changed(terms(SEATS | {"ramp": first, "discounts": last}, end="2026-04-30"), {})
    assert takes_effect(whole, shorter, on=MID_APRIL) == date(2026, 5, 1)
    running = amended(whole, whole, shorter, effective=date(2026, 5, 1))
    assert (running.end, [part.end for part in running.lines[0].ramp]) == (date(2026, 4, 30), [date(2026, 4, 30)])


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (changed(terms(), {"start": date(2026, 2, 1)}), "The start of the contract changed"),
        (changed(terms(), {"currency": "EUR"}), "The currency of the contract changed"),
        (terms(SEATS | {"frequency": "annual"}), "Seats is billed in another way than before"),
    ],
)
def test_what_has_no_day_to_begin_is_refused_in_words(after: Terms, told: str) -> None:
    with pytest.raises(AmendmentRefused, match=told):
        amended(terms(), terms(), after, effective=MID_APRIL)


def test_a_line_billed_after_its_periods_does_not_end_inside_one_that_was_billed() -> None:
    arrears = terms(SEATS | {"timing": "arrears"})
    facts, keys = made(arrears, date(2026, 5, 1))
    shorter = changed(arrears, {"end": date(2026, 4, 15)})
    new = amended(arrears, arrears, shorter, effective=MID_APRIL)
    with pytest.raises(AmendmentRefused, match="Seats is billed up to 1 May 2026 already; choose a later day"):
        adjust_all([Made(arrears, keys)], new, effective=MID_APRIL, facts=facts)
    later = amended(arrears, arrears, shorter, effective=date(2026, 5, 1))
    assert adjust_all([Made(arrears, keys)], later, effective=date(2026, 5, 1), facts=facts).lines == ()


def test_a_meter_that_is_gone_is_refused_in_words() -> None:
    with pytest.raises(AmendmentRefused, match="is measured and is gone from the deal"):
        amended(terms(SEATS, CALLS), terms(SEATS, CALLS), terms(), effective=MID_APRIL)
