"""A request for approval as other rooms' cards show it: a correction has a card of its own, with the same buttons."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from flows.approvals import actions as names
from flows.approvals.buttons import ApproveButton, MoreChoice
from flows.approvals.cards import asked, progress, votes
from flows.approvals.rules import ApprovalStatus
from flows.approvals.service import steps_of
from flows.approvals.view import Request, Voted
from flows.blockkit import actions, button, confirm, overflow
from flows.values.card import Block
from storage.tables import Approval
from storage.tables import Decision as DecisionRow


def request_of(session: Session, correction_id: str) -> Request | None:
    """Return what was asked about a correction, and what was said so far."""
    statement = select(Approval).where(col(Approval.correction_id) == correction_id)
    approval = session.execute(statement).scalar_one_or_none()
    if approval is None:
        return None
    steps = steps_of(session, approval.id)
    current = steps[approval.current_step - 1]
    rows = select(DecisionRow).where(col(DecisionRow.approval_id) == approval.id).order_by(col(DecisionRow.id))
    decided = list(session.execute(rows).scalars())
    return Request(
        approval_id=approval.id,
        version=approval.invoice_version,
        digest=approval.content_hash,
        rule=approval.rule,
        who=current.who,
        created_at=approval.created_at,
        is_waiting=approval.state == ApprovalStatus.WAITING,
        step=current.number,
        steps=len(steps),
        needed=current.needed,
        ask=tuple(current.mentions),
        approvals=tuple(Voted(row.user_id, row.user_name, row.verdict, row.decided_at, row.reason) for row in decided),
        approved_in_step=sum(1 for row in decided if row.verdict == "approve" and row.step == current.number),
    )


def who_is_asked(request: Request) -> tuple[str, str]:
    """Return whom the card mentions, and how far it is: "step 1 of 2"."""
    return asked(request), progress(request)


def decision_lines(request: Request) -> list[str]:
    """Return who decided what, when and why."""
    return votes(request)


def decide_buttons(request: Request, about: str, then: str, *more: Block) -> Block:
    """Return Approve, which asks once more and tells what happens `then`, Reject, `more`, and the history."""
    value = ApproveButton(request.approval_id, request.version, request.digest).dump()
    ask = confirm("Approve this correction?", then, yes="Approve")
    return actions(
        button("Approve", names.APPROVE, value, style="primary", ask=ask, spoken=f"Approve {about}"),
        button("Reject", names.REJECT, value, style="danger", spoken=f"Reject {about}"),
        *more,
        history_menu(request),
    )


def history_menu(request: Request) -> Block:
    """Return the menu with the history of the invoice and its corrections."""
    return overflow(names.MORE, {"History": MoreChoice(names.MORE_HISTORY, request.approval_id).dump()})
