"""What the button "Try again" does: put the stopped work back into its queue, under a new id."""

from __future__ import annotations

from sqlmodel import Session

from flows import invoicing, posting
from flows.attention.service import open_attention, settle_attention
from flows.durable import EFFECTS, step, workflow
from flows.errors import NotFound
from flows.inbox import WORKFLOW_OF, Delivery, load_once, record_all, settle
from flows.runtime import runtime
from storage import audit
from storage.tables import Attention, Invoice, SlackPost


INBOX_WORKFLOWS = frozenset(name for name, _ in WORKFLOW_OF.values())


@workflow("retry_attention")
def retry_attention(team_id: str, inbox_id: str) -> None:
    """Try again what a person asked to be tried again."""
    retry(team_id, inbox_id)


@step
def retry(team_id: str, inbox_id: str) -> None:
    """Queue the stopped work again; a second click while it is under way changes nothing."""
    with runtime().database.begin(team_id) as session:
        delivery = load_once(session, inbox_id)
        if delivery is None:
            return
        row = session.get(Attention, str(delivery.payload["attention_id"]), with_for_update=True)
        if row is None or row.state != "open":
            settle(session, delivery, runtime().clock, "attention.settled_already")
            return
        row.retries += 1
        row.next_try_at = runtime().clock.now()
        session.add(row)
        _again(session, row)
        audit.append(
            session,
            action="attention.retried",
            object_type="attention",
            object_id=row.id,
            actor=audit.USER(str(delivery.payload["user_id"])),
            at=runtime().clock.now(),
            after={"kind": row.kind, "subject": row.subject_id, "retries": row.retries},
            evidence=delivery.payload.get("evidence"),
        )
        posting.refresh(session, row.id)
        settle(session, delivery, runtime().clock, "retried")


def _again(session: Session, row: Attention) -> None:
    match row.kind:
        case "issue" | "issue_invoice":
            invoicing.queue_issue(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "write_back":
            invoicing.queue_write_back(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "approval" | "ask_approval":
            invoicing.queue_asking(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "approvers":  # nothing waits in a queue: whoever decides clicks again
            settle_attention(session, subject_id=row.subject_id, kind=row.kind, by="operator")
        case "intake":
            notice = Delivery(row.team_id, "deal.notice", f"{row.id}:{row.retries}", {"deal_id": row.subject_id})
            record_all(session, runtime().engine, runtime().clock, [notice])
        case "post" | "deliver":
            posting.queue_again(session, session.get_one(SlackPost, row.subject_id))
        case "poll":
            identity = f"poll:{row.id}:{row.retries}"
            runtime().engine.enqueue(session, "poll_crm", row.team_id, identity, id=identity, queue=EFFECTS)
        case kind if kind in INBOX_WORKFLOWS:  # a defect had stopped it
            identity = f"inbox:{row.subject_id}:{_attempt(row)}"
            runtime().engine.enqueue(session, kind, row.team_id, row.subject_id, id=identity, queue=EFFECTS)
        case kind:  # it runs again by itself at its next time
            settle_attention(session, subject_id=row.subject_id, kind=kind, by="operator")


def _invoice(session: Session, invoice_id: str) -> Invoice:
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice


def _attempt(row: Attention) -> int:
    """Number the tries over the whole life of a subject: two attention rows must not share a workflow's id."""
    return int(row.opened_at.timestamp() * 1000) * 100 + row.retries


@workflow("note_revoked")
def note_revoked(team_id: str, inbox_id: str) -> None:
    """Keep that Slack has taken our token away, for the terminal and for the day it is given back."""
    note(team_id, inbox_id)


@step
def note(team_id: str, inbox_id: str) -> None:
    """Open an attention row; it cannot be posted, but `dunwell doctor` and the trail have it."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        open_attention(
            session,
            subject_id=team_id,
            kind="revoked",
            title="Slack has taken Dunwell's access to the workspace away",
            reason=f"Slack reported {row.payload['event']}. Install the app again, then restart Dunwell with the new token.",
            code="slack.revoked",
        )
        settle(session, row, runtime().clock, "noted")
