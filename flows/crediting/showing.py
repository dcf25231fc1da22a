"""Read the rows that the card and the forms of a correction are drawn from, and what an invoice's card says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import Session, col

from flows import posting
from flows.approvals import request_of
from flows.crediting import periods
from flows.crediting.modals import Asked
from flows.crediting.rules import Creditable
from flows.crediting.service import amounts_of, creditable
from flows.crediting.states import CREDIT, CorrectionState
from flows.crediting.view import CorrectionView, GivenBack
from flows.invoicing import content_of, credited_on
from flows.values.credit_memo import CreditMemo
from flows.values.invoice import InvoiceContent
from flows.values.money import Money, total
from storage.tables import Approval, Attention, Correction, Invoice


@dataclass(frozen=True, slots=True)
class Form:
    """What a form is drawn from: the invoice as crediting sees it, and whose it is."""

    invoice_id: str
    state: Creditable
    customer: str
    asked: Asked


def form_of(session: Session, invoice_id: str) -> Form | None:
    """Return what the forms show of an invoice; None when there is no such invoice, or it has not gone out."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None or invoice.number is None:
        return None
    customer = content_of(session, invoice).bill_to.name
    asked = Asked(closed=periods.closed_today(session, invoice))
    return Form(invoice.id, creditable(session, invoice), customer, asked)


def form_of_approval(session: Session, approval_id: str) -> Form | None:
    """Return the same for the invoice of an approval card."""
    approval = session.get(Approval, approval_id)
    return form_of(session, approval.invoice_id) if approval else None


def form_again(session: Session, correction_id: str) -> tuple[str, Form] | None:
    """Return the kind of a correction and the form for asking it again, filled in; None when there is none."""
    row = session.get(Correction, correction_id)
    form = form_of(session, row.invoice_id) if row else None
    if row is None or form is None:
        return None
    amounts = amounts_of(session, row) if row.kind == CREDIT else None
    return row.kind, replace(form, asked=replace(form.asked, amounts=amounts, reason=row.reason))


def view_of_approval(session: Session, approval_id: str) -> CorrectionView | None:
    """Return the correction that an approval is about; None when it is about an invoice itself."""
    approval = session.get(Approval, approval_id)
    return correction_view(session, approval.correction_id) if approval and approval.correction_id else None


def correction_view(session: Session, correction_id: str) -> CorrectionView | None:
    """Return what the card of a correction shows; None when there is none."""
    row = session.get(Correction, correction_id)
    if row is None:
        return None
    invoice = session.get_one(Invoice, row.invoice_id)
    content, amounts = content_of(session, invoice), amounts_of(session, row)
    before = _credited_before(session, row)
    over = Money.of_minor(row.total_minor, row.currency)
    return CorrectionView(
        correction_id=row.id,
        is_credit=row.kind == CREDIT,
        state=row.state,
        number=row.number,
        total=over,
        reason=row.reason,
        requester=row.requester,
        customer=content.bill_to.name,
        invoice_number=str(invoice.number),
        invoice_total=content.total,
        invoice_url=posting.card_link(session, invoice.id),
        credited_before=before,
        remains=content.total - before - over,
        request=request_of(session, row.id),
        lines=tuple(
            GivenBack(line.description, line.amount, amounts[line.seq]) for line in content.lines if line.seq in amounts
        ),
        attention=_attention(session, row.id),
        reissued_as=reissued_as(session, invoice.id) if row.kind != CREDIT else None,
        posting_date=row.posting_date,
    )


def memo_of(session: Session, correction_id: str) -> tuple[InvoiceContent, CreditMemo] | None:
    """Return an issued credit memo with what its invoice says; None when there is no such memo, or it is not out."""
    row = session.get(Correction, correction_id)
    dated = credited_on(session, correction_id)
    if row is None or row.number is None or dated is None:
        return None
    invoice = session.get_one(Invoice, row.invoice_id)
    memo = CreditMemo(
        number=row.number,
        dated=dated,
        invoice_number=str(invoice.number),
        reason=row.reason,
        amounts=amounts_of(session, row),
        credited_before=_credited_before(session, row),
    )
    return content_of(session, invoice), memo


def corrections_of(session: Session, invoice_id: str) -> list[Correction]:
    """Return the corrections of an invoice, oldest first."""
    statement = select(Correction).where(col(Correction.invoice_id) == invoice_id).order_by(col(Correction.id))
    return list(session.execute(statement).scalars())


def reissued_as(session: Session, invoice_id: str) -> tuple[str, str | None] | None:
    """Return how the invoice is called that replaces a voided one, with the link to its card."""
    statement = select(Invoice).where(col(Invoice.reissue_of) == invoice_id).order_by(col(Invoice.id).desc()).limit(1)
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        return None
    return found.number or "a draft", posting.card_link(session, found.id)


def _credited_before(session: Session, row: Correction) -> Money:
    """Return what credit memos had given back of the invoice before this one was issued, or up to now."""
    issued = [one for one in corrections_of(session, row.invoice_id) if one.state == CorrectionState.DONE]
    given = [
        Money.of_minor(one.total_minor, one.currency)
        for one in issued
        if one.kind == CREDIT and one.id != row.id and not _came_after(one, row)
    ]
    return total(given, row.currency)


def _came_after(one: Correction, row: Correction) -> bool:
    return row.done_at is not None and one.done_at is not None and (one.done_at, one.id) > (row.done_at, row.id)


def _attention(session: Session, correction_id: str) -> str | None:
    statement = select(col(Attention.reason)).where(
        col(Attention.subject_id) == correction_id, col(Attention.state) == "open"
    )
    return session.execute(statement.order_by(col(Attention.opened_at)).limit(1)).scalar_one_or_none()
