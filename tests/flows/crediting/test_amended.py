"""Credit memos beside changes of the contract: in whatever order they come, a line is never given back twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from flows.approvals.rules import Verdict
from flows.billing.amending import Again, Decision, again, decide
from flows.crediting.refusals import NothingLeft, TooMuch, WasAmended
from flows.crediting.rules import BilledLine, Creditable, credit, spread
from flows.crediting.service import creditable, withdraw
from flows.dimensions.model import AccountingPeriod, DimensionConfig, PeriodStatus
from flows.errors import Refused
from flows.ports import Person
from flows.rating import Billed, Facts, Made, adjust_all, amended, plan, rate, taken_back
from flows.terms.model import Terms
from flows.values.clock import business_date
from flows.values.deal import Deal
from flows.values.money import Money
from flows.values.periods import Period
from storage.tables import Invoice, SlackPost
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE
from tests.flows.crediting.office import CreditOffice
from tests.flows.deals import DEAL, SEATS
from tests.flows.terms.contracts import SEATS as SEATS_LINE
from tests.flows.terms.contracts import terms
from tests.thorough import thorough

YEARLY = replace(SEATS, quantity=Decimal(10), unit_price=Decimal("365.00"), total=None, frequency="annual")
ANNUAL = replace(DEAL, lines=(YEARLY,), amount=Decimal("3650.00"))
SUPPORT = SEATS_LINE | {"id": "support", "description": "Support", "quantity": 50}
LEE = Person("U0LEE", "Lee", "lee@demo.example", TEAM, False, False, False)
DAY = date(2027, 3, 1)  # 275 of the 365 days from 1 December 2026 to 30 November 2027 are left


def usd(minor: int) -> Money:
    return Money.of_minor(minor, "USD")


@pytest.fixture
def yearly(office: CreditOffice) -> Invoice:
    """A year of ten seats over 3,650.00 that is out."""
    office.closes(ANNUAL)
    found = office.issues()
    office.day_is(DAY)
    return found


def changes_to(office: CreditOffice, quantity: int, *, deal: Deal = ANNUAL) -> None:
    """Change the quantity of the deal."""
    more = replace(YEARLY, quantity=Decimal(quantity))
    office.clock.pass_by(60)
    office.changes(deal, lines=(more,), amount=Decimal("365.00") * quantity)


def amends(office: CreditOffice, quantity: int, effective: date = DAY, *, deal: Deal = ANNUAL) -> None:
    """Change the quantity of the deal, and say from which day it holds."""
    changes_to(office, quantity, deal=deal)
    contract = office.contract()
    with office.change() as session:
        decide(session, Decision(contract.id, contract.version, "U0DANA", effective), PEOPLE, {})


def left(office: CreditOffice, invoice: Invoice) -> tuple[int, int]:
    """Return what can be credited of an invoice, and what remains of it."""
    with office.database.read(TEAM) as session:
        found = creditable(session, session.get_one(Invoice, invoice.id))
    return found.left.minor, found.remains.minor


def test_what_a_change_gives_back_cannot_be_credited_as_well(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    # 10 x 365.00 x 275/365 = 2,750.00 of the 3,650.00 is given back on another invoice
    assert left(office, yearly) == (90_000, 365_000)
    with pytest.raises(TooMuch):
        office.asks(yearly, amounts={1: usd(90_001)})
    office.done(yearly)
    assert [one.total_minor for one in office.corrections()] == [90_000]
    assert left(office, yearly) == (0, 275_000)
    assert office.invoice(yearly.id).state == "issued", "of it the customer still owes what the change takes off later"
    with pytest.raises(NothingLeft):
        office.asks(yearly)


def test_what_waits_for_the_next_invoice_cannot_be_credited_as_well(office: CreditOffice) -> None:
    two_years = replace(ANNUAL, end_date=date(2028, 11, 30))
    office.closes(two_years)
    first = office.issues()
    office.day_is(DAY)
    amends(office, 4, deal=two_years)
    assert len(office.invoices()) == 1 and office.corrections() == []
    assert left(office, first) == (90_000, 365_000)


def test_what_no_invoice_can_take_is_given_back_by_a_memo_once(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 4)
    (memo,) = office.corrections()
    assert (memo.total_minor, memo.state) == (165_000, "awaiting approval")
    assert left(office, yearly) == (90_000, 200_000)
    with pytest.raises(TooMuch):
        office.asks(yearly, amounts={1: usd(90_001)})
    office.decides(memo.id, who=LEE)
    assert office.carries_out(memo.id) == ["done"]
    assert office.receivable() == 200_000 and left(office, yearly) == (90_000, 200_000)
    office.bills()
    assert office.open_trouble() == []
    amends(office, 2)  # of the four seats, 1,100.00 for the rest of the year, half is given back
    assert [one.total_minor for one in office.corrections()] == [165_000, 55_000]
    assert left(office, yearly) == (90_000, 145_000)


def test_a_memo_that_is_rejected_leaves_the_sum_to_a_person(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 4)
    (memo,) = office.corrections()
    office.decides(memo.id, Verdict.REJECT, LEE, reason="not like this")
    (trouble,) = office.open_trouble()
    assert "is owed USD 1,650.00" in trouble.title
    assert left(office, yearly) == (90_000, 365_000), "what the change gives back is still owed"
    with office.change() as session:
        again(session, Again(office.contract().id, "U0DANA"), PEOPLE, {})
    assert [one.total_minor for one in office.corrections()] == [165_000, 165_000]
    assert office.open_trouble() == []


def test_a_memo_that_is_withdrawn_leaves_the_sum_to_a_person(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 4)
    (memo,) = office.corrections()
    with office.change() as session:
        withdraw(session, memo.id, by=memo.requester, evidence={})
    (trouble,) = office.open_trouble()
    assert "is owed USD 1,650.00" in trouble.title


def test_a_memo_over_a_change_in_a_closed_period_is_posted_on_the_next_open_day(
    office: CreditOffice, yearly: Invoice
) -> None:
    today = business_date(office.clock.now(), "Europe/Berlin")
    opens = today + timedelta(days=10)
    config = DimensionConfig(
        accounts={},
        dimensions={},
        periods=(
            AccountingPeriod(date(2020, 1, 1), opens - timedelta(days=1), PeriodStatus.CLOSED),
            AccountingPeriod(opens, date(2040, 12, 31), PeriodStatus.OPEN),
        ),
    )
    office.runtime.dimensions = config
    amends(office, 4)
    (memo,) = office.corrections()
    assert (memo.posting_date, memo.total_minor) == (opens, 165_000)
    office.decides(memo.id, who=LEE)
    office.runtime.dimensions = replace(config, periods=config.periods[:1])
    assert office.carries_out(memo.id) == []
    (reply,) = [post for post in office.rows(select(SlackPost)) if "Not done:" in str(post.payload)]
    assert "Ask again" not in str(reply.payload)  # the button of what needs attention asks once more
    assert "is owed USD 1,650.00" in office.open_trouble()[0].title


def test_a_memo_that_was_asked_for_before_the_change_is_looked_at_again(office: CreditOffice, yearly: Invoice) -> None:
    asked = office.asks(yearly)
    amends(office, 14)
    with pytest.raises(TooMuch):
        office.decides(asked)
    assert office.correction(asked).state == "awaiting approval"


def test_a_change_after_the_memo_gives_back_what_is_left(office: CreditOffice, yearly: Invoice) -> None:
    office.done(yearly, amounts={1: usd(300_000)})
    amends(office, 14)
    lines = [(line.description, line.amount.minor) for line in office.contents()[-1].lines]
    assert lines == [("Seats: change of what was billed", -65_000), ("Seats", 385_000)]
    assert left(office, yearly) == (0, 65_000)


def test_what_was_charged_again_can_be_given_back_again(office: CreditOffice, yearly: Invoice) -> None:
    amends(office, 14)
    second = office.issues()
    assert left(office, yearly) == (90_000, 365_000)
    office.done(second)  # 1,100.00: of it 2,750.00 is charged again, and 3,850.00 given back
    assert left(office, yearly) == (365_000, 365_000)


def test_an_invoice_that_a_change_put_right_is_not_voided(office: CreditOffice, yearly: Invoice) -> None:
    asked = office.asks(yearly, "void")
    amends(office, 14)
    with pytest.raises(WasAmended, match=r"gives back USD 2,750.00 of INV-\d+ on another invoice"):
        office.decides(asked)


def test_the_oldest_line_of_a_charge_is_given_back_first() -> None:
    assert spread(usd(500), [usd(300), usd(0), usd(400)]) == [usd(300), usd(0), usd(200)]
    assert spread(usd(-50), [usd(-30), usd(10), usd(-30)]) == [usd(-30), usd(0), usd(-20)]
    assert spread(usd(0), [usd(30)]) == [usd(0)]


@dataclass(slots=True)
class Paper:
    """A contract billed on paper: its invoices by line, and what credit memos gave back of each line."""

    running: Terms
    deal: Terms
    keys: frozenset[str]
    invoices: list[list[tuple[str, Billed]]]
    memos: Counter[tuple[int, int]] = field(default_factory=Counter)
    days: dict[str, Period] = field(default_factory=dict)

    def back(self, key: str) -> int:
        """Return what changes gave back of a charge, less what memos charged again of that."""
        places = [(n, m) for n, lines in enumerate(self.invoices) for m, (k, _) in enumerate(lines, 1) if k == key]
        takes = [
            ((n, m), one.amount.minor)
            for n, lines in enumerate(self.invoices)
            for m, (k, one) in enumerate(lines, 1)
            if taken_back(k) == key
        ]
        assert places
        return sum(self.memos[place] - minor for place, minor in takes)

    def facts(self) -> Facts:
        """Return what was billed and credited so far."""
        billed: dict[str, Billed] = {}
        credited: dict[str, Money] = {}
        for n, lines in enumerate(self.invoices):
            for m, (key, one) in enumerate(lines, 1):
                so_far = billed.get(key, Billed(Decimal(0), usd(0)))
                billed[key] = Billed(so_far.quantity + one.quantity, so_far.amount + one.amount)
                credited[key] = credited.get(key, usd(0)) + usd(self.memos[n, m])
        return Facts(billed=billed, credited=credited, days=self.days)

    def stands(self, subject: str) -> int:
        """Return what all invoices come to for a line, less what credit memos gave back of it."""
        return sum(
            one.amount.minor - self.memos[n, m]
            for n, lines in enumerate(self.invoices)
            for m, (key, one) in enumerate(lines, 1)
            if key.partition("@")[0].partition("/")[0] == subject
        )

    def amend(self, quantity: int, effective: date) -> None:
        """Change the quantity from a day on, on an invoice of its own."""
        deal = terms(SEATS_LINE | {"quantity": quantity}, SUPPORT)
        new = amended(self.running, self.deal, deal, effective=effective)
        found = adjust_all([Made(self.running, self.keys)], new, effective=effective, facts=self.facts())
        self.running, self.deal = new, deal
        self.invoices.append([(line.key, Billed(line.measured, line.amount)) for line in found.lines])
        self.days |= {line.key: line.period for line in found.lines if line.period}

    def memo(self, number: int, wanted: Sequence[int]) -> None:
        """Credit parts of an invoice, in minor units by line, where the rules allow it."""
        number %= len(self.invoices)
        lines = [self._line(number, place, *one) for place, one in enumerate(self.invoices[number], 1)]
        invoice = Creditable("INV", "issued", "USD", tuple(lines))
        amounts = {place: usd(minor) for place, minor in enumerate(wanted[: len(lines)], 1)}
        try:
            given_back = credit(invoice, amounts or None)
        except Refused:
            return
        self.memos.update({(number, place): money.minor for place, money in given_back.items()})

    def _line(self, number: int, place: int, key: str, one: Billed) -> BilledLine:
        same = [
            ((n, m), other.amount.minor - self.memos[n, m])
            for n, lines in enumerate(self.invoices)
            for m, (k, other) in enumerate(lines, 1)
            if k == key
        ]
        parts = spread(usd(self.back(key)), [usd(room) for _, room in same])
        by_place = {where: part for (where, _), part in zip(same, parts, strict=True)}
        return BilledLine(place, key, one.amount, usd(self.memos[number, place]), by_place[number, place])

    def holds(self) -> None:
        """Assert that of no charge more was given back than it billed."""
        for key, one in self.facts().billed.items():
            if taken_back(key) is None:
                credited = sum(
                    self.memos[n, m]
                    for n, lines in enumerate(self.invoices)
                    for m, (k, _) in enumerate(lines, 1)
                    if k == key
                )
                assert 0 <= self.back(key) + credited <= one.amount.minor, key


acts = st.one_of(
    st.tuples(st.integers(0, 5), st.lists(st.integers(0, 200_000), max_size=3)),
    st.tuples(st.integers(0, 5), st.lists(st.integers(-200_000, 200_000), max_size=6)),
    st.tuples(st.integers(0, 99), st.dates(date(2026, 1, 1), date(2026, 3, 1))),
)


def on_paper(months: int) -> Paper:
    """Bill the first months of a contract."""
    contract, facts = terms(SEATS_LINE, SUPPORT), Facts()
    made = plan(contract, horizon=contract.start + timedelta(days=30 * months))
    invoices = []
    for planned in made:
        rated = rate(contract, planned, facts)
        facts = facts.after(rated.lines)
        invoices.append([(line.key, Billed(line.measured, line.amount)) for line in rated.lines])
    return Paper(contract, contract, frozenset(one.key for one in made), invoices)


@thorough
@given(st.lists(acts, min_size=2, max_size=6), st.integers(0, 2))
def test_in_whatever_order_no_line_is_given_back_beyond_what_it_billed(
    chosen: list[tuple[int, list[int] | date]], months: int
) -> None:
    paper = on_paper(months)
    for number, what in chosen:
        if isinstance(what, date):
            paper.amend(number, what)
        else:
            paper.memo(number, what)
        paper.holds()


@thorough
@given(st.lists(acts, min_size=2, max_size=7), st.integers(0, 2))
def test_whatever_was_credited_of_changes_before_the_next_one_leaves_just_what_it_costs(
    chosen: list[tuple[int, list[int] | date]], months: int
) -> None:
    """What is billed of a line after a change from the start is what the line costs then, but for a cent a line."""
    paper = on_paper(months)
    for number, what in chosen:
        if isinstance(what, date):
            paper.amend(number, what)
        else:
            paper.memo(number, what)
    paper.amend(1_000, paper.running.start)
    cost = 100_000 * 60  # 1,000 seats at 60.00, each month
    lines = sum(len(invoice) for invoice in paper.invoices)
    assert abs(paper.stands("seats") - cost * len(paper.keys)) <= lines
    paper.holds()
