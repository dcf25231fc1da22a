"""What a correction does to its invoice: the ledger's side of it, the state, and what is said in its thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session

from flows import posting
from flows.invoicing import cards
from flows.invoicing.drafting import APPROVAL_CARD, content_of
from flows.invoicing.ledger import credit_in_ledger, void_in_ledger
from flows.invoicing.states import InvoiceState, move
from flows.runtime import runtime
from flows.values.money import Money
from storage import audit
from storage.tables import Invoice


def post_credit(
    session: Session, invoice: Invoice, correction_id: str, amounts: Mapping[int, Money], *, day: date
) -> str:
    """Take the next number of the credit memos and post what is given back by line; return the number."""
    return credit_in_ledger(session, invoice, content_of(session, invoice), correction_id, amounts, day)


def credited(session: Session, invoice: Invoice, *, correction_id: str, number: str, by: Money, left: Money) -> None:
    """Say that a credit memo is issued, and share its PDF; an invoice of which nothing remains is credited."""
    if not left:
        move(session, invoice, InvoiceState.CREDITED)
    posting.refresh(session, invoice.id)
    card = cards.credited(number=number, by=by, left=left)
    posting.reply(session, invoice.id, APPROVAL_CARD, card)
    filename, title = f"{number}.pdf", f"Credit memo {number} of {invoice.number}"
    posting.file(session, invoice.id, APPROVAL_CARD, filename=filename, title=title, document=correction_id)


def voided(session: Session, invoice: Invoice, *, reason: str, requester: str, day: date) -> None:
    """Void an invoice that had been issued: its entry in the ledger is reversed that day, and it keeps its number."""
    void_in_ledger(session, invoice, day)
    before = invoice.state
    move(session, invoice, InvoiceState.VOID)
    audit.append(
        session,
        action="invoice.voided",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.SYSTEM("crediting"),
        at=runtime().clock.now(),
        before={"state": before},
        after={"state": invoice.state, "number": invoice.number},
        reason=reason,
    )
    posting.refresh(session, invoice.id)
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.voided(number=str(invoice.number), by=requester))
