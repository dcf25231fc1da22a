"""A draft from its deal to its issue, with the dimensions in between: what is asked, kept, made and refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from flows import invoicing
from flows.contracts import service as deals
from flows.dimensions import DimensionConfig
from flows.dimensions.form import BadChoice
from flows.dimensions.model import PeriodStatus
from flows.dimensions.showing import CodingForm, coding_form
from flows.dimensions.workflow import CodingMovedOn, mend
from flows.invoicing.recoding import redated
from flows.invoicing.workflow import begin
from flows.values.deal import Deal, DealLine
from flows.values.invoice import InvoiceContent
from flows.values.people import KnownPeople
from storage.tables import Approval, AuditEvent, CardCopy, Invoice, InvoiceVersion, SlackPost
from tests.faults.small_house import TEAM, SmallHouse
from tests.flows.cards.samples import content as sample
from tests.flows.deals import deal, line

EACH = Decimal("2400.00")
WORKSHOP = line(
    source_id="00k2", product_code="ONSITE", description="Workshop", billing="one_time", frequency=None, total=EACH
)
PLATFORM = line(
    source_id="00k1",
    product_code="PLATFORM-Y",
    description="Platform",
    billing="flat",
    frequency="annual",
    quantity=Decimal(1),
    unit_price=EACH,
    total=EACH,
)


def won(house: SmallHouse, *lines: DealLine, **changes: Any) -> Invoice:
    """Take in a won deal and return its invoice."""
    with house.change() as session:
        taken = deals.take_deal(session, deal(lines=lines, amount=EACH * len(lines), **changes), people=KnownPeople())
        assert taken.outcome in {"drafted", "revised"}, taken
    return invoice(house)


def invoice(house: SmallHouse) -> Invoice:
    """Return the only invoice."""
    (found,) = house.rows(select(Invoice))
    assert isinstance(found, Invoice)
    return found


def content(house: SmallHouse) -> InvoiceContent:
    """Return the invoice's present content."""
    now = invoice(house)
    rows: Sequence[InvoiceVersion] = house.rows(select(InvoiceVersion))
    return InvoiceContent.from_json(next(row.content for row in rows if row.version == now.version))


def form(house: SmallHouse) -> CodingForm:
    """Return what there is to ask about the invoice."""
    with house.change() as session:
        found = coding_form(session, invoice(house).id)
    assert found is not None
    return found


def mended(house: SmallHouse, **answers: str) -> str:
    """Answer the form's questions; return the invoice's state then."""
    now = invoice(house)
    payload = {
        "invoice_id": now.id, "version": now.version, "answers": answers,
        "user_id": "U0RITA", "channel": "C1", "thread_ts": None, "evidence": {},
    }  # fmt: skip
    with house.change() as session:
        return mend(session, payload, KnownPeople())


def answers(place: str = "HAM") -> dict[str, str]:
    """Return what mends the workshop's line."""
    return {"1.account": "4115", "1.department": "Professional services", "1.place": place}


def cards(house: SmallHouse) -> list[str]:
    """Return the kinds of cards about the invoice; the tests have no Slack that knows the approvers."""
    return sorted(copy.kind for copy in house.rows(select(CardCopy)) if copy.kind != "attention")


def events(house: SmallHouse) -> list[str]:
    """Return what the audit trail has about the invoice and its approvals."""
    rows = house.rows(select(AuditEvent).order_by(AuditEvent.seq))  # type: ignore[arg-type]
    return [row.action for row in rows if row.object_type in {"invoice", "approval"}]


def closing(config: DimensionConfig | None, month: date) -> DimensionConfig:
    """Return the configuration with the period of that day closed."""
    assert config is not None
    closed = [replace(each, status=PeriodStatus.CLOSED) if each.holds(month) else each for each in config.periods]
    return replace(config, periods=tuple(closed))


