"""What the payment processor reports about our invoices; what it did by somebody else's hand is put before a person."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention
from flows.durable import step, workflow
from flows.inbox import load_once, settle
from flows.invoicing.states import InvoiceState
from flows.runtime import runtime
from storage import audit
from storage.tables import Correction, EffectRow, InboxRow, Invoice

AGAINST_US = frozenset({"invoice.voided", "invoice.deleted", "invoice.marked_uncollectible"})


@workflow("note_processor_event")
def note_processor_event(team_id: str, inbox_id: str) -> None:
    """Keep a signed event of the processor in the audit trail of the invoice that it is about."""
    note(team_id, inbox_id)


@step
def note(team_id: str, inbox_id: str) -> None:
    """Record the event; an invoice that was undone at the processor while it stands with us needs a person."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is None:
            return
        invoice = _invoice(session, row)
        if invoice is None:
            settle(session, row, runtime().clock, "not ours")
            return
        audit.append(
            session,
            action="processor.event",
            object_type="invoice",
            object_id=invoice.id,
            actor=audit.SYSTEM("processor"),
            at=runtime().clock.now(),
            after={"type": row.payload["type"], "status": row.payload["status"]},
            evidence={"event": row.natural_key, "processor_id": row.payload["id"]},
        )
        undone = row.payload["type"] in AGAINST_US and invoice.state == InvoiceState.ISSUED
        if undone and not _is_being_voided(session, invoice):
            attention.open_attention(
                session,
                subject_id=invoice.id,
                kind="processor_event",
                title=f"Invoice {invoice.number} was undone at the payment processor",
                reason=f"It reports {row.payload['type']}, but the invoice stands as issued here.",
                code="invoice.undone_at_processor",
            )
        settle(session, row, runtime().clock, "noted")


def _is_being_voided(session: Session, invoice: Invoice) -> bool:
    """Tell whether it was our own hand: people approved that the invoice is voided."""
    statement = select(col(Correction.id)).where(
        col(Correction.invoice_id) == invoice.id,
        col(Correction.kind) == "void",
        col(Correction.state).in_(("issuing", "sent, not confirmed", "done")),
    )
    return session.execute(statement.limit(1)).first() is not None


def _invoice(session: Session, row: InboxRow) -> Invoice | None:
    if row.payload["object"] != "invoice":
        return None
    effect = select(col(EffectRow.subject_id)).where(
        col(EffectRow.kind) == "processor.draft", col(EffectRow.far_id) == row.payload["id"]
    )
    subject = session.execute(effect.limit(1)).scalar_one_or_none()
    return session.get(Invoice, subject) if subject else None
