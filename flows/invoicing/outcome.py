"""What an approval's outcome means for the invoice: issue it, or send it back with the reason."""

from __future__ import annotations

from sqlmodel import Session

from flows import posting
from flows.durable import EFFECTS
from flows.errors import NotFound
from flows.invoicing import cards
from flows.invoicing.drafting import content_of
from flows.invoicing.states import InvoiceState, move
from flows.runtime import runtime
from storage.tables import Invoice

APPROVAL_CARD = "approval"


def approved(session: Session, invoice_id: str) -> None:
    """Mark the invoice as approved and queue its issuing, in the transaction that decided."""
    invoice = locked(session, invoice_id)
    move(session, invoice, InvoiceState.APPROVED)
    queue_issue(session, invoice, attempt=0)


def partly_approved(
    session: Session, invoice_id: str, *, by: str, have: int, needed: int, step: int, steps: int, who: str
) -> None:
    """Say in the thread that one approval is in and who is asked now: an edited card notifies nobody.

    `have` of `needed` approvals are in for the step that waits now, which is the `step`-th of `steps`.
    """
    if have == 0:
        card = cards.next_step(by=by, step=step, steps=steps, who=who)
    else:
        card = cards.approved_once(by=by, have=have, needed=needed, who=who)
    posting.reply(session, invoice_id, APPROVAL_CARD, card)


def queue_issue(session: Session, invoice: Invoice, *, attempt: int) -> None:
    """Queue the issuing of this version; `attempt` counts how often people asked for it again."""
    runtime().engine.enqueue(
        session,
        "issue_invoice",
        invoice.team_id,
        invoice.id,
        invoice.version,
        id=f"issue:{invoice.id}:v{invoice.version}:{attempt}",
        queue=EFFECTS,
    )


def queue_write_back(session: Session, invoice: Invoice, *, attempt: int) -> None:
    """Queue the note to the CRM."""
    identity = f"write_back:{invoice.id}:{attempt}"
    runtime().engine.enqueue(session, "write_back", invoice.team_id, invoice.id, id=identity, queue=EFFECTS)


def sent_back(session: Session, invoice_id: str, *, state: str, by: str, reason: str) -> None:
    """Mark the invoice as rejected or to be changed, and tell the account manager why."""
    invoice = locked(session, invoice_id)
    move(session, invoice, InvoiceState(state))
    manager = invoice.account_manager if invoice.account_manager != by else None
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.sent_back(state=state, by=by, reason=reason))
    if manager:
        content = content_of(session, invoice)
        card = cards.sent_back_dm(
            customer=content.bill_to.name,
            total=content.total,
            state=state,
            by=by,
            reason=reason,
            url=posting.card_link(session, invoice.id),
        )
        posting.direct(session, user_id=manager, card=card)


def locked(session: Session, invoice_id: str) -> Invoice:
    """Return the invoice, locked for this transaction. Raises NotFound."""
    invoice = session.get(Invoice, invoice_id, with_for_update=True)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    return invoice
