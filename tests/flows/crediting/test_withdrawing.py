"""Whoever asked for a correction takes it back until it is decided; nobody else does, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from flows.approvals.refusals import AlreadyDecided
from flows.crediting.refusals import NotWaiting, NotYours
from flows.crediting.service import withdraw
from flows.crediting.withdrawing import withdraw as click
from flows.errors import NotFound
from flows.inbox import Delivery, record_all
from storage.tables import Approval, AuditEvent, InboxRow, Invoice
from tests.faults.small_house import TEAM
from tests.flows.crediting.office import CreditOffice


@pytest.fixture
def issued(office: CreditOffice) -> Invoice:
    """An invoice that is out."""
    office.closes()
    return office.issues()


def withdraws(office: CreditOffice, correction_id: str, who: str = "U0SAM") -> None:
    with office.change() as session:
        withdraw(session, correction_id, by=who, evidence={"action_ts": "1.0"})


def told(office: CreditOffice) -> list[str]:
    return [str(post.payload["text"]) for post in office.posts("C0PLACE") if post.kind == "ephemeral"]


@pytest.mark.parametrize("kind", ["credit", "void"])
def test_it_is_taken_back_and_may_be_asked_for_anew(office: CreditOffice, issued: Invoice, kind: str) -> None:
    one = office.asks(issued, kind)
    withdraws(office, one)
    assert office.correction(one).state == "withdrawn"
    approval = office.rows(select(Approval).where(col(Approval.correction_id) == one))[0]
    assert approval.state == "void"
    with pytest.raises(AlreadyDecided, match="This request was withdrawn"):
        office.decides(one)
    (event,) = office.rows(select(AuditEvent).where(col(AuditEvent.action) == f"{kind}.withdrawn"))
    assert event.actor == "U0SAM" and "1.0" in str(event.evidence)
    assert office.invoice(issued.id).state == "issued" and office.receivable() == issued.total_minor
    again = office.asks(issued)  # all of it is left
    assert office.correction(again).total_minor == issued.total_minor


def test_others_are_refused(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued)
    with pytest.raises(NotYours, match="Only whoever asked for this can withdraw it"):
        withdraws(office, one, "U0DANA")
    with pytest.raises(NotFound):
        withdraws(office, "cor_none")
    assert office.correction(one).state == "awaiting approval"
    office.decides(one)
    assert office.correction(one).state == "issuing"


def test_what_is_decided_stands(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued)
    office.decides(one)
    with pytest.raises(NotWaiting, match="This is issuing already"):
        withdraws(office, one)
    approval = office.rows(select(Approval).where(col(Approval.correction_id) == one))[0]
    assert approval.state == "approved"  # the refusal took nothing away from it
    office.carries_out(one)
    assert office.correction(one).state == "done"


def test_a_click_is_carried_out_once_and_answered(office: CreditOffice, issued: Invoice) -> None:
    one = office.asks(issued)
    for who in ("U0DANA", "U0SAM", "U0SAM"):
        said: dict[str, Any] = {
            "correction_id": one,
            "user_id": who,
            "evidence": {},
            "channel": "C0PLACE",
            "thread_ts": None,
        }
        key = f"{who}:{len(told(office))}"
        with office.change() as session:
            record_all(session, office.engine, office.clock, [Delivery(TEAM, "correction.withdraw", key, said)])
        inbox_id = office.rows(select(InboxRow).where(col(InboxRow.natural_key) == key))[0].id
        for _ in range(2):  # as after a crash before the engine knew
            click(TEAM, inbox_id)
    refused, done, late = told(office)
    assert refused.startswith("Only whoever asked for this can withdraw it")
    assert done == "It is withdrawn. INV-000001 stands as it was."
    assert late.startswith("This is withdrawn already")
    outcomes = office.rows(select(col(InboxRow.outcome)).order_by(col(InboxRow.id)))
    assert sorted(map(str, outcomes[-3:])) == ["credit.not_waiting", "credit.not_yours", "withdrawn"]
