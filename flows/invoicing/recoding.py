"""Code a draft anew once somebody has mended it, and take one back that can no longer be booked at its issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from flows import approvals, dimensions, posting
from flows.dimensions import LineError
from flows.invoicing import cards
from flows.invoicing.drafting import APPROVAL_CARD, ask_for_approval, content_of, revise
from flows.invoicing.states import InvoiceState, move
from flows.schedule import due_date, read_payment_terms
from flows.values.invoice import InvoiceContent
from flows.values.people import KnownPeople
from flows.values.terms import UnknownTerms
from storage.tables import Approval, Invoice, ScheduleEntry


def recode(
    session: Session, invoice: Invoice, *, posting_date: date | None, reason: str, people: KnownPeople, by: str
) -> None:
    """Code a draft that needs coding by what people chose, post it on another date where one is given, and ask again.

    A changed content is the next version, and so is one whose approval was voided when it could not be issued. The
    caller has locked the invoice, which then waits for approval, or still needs coding. `by` is who mended it, for the
    thread of the approval card where there is one already.
    """
    before = content_of(session, invoice)
    content = dimensions.coded(session, invoice.deal_id, redated(before, posting_date) if posting_date else before)
    if posting_date:  # the deal's schedule remembers it for the next version of the draft
        entry = update(ScheduleEntry).where(col(ScheduleEntry.invoice_id) == invoice.id)
        session.execute(entry.values(invoice_date=posting_date))
    is_known = posting.has_card(session, invoice.id, APPROVAL_CARD)
    move(session, invoice, InvoiceState.DRAFT)
    if content == before and not _was_asked_about(session, invoice):
        ask_for_approval(session, invoice, content, people)
    else:
        revise(session, invoice, content, invoice.deal_version, reason, people)
    if is_known and invoice.state == InvoiceState.AWAITING_APPROVAL:
        posting.reply(session, invoice.id, APPROVAL_CARD, cards.coding_mended(version=invoice.version, by=by))


def _was_asked_about(session: Session, invoice: Invoice) -> bool:
    """Tell whether somebody was asked to approve the present version: a voided approval is never asked for again."""
    asked = select(col(Approval.id)).where(
        col(Approval.invoice_id) == invoice.id,
        col(Approval.invoice_version) == invoice.version,
        col(Approval.correction_id).is_(None),
    )
    return session.execute(asked.limit(1)).first() is not None


def back_to_coding(session: Session, invoice: Invoice, errors: tuple[LineError, ...]) -> None:
    """Take an approved invoice back, because it can no longer be booked; its approval no longer counts."""
    what = dimensions.in_words(session, content_of(session, invoice), errors)
    approvals.void(session, invoice.id, reason=what)
    move(session, invoice, InvoiceState.DRAFT)
    move(session, invoice, InvoiceState.NEEDS_CODING)
    dimensions.ask_to_mend(session, invoice, errors)
    posting.refresh(session, invoice.id)
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.needs_coding(what=what))


def redated(content: InvoiceContent, day: date) -> InvoiceContent:
    """Return the content dated that day, and due when its terms say that an invoice of that day is due."""
    try:
        due = due_date(read_payment_terms(content.terms), day)
    except UnknownTerms:  # written by hand long ago: the days are kept
        due = day + timedelta(days=content.terms_days)
    return replace(content, invoice_date=day, due_date=due)
