"""Carry out a click on an approval card: read who may decide, decide, and tell whoever was refused."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from flows import attention, crediting, invoicing, posting
from flows.approvals import service
from flows.approvals.refusals import ApproversUnreadable
from flows.approvals.rules import ApprovalStatus, Click, Verdict
from flows.durable import step, workflow
from flows.errors import FarSideError, Refused, StaleWrite
from flows.inbox import load_once, settle
from flows.ports import Person
from flows.runtime import runtime
from storage.tables import Approval, ApprovalStep, InboxRow

STEPS_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Readable:
    """What Slack says about one click: who clicked, and who may decide the step that waits (None: unreadable)."""

    actor: Person | None
    approvers: list[str] | None
    step: int
    reason: str = ""


@workflow("decide_approval")
def decide_approval(team_id: str, inbox_id: str) -> None:
    """Decide one click. When another click completed a step meanwhile, the next step's approvers are read anew."""
    for _ in range(STEPS_AT_MOST):
        readable = read_people(team_id, inbox_id)
        if decide_click(team_id, inbox_id, readable):
            return


@step
def read_people(team_id: str, inbox_id: str) -> Readable:
    """Read from Slack who clicked and who may decide; what cannot be read is None, and nobody may decide then."""
    with runtime().database.read(team_id) as session:
        row = session.get_one(InboxRow, inbox_id)
        approval = session.get(Approval, row.payload["approval_id"])
        waiting = session.get(ApprovalStep, (approval.id, approval.current_step)) if approval else None
    number = approval.current_step if approval else 0
    try:
        slack = runtime().slack(team_id)
        actor = slack.person(row.payload["user_id"])
        approvers: set[str] = set()
        if waiting is not None and approval is not None and approval.state == ApprovalStatus.WAITING:
            for named in waiting.approvers:
                found = slack.person_by_email(named) if "@" in named else slack.person(named)
                if found and not found.is_deactivated:
                    approvers.add(found.user_id)
            if waiting.user_group:
                approvers |= slack.group_members(waiting.user_group)
    except FarSideError as error:
        return Readable(None, None, number, str(error))
    return Readable(actor, sorted(approvers), number)


@step
def decide_click(team_id: str, inbox_id: str, readable: Readable) -> bool:
    """Decide in one transaction. Return False when the step has moved on and its approvers must be read anew."""
    try:
        with runtime().database.begin(team_id) as session:
            row = load_once(session, inbox_id)
            if row is not None:
                _decide(session, row, readable)
    except StaleWrite:
        return False
    return True


def _decide(session: Session, row: InboxRow, readable: Readable) -> None:
    payload = row.payload
    if readable.actor is None:
        posting.tell(session, payload, str(ApproversUnreadable("the approvers")))
        _report_unreadable(session, payload["approval_id"], readable.reason)
        settle(session, row, runtime().clock, ApproversUnreadable.code)
        return
    click = Click(
        verdict=Verdict(payload["verdict"]),
        actor=readable.actor,
        seen_version=payload["version"],
        seen_hash=payload["digest"],
        reason=payload.get("reason"),
    )
    approvers = frozenset(readable.approvers) if readable.approvers is not None else None
    try:
        with session.begin_nested():  # a correction that cannot be done any more takes the vote back with it
            decided = service.decide(
                session, payload["approval_id"], click, approvers, step_seen=readable.step, evidence=payload["evidence"]
            )
            _follow(session, decided)
    except StaleWrite:
        raise
    except Refused as refusal:
        service.record_refusal(session, payload["approval_id"], click, refusal, payload["evidence"])
        posting.tell(session, payload, str(refusal))
        settle(session, row, runtime().clock, refusal.code)
        return
    settle(session, row, runtime().clock, decided.decision.state_after)


def _follow(session: Session, decided: service.Decided) -> None:
    """Tell the invoice, or the correction of it, what was decided. Raises Refused for what can no longer be done."""
    if decided.correction_id is not None:
        _follow_correction(session, decided.correction_id, decided)
    elif decided.decision.complete:
        invoicing.approved(session, decided.invoice_id)
    elif decided.decision.state_after is not ApprovalStatus.WAITING:
        invoicing.sent_back(
            session,
            decided.invoice_id,
            state=decided.decision.state_after,
            by=decided.click.user_id,
            reason=decided.click.reason or "",
        )
    else:
        _say_who_is_next(session, decided)
    subject_id = decided.correction_id or decided.invoice_id
    attention.settle_attention(session, subject_id=subject_id, kind="approvers", by="decision")


def _follow_correction(session: Session, correction_id: str, decided: service.Decided) -> None:
    if decided.decision.complete:
        crediting.approved(session, correction_id)
    elif decided.decision.state_after is not ApprovalStatus.WAITING:
        state, by = decided.decision.state_after, decided.click.user_id
        crediting.sent_back(session, correction_id, state=state, by=by, reason=decided.click.reason or "")


def _say_who_is_next(session: Session, decided: service.Decided) -> None:
    """Tell the invoice's thread that one approval is in and who is asked now."""
    approval = service.latest_approval(session, decided.invoice_id)
    if approval is None:
        return
    state = service.as_state(session, approval, None)
    invoicing.partly_approved(
        session,
        decided.invoice_id,
        by=decided.click.user_id,
        have=len(state.step.approved_by),
        needed=state.step.needed,
        step=state.step.number,
        steps=len(state.steps),
        who=state.step.who,
    )


def _report_unreadable(session: Session, approval_id: str, reason: str) -> None:
    approval = session.get(Approval, approval_id)
    if approval is None:
        return
    attention.open_attention(
        session,
        subject_id=approval.subject_id,
        kind="approvers",
        title="Who may approve an invoice could not be read from Slack",
        reason=reason,
        code=ApproversUnreadable.code,
    )
