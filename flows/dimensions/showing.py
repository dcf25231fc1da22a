"""Read the rows that the card and the form of an invoice that needs coding are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from flows.dimensions import wording
from flows.dimensions.cards import CodingView
from flows.dimensions.coding import Coded, code_content
from flows.dimensions.form import Question, questions
from flows.dimensions.in_force import in_force
from flows.dimensions.model import DimensionConfig
from flows.values.invoice import InvoiceContent
from storage.tables import AuditEvent, CardCopy, Invoice, InvoiceVersion


@dataclass(frozen=True, slots=True)
class CodingForm:
    """An invoice's coding as it stands: what its card shows, what there is to ask, and what it was held against."""

    view: CodingView
    coded: Coded
    questions: tuple[Question, ...]
    config: DimensionConfig | None


def coding_form(session: Session, invoice_id: str) -> CodingForm | None:
    """Return the invoice's coding now, by the dimensions file that is in force; None when there is no such invoice."""
    invoice = session.get(Invoice, invoice_id)
    if invoice is None:
        return None
    content = InvoiceContent.from_json(session.get_one(InvoiceVersion, (invoice.id, invoice.version)).content)
    config = in_force(session)
    if config is None:
        return CodingForm(_view(session, invoice, content, (), ()), Coded(content, (), ()), (), None)
    coded = code_content(config, content)
    asked = questions(config, coded)
    problems = tuple(wording.sentence(config, content, error) for error in coded.errors)
    return CodingForm(_view(session, invoice, content, problems, asked), coded, asked, config)


def _view(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    problems: tuple[str, ...],
    asked: tuple[Question, ...],
) -> CodingView:
    mended = _last(session, invoice.id, "invoice.coding_mended")
    stopped = _last(session, invoice.id, "invoice.needs_coding")
    return CodingView(
        invoice_id=invoice.id,
        version=invoice.version,
        customer=content.bill_to.name,
        total=content.total,
        state=invoice.state,
        problems=problems,
        can_be_mended=any(question.offered for question in asked),
        since=datetime.fromisoformat(stopped.at) if stopped else invoice.updated_at,
        number=invoice.number,
        mended_by=mended.actor if mended else None,
        mended_at=datetime.fromisoformat(mended.at) if mended else None,
        approval_url=_approval_url(session, invoice.id),
    )


def _last(session: Session, invoice_id: str, action: str) -> AuditEvent | None:
    statement = select(AuditEvent).where(col(AuditEvent.object_id) == invoice_id, col(AuditEvent.action) == action)
    return session.execute(statement.order_by(col(AuditEvent.seq).desc()).limit(1)).scalar_one_or_none()


def _approval_url(session: Session, invoice_id: str) -> str | None:
    statement = select(col(CardCopy.permalink)).where(
        col(CardCopy.subject_id) == invoice_id, col(CardCopy.kind) == "approval"
    )
    return session.execute(statement.limit(1)).scalar_one_or_none()
