"""Usage that comes, or is corrected, after the last invoice: an invoice of its own, and the same to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rating import (
    Facts,
    GivenBack,
    RatedInvoice,
    after_memos,
    last_invoice_of,
    late_invoice,
    plan,
    rate,
    usage_needed,
)
from flows.terms.model import Terms
from flows.terms.price import PercentagePrice
from flows.values.money import Money
from flows.values.periods import Period
from tests.flows.pricing.prices import PERCENTAGES
from tests.flows.rating.billing import Used, billed
from tests.flows.terms.contracts import CALLS, SEATS, metered_lines, terms
from tests.thorough import thorough

QUARTER: dict[str, Any] = {"start": "2026-01-01", "end": "2026-03-31"}
AFTER = date(2026, 4, 9)


class Ledger:
    """One contract that is billed step by step, while its usage is still coming in."""

    def __init__(self, contract: Terms, *used: int) -> None:
        self.contract, self.used, self.facts = contract, list(used), Facts()
        self.invoices: list[RatedInvoice] = []

    def ends(self) -> None:
        """Bill every invoice of the schedule."""
        for planned in plan(self.contract, horizon=date(2027, 1, 31)):
            self.bills(planned)

    def late(
        self, on: date = AFTER, lines: tuple[str, ...] = ("calls",), memos: Sequence[GivenBack] = ()
    ) -> RatedInvoice:
        """Bill what has come late."""
        return self.bills(late_invoice(self.contract, key=f"late:{on}", on=on, lines=lines), memos)

    def wanted(self, planned: Any) -> dict[tuple[str, Period], Used]:
        """Return what was used, as far as an invoice asks for it."""
        return {
            (one.meter, days): self._of(days) for one in usage_needed(self.contract, planned) for days in one.periods
        }

    def bills(self, planned: Any, memos: Sequence[GivenBack] = ()) -> RatedInvoice:
        facts = replace(self.facts, usage=self.wanted(planned))
        rated = rate(self.contract, planned, after_memos(self.contract, planned, memos, facts) if memos else facts)
        self.facts = self.facts.after(rated.lines)
        self.invoices.append(rated)
        return rated

    def _of(self, days: Period) -> Used:
        months = range(days.start.month, days.end.month + 1)
        found = tuple(Decimal(self.used[month - 1]) for month in months if month <= len(self.used))
        return Used(sum(found, Decimal(0)), tuple(one for one in found if one))

    @property
    def total(self) -> Money:
        return billed(iter(self.invoices), self.contract.currency)


def test_late_usage_is_priced_with_its_period_and_names_it() -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1200, 900, 0)
    ledger.ends()
    assert str(ledger.total) == "USD 206.00"  # 100.00 + 16.00, and 90.00
    ledger.used[1:] = [1200, 5]
    late = ledger.late()
    # February's 1,200 are 100.00 + 16.00, of which 90.00 was billed; March's 5 are the first that are billed of it
    assert [(line.description, str(line.amount), line.key) for line in late.lines] == [
        ("API calls, late usage of 1 Feb 2026 to 28 Feb 2026 (300 calls)", "USD 26.00", "calls@2026-02-01"),
        ("API calls, late usage of 1 Mar 2026 to 31 Mar 2026", "USD 0.50", "calls@2026-03-01"),
    ]
    assert late.lines[0].words == (
        "900 earlier and 300 now = 1,200 calls",
        "1,200 calls: first 1,000 at 0.10 = 100.00; next 200 at 0.08 = 16.00",
        "less 90.00 already billed",
    )
    assert (late.invoice_date, late.planned.due_date, late.planned.period) == (AFTER, date(2026, 5, 9), None)
    assert ledger.late(date(2026, 4, 10)).lines == (), "nothing is billed twice"


def test_a_correction_gives_back_what_was_billed_and_what_was_taken_off_it() -> None:
    off = CALLS | {"discounts": [{"pct": 10}, {"amount": 5}]}
    ledger = Ledger(terms(off, **QUARTER), 1000, 0, 0)
    ledger.ends()
    assert str(ledger.total) == "USD 85.00"
    ledger.used[0] = 0
    assert [(line.key, str(line.amount)) for line in ledger.late().lines] == [
        ("calls@2026-01-01", "USD -100.00"),
        ("calls/discount1@2026-01-01", "USD 10.00"),
        ("calls/discount2@2026-01-01", "USD 5.00"),
    ]
    assert ledger.total == Money.zero("USD")


def test_what_a_credit_memo_gave_back_is_not_given_back_twice() -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1000, 0, 0)
    ledger.ends()
    ledger.used[0] = 400
    ledger.facts = replace(ledger.facts, credited={"calls@2026-01-01": Money(Decimal(25), "USD")})
    (line,) = ledger.late().lines
    assert str(line.amount) == "USD -35.00" and line.words[-1] == "USD 25.00 of it was given back by credit memo"
    assert line.quantity * line.unit_price == line.amount.amount


def memo(ledger: Ledger, amount: str, key: str = "calls@2026-01-01") -> GivenBack:
    """A memo over so much of January, asked for now."""
    planned = late_invoice(ledger.contract, key="late", on=AFTER, lines=("calls",))
    return GivenBack({key: Money(Decimal(amount), "USD")}, replace(ledger.facts, usage=ledger.wanted(planned)))


@pytest.mark.parametrize(
    ("given", "again", "bills"),
    [
        ("60", 1000, "60.00"),  # all of it was given back, and is charged again
        ("60", 700, "30.00"),
        ("60", 400, "0.00"),
        ("25", 1000, "25.00"),  # 35.00 of the 60.00 were not given back
        ("25", 400, "-35.00"),
        ("99", 1000, "60.00"),  # 39.00 were given for another reason, and stay given
        ("99", 300, "0.00"),  # of which this is the first 10.00
        ("99", 0, "-1.00"),
    ],
)
def test_what_a_memo_gave_back_of_corrected_usage_is_billed_again_when_the_usage_is_raised(
    given: str, again: int, bills: str
) -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1000, 0, 0)
    ledger.ends()
    ledger.used[0] = 400
    memos = [memo(ledger, given)]
    ledger.used[0] = again
    assert ledger.late(memos=memos).total == Money(Decimal(bills), "USD")
    if Decimal(bills) > 0:
        ledger.used[0] = 1000
        ledger.late(date(2026, 4, 10), memos=memos)
        assert ledger.late(date(2026, 4, 11), memos=memos).lines == (), "and once"
        assert ledger.total == Money(100 + min(Decimal(given), Decimal(60)), "USD")


def test_a_memo_that_no_correction_asked_for_stays_given() -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1000, 0, 0)
    ledger.ends()
    gift = memo(ledger, "50")
    assert ledger.late(memos=[gift]).lines == ()
    ledger.used[0] = 1100
    assert str(ledger.late(date(2026, 4, 10), memos=[gift]).total) == "USD 8.00"


def test_memos_follow_each_other() -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1000, 0, 0)
    ledger.ends()
    ledger.used[0] = 400
    memos = [memo(ledger, "25"), memo(ledger, "35")]
    assert ledger.late(memos=memos).lines == ()
    ledger.used[0] = 1000
    (line,) = ledger.late(memos=memos).lines
    assert (str(line.amount), line.measured) == ("USD 60.00", Decimal(600))
    ledger.used[0] = 500
    memos.append(memo(ledger, "50"))
    ledger.used[0] = 1000
    assert str(ledger.late(date(2026, 4, 11), memos=memos).total) == "USD 50.00"


@pytest.mark.parametrize(("given", "more"), [("60", "0"), ("99", "0"), ("60", "100")])
def test_a_memo_over_all_of_it_leaves_nothing_to_give_back_and_charges_nothing_again(given: str, more: str) -> None:
    ledger = Ledger(terms(CALLS, **QUARTER), 1000, 0, 0)
    ledger.ends()
    ledger.used[:2] = [400, int(more)]
    ledger.facts = replace(ledger.facts, credited={"calls@2026-01-01": Money(Decimal(given), "USD")})
    assert [line.key for line in ledger.late().lines] == (["calls@2026-02-01"] if int(more) else [])


def test_only_the_lines_that_are_asked_for_are_billed() -> None:
    other = CALLS | {"id": "other", "meter": "other_calls"}
    contract = terms(CALLS, other, SEATS, **QUARTER)
    planned = late_invoice(contract, key="late", on=AFTER, lines={"calls", "seats"})
    assert [charge.subject for charge in planned.charges] == ["calls"] and planned.is_late
    assert [one.meter for one in usage_needed(contract, planned)] == ["api_calls"]


@pytest.mark.parametrize(
    ("line", "changes", "last"),
    [
        ({}, {}, "2027-01-01"),
        ({}, {"end": None}, "None"),
        ({"end": "2026-06-30"}, {"end": None}, "2026-07-01"),
        ({}, {"renewal": {"kind": "evergreen"}}, "None"),
        ({}, {"renewal": {"kind": "fixed", "months": 12}}, "None"),
        ({}, {"renewal": {"kind": "fixed", "months": 12, "times": 2}}, "2029-01-01"),
        ({"end": "2026-09-15"}, {"renewal": {"kind": "fixed", "months": 12}}, "2026-09-16"),
    ],
)
def test_the_last_invoice_of_a_line_is_known_where_its_end_is(
    line: dict[str, Any], changes: dict[str, Any], last: str
) -> None:
    contract = terms(CALLS | line, **changes)
    assert str(last_invoice_of(contract, contract.lines[0])) == last


def with_everything(line: dict[str, Any], least: int, gift: int, per: str) -> Terms:
    """A contract whose line has a minimum and credit, too."""
    more = {
        "commitments": [{"id": "least", "description": "Minimum", "amount": least, "per": per, "lines": ["calls"]}],
        "credits": [{"id": "gift", "description": "Gift", "amount": gift + 1, "price": 0, "lines": ["calls"]}],
    }
    return terms(line, end="2026-04-30", **more)


@thorough
@given(
    metered_lines("calls"),
    st.lists(st.integers(0, 2000), min_size=4, max_size=4),
    st.lists(st.lists(st.integers(0, 2500), min_size=4, max_size=4), max_size=3),
    st.sampled_from([1, 40, 5000]),
    st.sampled_from([0, 70]),
    st.sampled_from(["period", "term"]),
    st.sampled_from([{}, {"accumulate": "term"}, {"discounts": [{"pct": 15}, {"amount": 3}]}]),
)
def test_whenever_usage_comes_all_invoices_are_the_same_to_the_cent(
    line: dict[str, Any],
    used: list[int],
    meanwhile: list[list[int]],
    least: int,
    gift: int,
    per: str,
    more: dict[str, Any],
) -> None:
    """Known at first are `meanwhile`'s figures, corrected again and again after the end, and at last `used`."""
    contract = with_everything(line | more, least, gift, "term" if "accumulate" in more else per)
    comes_to_the_same(contract, used, meanwhile)


