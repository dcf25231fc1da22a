"""Read the rows that an approval card, its modals and its history are drawn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from flows import billing, posting
from flows.approvals import rules, service
from flows.approvals.cards import ApprovalView, HistoryEvent, Voted
from flows.approvals.view import Credited
from flows.blockkit.text import source_words
from flows.crediting.showing import corrections_of, reissued_as
from flows.crediting.states import CREDIT, CorrectionState
from flows.invoicing.rules import differs_from_deal
from flows.runtime import runtime
from flows.values.deal import Deal
from flows.values.invoice import InvoiceContent
from flows.values.money import Money, total
from storage.tables import (
    Approval,
    ApprovalStep,
    Attention,
    AuditEvent,
    CardCopy,
    Correction,
    DealRow,
    DealVersion,
    Invoice,
    InvoiceVersion,
)
from storage.tables import Decision as DecisionRow
from storage.tables.invoices import FIRST


def view_of_invoice(session: Session, invoice_id: str) -> ApprovalView | None:
    """Return what the invoice's card shows: its newest version and the approval asked for it."""
    invoice = session.get(Invoice, invoice_id)
    approval = service.latest_approval(session, invoice_id)
    return _view(session, invoice, approval, invoice.version) if invoice else None


def view_of_approval(session: Session, approval_id: str) -> ApprovalView | None:
    """Return the invoice as that approval asked for it; the state is the invoice's only for the newest approval."""
    approval = session.get(Approval, approval_id)
    if approval is None:
        return None
    invoice = session.get_one(Invoice, approval.invoice_id)
    return _view(session, invoice, approval, approval.invoice_version)


def history(session: Session, invoice_id: str) -> list[HistoryEvent]:
    """Return what the audit trail has about an invoice and its approvals, oldest first."""
    approvals = select(col(Approval.id)).where(col(Approval.invoice_id) == invoice_id)
    corrections = [one.id for one in corrections_of(session, invoice_id)]
    ids = [invoice_id, *session.execute(approvals).scalars(), *corrections]
    rows = session.execute(
        select(AuditEvent).where(col(AuditEvent.object_id).in_(ids)).order_by(col(AuditEvent.seq))
    ).scalars()
    return [
        HistoryEvent(at=datetime.fromisoformat(row.at), who=row.actor, what=_what(row), reason=row.reason or None)
        for row in rows
    ]


def heading(view: ApprovalView) -> str:
    """Return the heading of an invoice's history: number or customer, and the total."""
    return f"{view.number or view.content.bill_to.name} · {view.content.total}"


def where_the_pdf_is(view: ApprovalView) -> str:
    """Say where the PDF of the invoice is, or why there is none yet."""
    if view.number is None:
        return "The PDF is made when the invoice is issued; it then stands in the thread of its card."
    return f"{view.number}.pdf stands in the thread of the invoice's card."


def _view(session: Session, invoice: Invoice, approval: Approval | None, version: int) -> ApprovalView:
    kept = session.get_one(InvoiceVersion, (invoice.id, version))
    content = InvoiceContent.from_json(kept.content)
    steps = service.steps_of(session, approval.id) if approval else []
    current = next((step for step in steps if approval and step.number == approval.current_step), None)
    votes = _votes(session, approval)
    deal = Deal.from_json(session.get_one(DealVersion, (invoice.deal_id, kept.deal_version)).content)
    newest = version == invoice.version
    policy = runtime().policy.approvals
    corrections = corrections_of(session, invoice.id) if invoice.number else []
    return ApprovalView(
        approval_id=approval.id if approval else invoice.id,
        invoice_id=invoice.id,
        version=version,
        content=content,
        state=invoice.state if newest else "void",
        rule=approval.rule if approval else "",
        who=current.who if current else "nobody yet",
        created_at=approval.created_at if approval else invoice.created_at,
        step=current.number if current else 1,
        steps=len(steps) or 1,
        needed=current.needed if current else 1,
        ask=tuple(current.mentions) if current else (),
        approvals=tuple(vote for vote, _ in votes),
        approved_in_step=sum(1 for vote, step in votes if vote.verdict == "approve" and _is(current, step)),
        confirm=rules.asks_confirmation(policy, content.total),
        account_manager=invoice.account_manager,
        attention=_attention(session, invoice.id),
        number=invoice.number,
        pay_url=invoice.pay_url,
        pdf_url=_thread_url(session, invoice) if invoice.issued_at else None,
        source_label=source_words(f"{deal.source} {deal.external_id}"),
        source_url=deal.url,
        differs=_differs(session, invoice, content, deal),
        filled=_filled(session, invoice, content, deal),
        is_newest=newest,
        corrections=tuple(_correction(session, one) for one in corrections),
        credited=_credited(corrections, content.currency),
        reissue_of=_reissue_of(session, invoice),
        reissued_as=reissued_as(session, invoice.id) if corrections else None,
    )


