"""What the button "Try again" does: put the stopped work back into its queue, under a new id."""

from __future__ import annotations

from sqlmodel import Session

from flows import crediting, invoicing, posting
from flows.approvals import MembersOnly, check_member
from flows.attention.service import open_attention, settle_attention
from flows.durable import INTAKE, step, workflow
from flows.errors import FarSideError, NotFound
from flows.inbox import WORKFLOW_OF, Delivery, load_once, record_all, settle
from flows.runtime import runtime
from storage import audit
from storage.tables import Attention, InboxRow, Invoice

INBOX_WORKFLOWS = frozenset(name for name, _ in WORKFLOW_OF.values())
STOPPED_BY_DEFECT = INBOX_WORKFLOWS | {"billing_run", "issue_invoice", "ask_approval", "deliver"}


@workflow("retry_attention")
def retry_attention(team_id: str, inbox_id: str) -> None:
    """Try again what a person asked to be tried again."""
    retry(team_id, inbox_id, why_not(team_id, inbox_id))


@step
def why_not(team_id: str, inbox_id: str) -> str:
    """Return why the person who clicked may not do this; "" when they may."""
    with runtime().database.read(team_id) as session:
        user_id = str(session.get_one(InboxRow, inbox_id).payload["user_id"])
    try:
        check_member(runtime().slack(team_id).person(user_id))
    except MembersOnly as refusal:
        return str(refusal)
    except FarSideError as error:
        return f"I cannot ask Slack who you are just now ({error.reason}). Nothing was changed; try again later."
    return ""


@step
def retry(team_id: str, inbox_id: str, refusal: str) -> None:
    """Queue the stopped work again; a second click while it is under way changes nothing."""
    with runtime().database.begin(team_id) as session:
        delivery = load_once(session, inbox_id)
        if delivery is None:
            return
        row = session.get(Attention, str(delivery.payload["attention_id"]), with_for_update=True)
        refusal = refusal or _moved_on(row)
        if refusal or row is None:
            posting.tell(session, delivery.payload, refusal)
            settle(session, delivery, runtime().clock, "refused")
            return
        row.retries += 1
        row.next_try_at = runtime().clock.now()
        session.add(row)
        _again(session, row, delivery)
        if row.kind in STOPPED_BY_DEFECT:  # nothing that goes well says so; stopped once more it is opened anew
            settle_attention(session, subject_id=row.subject_id, kind=row.kind, by="tried again")
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
        posting.home(session)
        settle(session, delivery, runtime().clock, "retried")


def _moved_on(row: Attention | None) -> str:
    if row is None or row.state != "open":
        return "This is settled by now. Nothing was changed."
    return "It is being tried again already. Nothing was changed." if row.next_try_at is not None else ""


def _again(session: Session, row: Attention, delivery: InboxRow) -> None:
    match row.kind:
        case "issue" | "issue_invoice":
            invoicing.queue_issue(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "write_back":
            invoicing.queue_write_back(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "carry_out_correction" | "note_correction":
            crediting.queue_again(session, row.subject_id, row.kind, attempt=_attempt(row))
        case "approval" | "ask_approval":
            invoicing.queue_asking(session, _invoice(session, row.subject_id), attempt=_attempt(row))
        case "approvers":  # nothing waits in a queue: whoever decides clicks again
            settle_attention(session, subject_id=row.subject_id, kind=row.kind, by="operator")
        case "intake" | "unapplied_credit":
            record_all(session, runtime().engine, runtime().clock, [_delivery(row, delivery)])
        case "post" | "deliver":
            posting.queue_again(session, row.subject_id, stopped=row.kind == "deliver")
        case "poll" | "billing" | "billing_run":
            name = "poll_crm" if row.kind == "poll" else "billing_run"
            identity = f"{name}:{row.id}:{row.retries}"
            runtime().engine.enqueue(session, name, row.team_id, identity, id=identity, queue=INTAKE)
        case kind if kind in INBOX_WORKFLOWS:  # a defect had stopped it
            identity = f"inbox:{row.subject_id}:{_attempt(row)}"
            runtime().engine.enqueue(session, kind, row.team_id, row.subject_id, id=identity, queue=INTAKE)
        case kind:  # it runs again by itself at its next time
            settle_attention(session, subject_id=row.subject_id, kind=kind, by="operator")


def _delivery(row: Attention, pressed: InboxRow) -> Delivery:
    """Return what is taken in anew: a deal, or the wish to give back what a changed contract owes."""
    key = f"{row.id}:{row.retries}"
    if row.kind == "intake":
        return Delivery(row.team_id, "deal.notice", key, {"deal_id": row.subject_id})
    said = {name: pressed.payload.get(name) for name in ("user_id", "channel", "thread_ts", "evidence")}
    return Delivery(row.team_id, "contract.amend", key, said | {"contract_id": row.subject_id, "again": True})


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
            reason=f"Slack reported {row.payload['event']}. Install the app again, then restart with the new token.",
            code="slack.revoked",
        )
        settle(session, row, runtime().clock, "noted")