def test_a_draft_in_order_is_asked_for_and_marks_what_was_filled_in(house: SmallHouse) -> None:
    assert won(house, PLATFORM).state == "awaiting approval"
    assert cards(house) == ["approval"]
    (only,) = content(house).lines
    assert (only.dimensions, only.filled) == ((("cost_centre", "CC10"), ("department", "Product")), ("cost_centre",))


def test_without_a_dimensions_file_everything_passes_as_it_is(house: SmallHouse) -> None:
    house.runtime.dimensions = None
    assert won(house, WORKSHOP).state == "awaiting approval"
    assert (content(house).lines[0].account, content(house).lines[0].filled) == ("4120", ())


def test_a_draft_that_cannot_be_booked_asks_finance_and_nobody_to_approve(house: SmallHouse) -> None:
    assert won(house, WORKSHOP).state == "needs coding"
    assert (cards(house), house.rows(select(Approval))) == (["coding"], [])
    assert events(house) == ["invoice.drafted", "invoice.needs_coding"]
    assert [question.id for question in form(house).questions] == ["1.account", "1.department", "1.place"]


def test_mended_coding_is_the_next_version_and_asks_for_approval(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    assert mended(house, **answers()) == "awaiting approval"
    assert (invoice(house).version, content(house).lines[0].account) == (2, "4115")
    assert dict(content(house).lines[0].dimensions) == {
        "cost_centre": "CC20",
        "department": "Professional services",
        "place": "HAM",
    }
    assert events(house)[2:] == ["invoice.coding_mended", "invoice.revised", "approval.asked"]
    assert cards(house) == ["approval", "coding"]


def test_what_a_person_chose_outlives_a_changed_deal(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    mended(house, **answers("BER"))
    assert won(house, PLATFORM, WORKSHOP, po_number="PO-2").state == "awaiting approval"
    workshop = content(house).lines[1]
    assert (workshop.account, dict(workshop.dimensions)["place"]) == ("4115", "BER")


def test_a_choice_for_a_line_that_is_gone_does_nothing(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    mended(house, **answers())
    assert won(house, PLATFORM, po_number="PO-2").state == "awaiting approval"
    assert [one.account for one in content(house).lines] == ["4000"]


def test_a_closed_period_is_mended_by_the_next_open_date(house: SmallHouse) -> None:
    house.runtime.dimensions = closing(house.runtime.dimensions, date(2026, 11, 23))
    assert won(house, PLATFORM).state == "needs coding"
    (question,) = form(house).questions
    assert (question.id, question.chosen) == ("posting_date", "2026-12-01")
    assert form(house).view.problems == ("The period Nov 2026 is closed.",)
    assert mended(house, posting_date="2026-12-01") == "awaiting approval"
    assert (content(house).invoice_date, content(house).due_date) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (invoice(house).invoice_date, invoice(house).due_date) == (date(2026, 12, 1), date(2026, 12, 31))
    assert won(house, PLATFORM, po_number="PO-2").state == "awaiting approval", "the next version keeps the date"
    assert (content(house).po_number, content(house).invoice_date) == ("PO-2", date(2026, 12, 1))


def approved(house: SmallHouse, *lines: DealLine) -> Invoice:
    """Bring a deal's invoice to where it is to be issued."""
    found = won(house, *lines)
    with house.change() as session:
        approval = session.execute(select(Approval)).scalar_one()
        approval.state = "approved"
        session.add(approval)
        invoicing.approved(session, found.id)
    return invoice(house)


def test_an_approved_invoice_that_can_still_be_booked_is_issued(house: SmallHouse) -> None:
    assert begin(TEAM, approved(house, PLATFORM).id, 1)
    assert invoice(house).state == "issuing"


def test_a_period_that_was_closed_after_the_approval_stops_the_issue(house: SmallHouse) -> None:
    found = approved(house, PLATFORM)
    house.runtime.dimensions = closing(house.runtime.dimensions, date(2026, 11, 23))
    assert not begin(TEAM, found.id, 1)
    assert invoice(house).state == "needs coding"
    assert [row.state for row in house.rows(select(Approval))] == ["void"]
    assert cards(house) == ["approval", "coding"]
    posts = house.rows(select(SlackPost).where(SlackPost.kind == "reply"))  # type: ignore[arg-type]
    assert [post.payload["text"] for post in posts] == [
        "Not issued: The period Nov 2026 is closed. The approval no longer counts; the coding has to be mended first."
    ]
    assert events(house)[-2:] == ["approval.voided", "invoice.needs_coding"]
    assert not begin(TEAM, found.id, 1), "a second run of the same step changes nothing"
    assert mended(house, posting_date="2026-12-01") == "awaiting approval"
    assert [row.state for row in house.rows(select(Approval).order_by(Approval.invoice_version))] == [  # type: ignore[arg-type]
        "void",
        "waiting",
    ]


def retired(config: DimensionConfig | None, department: str) -> DimensionConfig:
    """Return the configuration with one department no longer used."""
    assert config is not None
    known = config.dimensions["department"]
    gone = replace(known.values[department], active=False)
    departments = replace(known, values={**known.values, department: gone})
    return replace(config, dimensions={**config.dimensions, "department": departments})


def test_a_value_that_was_retired_after_the_approval_stops_the_issue(house: SmallHouse) -> None:
    found = approved(house, PLATFORM)
    house.runtime.dimensions = retired(house.runtime.dimensions, "Product")
    assert not begin(TEAM, found.id, 1)
    assert invoice(house).state == "needs coding"
    assert any("the department Product is no longer used" in said for said in form(house).view.problems)


def test_checking_again_asks_for_approval_once_the_file_was_mended(house: SmallHouse) -> None:
    whole = house.runtime.dimensions
    house.runtime.dimensions = closing(whole, date(2026, 11, 23))
    won(house, PLATFORM)
    assert mended(house) == "needs coding"
    house.runtime.dimensions = whole
    assert mended(house) == "awaiting approval"
    assert invoice(house).version == 1, "nothing in the content changed"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"1.account": "4120"}, "This is not among the values that fit"),
        ({"2.account": "4115"}, "This is not among the values that fit"),
        ({"1.department": "Product", "1.place": "LEJ"}, "This is not among the values that fit"),
    ],
)
def test_a_choice_that_was_not_offered_is_refused(house: SmallHouse, wrong: dict[str, str], sentence: str) -> None:
    won(house, WORKSHOP)
    with pytest.raises(BadChoice, match=sentence):
        mended(house, **wrong)
    assert (invoice(house).version, invoice(house).state) == (1, "needs coding")