def _correction(session: Session, row: Correction) -> Credited:
    is_credit = row.kind == CREDIT
    state = "issued" if is_credit and row.state == CorrectionState.DONE else row.state
    over = Money.of_minor(row.total_minor, row.currency)
    return Credited(is_credit, over, state, row.number, posting.card_link(session, row.id))


def _credited(corrections: Sequence[Correction], currency: str) -> Money | None:
    issued = [one for one in corrections if one.kind == CREDIT and one.state == CorrectionState.DONE]
    return total((Money.of_minor(one.total_minor, currency) for one in issued), currency) if issued else None


def _reissue_of(session: Session, invoice: Invoice) -> tuple[str, str | None] | None:
    if invoice.reissue_of is None:
        return None
    voided = session.get_one(Invoice, invoice.reissue_of)
    return str(voided.number), posting.card_link(session, voided.id)


def _filled(session: Session, invoice: Invoice, content: InvoiceContent, deal: Deal) -> tuple[str, ...]:
    """Say what stands on the invoice that the deal itself does not say."""
    from_policy = () if deal.terms else (f"terms {content.terms} (policy)",)
    mends = session.get_one(DealRow, invoice.deal_id).mends
    return (*from_policy, *(f"{field.replace('_', ' ')} (typed in Slack)" for field in mends))


def _votes(session: Session, approval: Approval | None) -> list[tuple[Voted, int]]:
    if approval is None:
        return []
    rows = session.execute(
        select(DecisionRow).where(col(DecisionRow.approval_id) == approval.id).order_by(col(DecisionRow.id))
    ).scalars()
    return [(Voted(row.user_id, row.user_name, row.verdict, row.decided_at, row.reason), row.step) for row in rows]


def _differs(session: Session, invoice: Invoice, content: InvoiceContent, deal: Deal) -> tuple[str, ...]:
    """Return where the first invoice says something else than the deal; a later one follows from the contract."""
    if invoice.schedule_key != FIRST:
        return ()
    return differs_from_deal(content, deal, besides=billing.lines_billed_otherwise(session, invoice.deal_id))


def _is(step: ApprovalStep | None, number: int) -> bool:
    return step is not None and step.number == number


def _attention(session: Session, invoice_id: str) -> str | None:
    statement = select(col(Attention.reason)).where(
        col(Attention.subject_id) == invoice_id, col(Attention.state) == "open"
    )
    return session.execute(statement.order_by(col(Attention.opened_at)).limit(1)).scalar_one_or_none()


def _copy(session: Session, invoice_id: str) -> CardCopy | None:
    statement = select(CardCopy).where(
        col(CardCopy.subject_id) == invoice_id, col(CardCopy.kind) == service.APPROVAL_CARD
    )
    return session.execute(statement.limit(1)).scalar_one_or_none()


def _thread_url(session: Session, invoice: Invoice) -> str | None:
    """Return the link that opens the card's thread, in which the PDF stands."""
    copy = _copy(session, invoice.id)
    if copy is None or copy.permalink is None:
        return None
    return f"{copy.permalink}?thread_ts={copy.ts}&cid={copy.channel_id}"


_WORDS = {
    "invoice.drafted": "drafted the invoice",
    "invoice.revised": "revised the draft",
    "invoice.needs_coding": "asked for its coding to be mended",
    "invoice.coding_mended": "mended the coding",
    "invoice.coding_checked": "checked the coding again",
    "invoice.issued": "issued the invoice",
    "invoice.voided": "voided the invoice",
    "ledger.posted": "posted the invoice to the ledger",
    "approval.asked": "asked for approval",
    "approval.approved": "approved",
    "approval.rejected": "rejected",
    "approval.changes_requested": "asked for changes",
    "approval.refused": "was refused",
    "approval.voided": "voided the approval",
    "effect.unknown": "sent, not confirmed",
    "effect.confirmed": "confirmed",
    "processor.event": "reported",
    "credit.asked": "asked for a credit",
    "credit.refused": "was refused a credit",
    "credit.posted": "posted the credit memo to the ledger",
    "credit.done": "issued the credit memo",
    "credit.noted": "noted the credit memo on the deal",
    "credit.withdrawn": "withdrew the credit",
    "credit.turned_down": "turned the credit down",
    "credit.state": "checked the credit memo",
    "void.asked": "asked to void the invoice",
    "void.refused": "was refused the voiding",
    "void.done": "carried the voiding out",
    "void.noted": "noted the voiding on the deal",
    "void.withdrawn": "withdrew the voiding",
    "void.turned_down": "turned the voiding down",
    "void.state": "checked the voiding",
    "deal.invoice_noted": "noted the invoice on the deal",
}


def _what(row: AuditEvent) -> str:
    words = _WORDS.get(row.action, row.action.replace(".", " ").replace("_", " "))
    after = json.loads(row.after) if row.after else {}
    details = [str(after[name]) for name in ("number", "total", "rule", "type") if after.get(name)]
    return f"{words} ({', '.join(details)})" if details else words