@thorough
@given(
    PERCENTAGES,
    st.lists(st.integers(0, 2000), min_size=4, max_size=4),
    st.lists(st.lists(st.integers(0, 2500), min_size=4, max_size=4), max_size=3),
    st.sampled_from([1, 40]),
    st.sampled_from([0, 70]),
    st.sampled_from(["period", "term"]),
)
def test_whenever_single_payments_come_all_invoices_are_the_same_to_the_cent(
    price: PercentagePrice, used: list[int], meanwhile: list[list[int]], least: int, gift: int, per: str
) -> None:
    """The same for a share of each payment, of which there is one a month."""
    comes_to_the_same(with_everything(CALLS | {"price": price}, least, gift, per), used, meanwhile)


def comes_to_the_same(contract: Terms, used: list[int], meanwhile: list[list[int]]) -> None:
    """Bill a contract with all figures in time, and with others that are put right after its end, and compare."""
    in_time = Ledger(contract, *used)
    in_time.ends()
    ledger = Ledger(contract, *(meanwhile[0] if meanwhile else used))
    ledger.ends()
    for place, figures in enumerate([*meanwhile[1:], used]):
        ledger.used[:] = figures
        ledger.late(date(2026, 6, 1 + place))
    assert ledger.total == in_time.total
    assert ledger.late(date(2026, 7, 1)).lines == ()