def test_a_form_of_an_older_version_is_refused(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    now = invoice(house)
    payload = {"invoice_id": now.id, "version": 0, "answers": answers(), "user_id": "U0RITA", "channel": "C1"}
    with house.change() as session, pytest.raises(CodingMovedOn, match="v1 and needs coding"):
        mend(session, payload, KnownPeople())


def test_a_deal_that_is_lost_voids_an_invoice_that_needs_coding(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    lost: Deal = deal(lines=(WORKSHOP,), is_won=False)
    with house.change() as session:
        deals.take_deal(session, lost, people=KnownPeople())
    assert invoice(house).state == "void"


def test_an_incomplete_deal_holds_an_invoice_that_needs_coding(house: SmallHouse) -> None:
    won(house, WORKSHOP)
    with house.change() as session:
        taken = deals.take_deal(session, deal(lines=(WORKSHOP,), contact_email=None), people=KnownPeople())
    assert (taken.outcome, invoice(house).state) == ("incomplete", "draft")


def test_another_posting_date_is_due_by_the_terms_of_the_invoice() -> None:
    dated = [sample(terms="EOM + 30"), sample(terms="Net 30"), sample(terms="as agreed", terms_days=10)]
    due = [redated(each, date(2026, 12, 5)).due_date for each in dated]
    assert due == [date(2027, 1, 30), date(2027, 1, 4), date(2026, 12, 15)]
