"""Corrections from being asked for to being done: books, schedule, usage, and what may not be done twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlmodel import col

from flows import crediting
from flows.approvals.refusals import GuestCannotApprove, NotAnApprover, ReasonRequired, RequesterCannotApprove
from flows.approvals.rules import Verdict
from flows.billing import asking
from flows.crediting.refusals import ChangedMeanwhile, TooMuch, VoidUnderWay, WasCredited
from flows.crediting.service import Wanted, ask, creditable
from flows.crediting.showing import correction_view, memo_of
from flows.crediting.workflow import record_done, take_number
from flows.errors import OutcomeUnknown, Refused
from flows.invoicing import locked
from flows.values.money import Money
from storage.tables import AuditEvent, Correction, Invoice, SlackPost, UsageClosing
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE
from tests.flows.crediting.office import DANA, SAM, CreditOffice
from tests.flows.deals import SEATS


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@pytest.fixture
def issued(office: CreditOffice) -> Invoice:
    """An invoice that is out."""
    office.closes()
    return office.issues()


def money(invoice: Invoice, minor: int) -> Money:
    return Money.of_minor(minor, invoice.currency)


def test_a_credit_is_numbered_posted_and_noted_at_the_processor(office: CreditOffice, issued: Invoice) -> None:
    whole = issued.total_minor
    first = office.done(issued, amounts={1: money(issued, 100)})
    second = office.done(issued)
    assert {(one.state, one.number, one.total_minor) for one in office.corrections()} == {
        ("done", "CM-000001", 100),
        ("done", "CM-000002", whole - 100),
    }
    assert office.receivable() == 0
    assert office.invoice(issued.id).state == "credited"
    (made,) = office.processor.credits.values()
    assert [(key, credit.total.minor) for key, credit in made] == [
        (f"{first}:processor.credit_note", 100),
        (f"{second}:processor.credit_note", whole - 100),
    ]
    assert office.processor.invoices[str(issued.processor_id)].remaining.minor == 0


def test_its_paper_is_shared_once_and_says_how_the_invoice_stood_then(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued, amounts={1: money(issued, 100)})
    with office.database.read(TEAM) as session:
        assert memo_of(session, one) is None  # it has no number yet
    office.decides(one)
    office.carries_out(one)
    two = office.done(issued)
    record_done(TEAM, one)
    papers = office.rows(select(SlackPost).where(col(SlackPost.kind) == "file").order_by(col(SlackPost.seq)))
    assert [(each.payload["subject_id"], each.payload["filename"]) for each in papers] == [
        (one, "CM-000001.pdf"),
        (two, "CM-000002.pdf"),
    ]
    with office.database.read(TEAM) as session:
        first, second = memo_of(session, one), memo_of(session, two)
    assert first is not None and second is not None
    assert (first[1].number, first[1].invoice_number, first[1].reason) == ("CM-000001", "INV-000001", "it was wrong")
    assert (first[1].dated, first[1].credited_before.minor, first[1].total.minor) == (issued.invoice_date, 0, 100)
    assert (second[1].credited_before.minor, second[1].total.minor) == (100, issued.total_minor - 100)


def test_a_lost_answer_is_looked_up_and_not_credited_twice(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued, amounts={1: money(issued, 100)})
    office.decides(one)
    office.processor.after = [OutcomeUnknown("Stripe", "it did not answer")]
    assert office.carries_out(one) == ["unknown", "done"]
    assert office.carries_out(one) == []
    assert [len(made) for made in office.processor.credits.values()] == [1]
    assert office.receivable() == issued.total_minor - 100


def test_a_number_is_taken_once_and_only_when_it_is_issued(office: CreditOffice, issued: Invoice) -> None:
    rejected = office.asks(issued, amounts={1: money(issued, 100)})
    office.decides(rejected, Verdict.REJECT, reason="no")
    assert office.correction(rejected).number is None and office.receivable() == issued.total_minor
    one = office.asks(issued, amounts={1: money(issued, 100)})
    office.decides(one)
    take_number(TEAM, one)
    take_number(TEAM, one)
    assert office.correction(one).number == "CM-000001"
    assert office.receivable() == issued.total_minor - 100


def test_the_policy_says_what_its_number_begins_with(office: CreditOffice, issued: Invoice) -> None:
    company = replace(office.runtime.policy.company, credit_memo_prefix="GS-2026/")
    office.runtime.policy = replace(office.runtime.policy, company=company)
    one = office.done(issued, amounts={1: money(issued, 100)})
    assert office.correction(one).number == "GS-2026/000001"


def test_who_may_not_decide_is_refused_and_nothing_stays(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued, who="U0DANA")
    with pytest.raises(RequesterCannotApprove, match="You asked for this credit memo"):
        office.decides(one)
    with pytest.raises(NotAnApprover):
        office.decides(one, who=SAM)
    with pytest.raises(GuestCannotApprove):
        office.decides(one, who=replace(DANA, is_guest=True))
    with pytest.raises(ReasonRequired):
        office.decides(one, Verdict.REJECT, who=replace(DANA, user_id="U0LEE"))
    assert office.correction(one).state == "awaiting approval"


def test_two_who_ask_for_the_same_get_one_credit(office: CreditOffice, issued: Invoice) -> None:
    office.asks(issued)
    with pytest.raises(Refused, match="All of it was credited, or is about to be"):
        office.asks(issued)
    with pytest.raises(WasCredited):
        office.asks(issued, "void")
    assert len(office.corrections()) == 1


def test_a_form_that_was_open_too_long_is_refused(office: CreditOffice, issued: Invoice) -> None:
    office.asks(issued, amounts={1: money(issued, 1)})
    stale = Wanted("credit", "twice", "U0SAM", money(issued, issued.total_minor))
    with office.change() as session:
        invoice = locked(session, issued.id)
        with pytest.raises(ChangedMeanwhile):
            ask(session, invoice, stale, PEOPLE, {})


def test_it_is_checked_again_when_it_is_approved(office: CreditOffice, issued: Invoice) -> None:
    """Two requests that came to stand beside each other, as no form allows: the second is refused at its approval."""
    one = office.asks(issued)
    with office.change() as session:
        hidden = session.get_one(Correction, one)
        hidden.state = "rejected"
    two = office.asks(issued)
    with office.change() as session:
        session.get_one(Correction, one).state = "awaiting approval"
    office.decides(one)
    office.carries_out(one)
    with pytest.raises(Refused):
        office.decides(two)
    assert office.correction(two).state == "awaiting approval"
    assert office.receivable() == 0


def test_what_was_voided_at_the_processor_is_turned_down_before_a_number_is_taken(
    office: CreditOffice, issued: Invoice
) -> None:
    one = office.asks(issued)
    office.decides(one)
    far = office.processor.invoices[str(issued.processor_id)]
    office.processor.invoices[far.id] = replace(far, status="void")
    assert office.carries_out(one) == ["failed"]
    assert (office.correction(one).state, office.correction(one).number) == ("turned down", None)
    assert office.receivable() == issued.total_minor and office.open_trouble() == []


def test_a_voided_invoice_is_drafted_anew_and_keeps_its_number(office: CreditOffice, issued: Invoice) -> None:
    one = office.done(issued, "void")
    old, new = office.invoice(issued.id), office.invoices()[-1]
    assert (old.state, old.number, office.correction(one).state) == ("void", "INV-000001", "done")
    assert (new.state, new.number, new.reissue_of, new.schedule_key) == ("draft", None, old.id, old.schedule_key)
    assert office.receivable() == 0
    assert office.processor.invoices[str(issued.processor_id)].status == "void"
    (entry,) = [entry for entry in office.entries() if entry.invoice_id]
    assert (entry.invoice_id, entry.state) == (new.id, "drafted")
    with pytest.raises(Refused):
        office.asks(old)
    office.bills()
    assert office.issues().number == "INV-000002"
    assert office.receivable() == new.total_minor
    with office.database.read(TEAM) as session:
        view = correction_view(session, one)
    assert view is not None and view.reissued_as is not None and view.reissued_as[0] == "INV-000002"


def test_what_is_issued_anew_follows_the_contract_as_it_is_now(office: CreditOffice, issued: Invoice) -> None:
    office.changes(po_number="PO-NEW")
    assert [one.po_number for one in office.contents()] != ["PO-NEW"]
    office.done(issued, "void")
    assert office.contents()[-1].po_number == "PO-NEW"


def test_a_lost_answer_to_the_voiding_voids_once(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued, "void")
    office.decides(one)
    with pytest.raises(VoidUnderWay):
        office.asks(issued)
    office.processor.after = [OutcomeUnknown("Stripe", "it did not answer")]
    assert office.carries_out(one) == ["unknown", "done"]
    assert len(office.invoices()) == 2


def test_an_invoice_that_was_paid_meanwhile_stands(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued, "void")
    office.decides(one)
    far = office.processor.invoices[str(issued.processor_id)]
    office.processor.invoices[far.id] = replace(far, status="paid", remaining=money(issued, 0))
    assert office.carries_out(one) == ["failed"]
    assert (office.correction(one).state, office.invoice(issued.id).state) == ("turned down", "issued")
    reasons = [
        row.reason for row in office.rows(select(AuditEvent).where(col(AuditEvent.action) == "void.turned_down"))
    ]
    assert len(reasons) == 1 and "Credit it instead." in reasons[0]


def test_a_line_is_never_credited_beyond_what_it_billed(office: CreditOffice, issued: Invoice) -> None:
    with pytest.raises(TooMuch):
        office.asks(issued, amounts={1: money(issued, issued.total_minor + 1)})
    assert office.corrections() == []


def test_credits_are_known_by_the_lines_of_the_contract(office: CreditOffice, issued: Invoice) -> None:
    office.done(issued, amounts={1: money(issued, 100)})
    with office.database.read(TEAM) as session:
        (contract_id,) = {entry.contract_id for entry in office.entries()}
        found = crediting.credited_lines(session, [contract_id])[contract_id]
        assert creditable(session, session.get_one(Invoice, issued.id)).left.minor == issued.total_minor - 100
    assert [(key, minor) for _on, key, _line, minor in found] == [("first", 100)]


def test_a_change_of_the_deal_gives_back_only_what_the_memo_left(office: CreditOffice, issued: Invoice) -> None:
    office.done(issued, amounts={1: money(issued, issued.total_minor - 1)})
    office.changes(lines=(replace(SEATS, quantity=Decimal(1), total=None),), amount=SEATS.unit_price)
    with office.database.read(TEAM) as session:
        (contract_id,) = {entry.contract_id for entry in office.entries()}
        found = asking.amend_view(session, contract_id)
    assert found is not None
    assert {str(one.adjustment.credit) for one in found.choices} == {"USD 0.01"}


def test_usage_that_a_withdrawn_draft_billed_is_open_again(office: CreditOffice) -> None:
    office.closes()
    invoice = office.invoices()[-1]
    with office.change() as session:
        session.add(
            UsageClosing(
                id="ucl_1", team_id=TEAM, contract_id="con_1", line_id="calls", seq=1, subjects=["x"], meter="calls",
                aggregation="sum", zone="UTC", period_start=invoice.invoice_date, period_end=invoice.invoice_date,
                starts_at=office.clock.at, ends_at=office.clock.at.replace(hour=23), quantity="1", events=1,
                reference=invoice.id, state="fresh", closed_at=office.clock.at,
            )
        )  # fmt: skip
    office.changes(is_won=False)
    assert [one.state for one in office.rows(select(UsageClosing))] == ["withdrawn"]
