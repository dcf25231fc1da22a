"""Carry out what a person chose in the form of an invoice that needs coding, or look at it once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from flows import invoicing, posting
from flows.approvals import Refusal, Sender, read_sender, refuse_form
from flows.dimensions import service
from flows.dimensions.coding import Mend
from flows.dimensions.form import BadChoice, choices, faults
from flows.dimensions.in_force import version
from flows.dimensions.showing import CodingForm, coding_form
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import NotFound, Refused
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import InboxRow, Invoice

NEEDS_CODING = "needs coding"


class CodingMovedOn(Refused):
    """The form was opened on a version, or in a state, that the invoice is no longer in."""

    code = "coding.moved_on"

    def __init__(self, version: int, state: str) -> None:
        self.version, self.state = version, state
        super().__init__(f"This invoice is v{version} and {state} by now. Nothing was changed. See its newest card.")


@workflow("mend_coding")
def mend_coding(team_id: str, inbox_id: str) -> None:
    """Put in what a person chose for an invoice that needs coding, waiting while Slack cannot be asked who it is."""
    sender = until_answered(lambda: read_coder(team_id, inbox_id))
    apply_coding(team_id, inbox_id, sender)


@step
def read_coder(team_id: str, inbox_id: str) -> Sender:
    """Read from Slack whether the person may, and whom the policy names as approvers."""
    return read_sender(team_id, inbox_id)


@step
def apply_coding(team_id: str, inbox_id: str, sender: Sender) -> None:
    """Keep what was chosen and code the draft anew; what cannot be done is answered in words, and changes nothing."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        if sender.code:
            _refuse(session, row, sender.code, sender.reason)
            return
        try:
            state = mend(session, row.payload, sender.people)
        except (CodingMovedOn, BadChoice, NotFound) as error:
            _refuse(session, row, error.code, str(error))
            return
        settle(session, row, runtime().clock, state)


def mend(session: Session, payload: Mapping[str, Any], people: KnownPeople) -> str:
    """Check the answers once more, keep them, and make the next version; return the invoice's state then.

    Raises CodingMovedOn, BadChoice and NotFound, after which nothing was changed.
    """
    invoice = session.get(Invoice, str(payload["invoice_id"]), with_for_update=True)
    form = coding_form(session, invoice.id) if invoice else None
    if invoice is None or form is None:
        raise NotFound("invoice", str(payload["invoice_id"]))
    if invoice.state != NEEDS_CODING or invoice.version != payload["version"]:
        raise CodingMovedOn(invoice.version, invoice.state)
    answers, user_id = dict(payload["answers"]), str(payload["user_id"])
    mends, day = _chosen(form, answers)
    service.keep_mends(session, invoice.deal_id, mends, user_id=user_id)
    _note(session, invoice, form, answers, payload)
    reason = "the coding was mended" if answers else "the coding was checked again"
    invoicing.recode(session, invoice, posting_date=day, reason=reason, people=people, by=user_id)
    posting.refresh(session, invoice.id)
    posting.tell(session, payload, _what_follows(session, invoice))
    return invoice.state


def _chosen(form: CodingForm, answers: Mapping[str, str]) -> tuple[tuple[Mend, ...], Any]:
    if form.config is None or not answers:
        return (), None
    if wrong := faults(form.config, form.coded, form.questions, answers):
        raise BadChoice(wrong)
    return choices(form.questions, answers)


def _note(
    session: Session, invoice: Invoice, form: CodingForm, answers: Mapping[str, str], payload: Mapping[str, Any]
) -> None:
    audit.append(
        session,
        action="invoice.coding_mended" if answers else "invoice.coding_checked",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.USER(str(payload["user_id"])),
        at=runtime().clock.now(),
        before={"version": invoice.version, "errors": [service.as_facts(error) for error in form.coded.errors]},
        after={"answers": dict(answers)},
        evidence=dict(payload.get("evidence") or {}) | {"dimensions_version": version(session)},
    )


def _what_follows(session: Session, invoice: Invoice) -> str:
    form = coding_form(session, invoice.id)
    assert form is not None
    if form.view.waits:
        return f"Saved. Still to mend: {' '.join(form.view.problems[:3])}"
    return f"Saved as v{invoice.version}. The invoice is {invoice.state} now."


def _refuse(session: Session, row: InboxRow, code: str, sentence: str) -> None:
    what = Refusal("invoice.coding_refused", "invoice", str(row.payload["invoice_id"]))
    refuse_form(session, row, code, sentence, what)
