"""Make the drafts of a deal's invoices, and make them anew when it changes; each version asks for approval itself.

Nothing that has left the house is ever edited: when the deal of an issued invoice changes, a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from flows import approvals, attention, dimensions, posting
from flows.invoicing import cards
from flows.invoicing.states import REVISABLE, InvoiceState, is_revisable, move
from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.invoice import InvoiceContent
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Invoice, InvoiceLineRow, InvoiceVersion

APPROVAL_CARD = "approval"


def draft(
    session: Session,
    content: InvoiceContent,
    *,
    deal_id: str,
    deal_version: int,
    key: str,
    account_manager: str | None,
    reason: str,
) -> Invoice:
    """Keep the draft of one entry (`key`) of a deal's schedule, coded; nobody has been asked to approve it yet."""
    content = dimensions.coded(session, deal_id, content)
    now = runtime().clock.now()
    invoice = Invoice(
        id=new_id("inv", now),
        team_id=session.info["team_id"],
        deal_id=deal_id,
        schedule_key=key,
        customer_id=content.bill_to.customer_id,
        deal_version=deal_version,
        version=1,
        state=InvoiceState.DRAFT,
        currency=content.currency,
        total_minor=content.total.minor,
        content_hash=content.content_hash(),
        invoice_date=content.invoice_date,
        due_date=content.due_date,
        account_manager=account_manager,
        created_at=now,
        updated_at=now,
    )
    session.add(invoice)
    session.flush()
    _keep_version(session, invoice, content, reason=reason)
    return invoice


def draft_again(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    *,
    deal_version: int,
    changes: Sequence[str],
    people: KnownPeople,
) -> str:
    """Give a draft the content that it has by the deal as it is now, and ask anew. Return revised or unchanged."""
    if people.account_manager:
        invoice.account_manager = people.account_manager
        session.add(invoice)
    content = dimensions.coded(session, invoice.deal_id, content)
    is_same = content.content_hash() == invoice.content_hash
    if is_same and invoice.state not in (InvoiceState.DRAFT, InvoiceState.VOID):
        return "unchanged"
    revise(session, invoice, content, deal_version, "; ".join(changes) or "the deal changed", people)
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.deal_changed(invoice.version, changes))
    return "revised"


def hold(session: Session, deal_id: str, *, reason: str, changes: Sequence[str] = ()) -> bool:
    """Take the drafts of a deal back, voiding their approvals, because the deal cannot be billed as it is.

    Return False when an invoice is out already: then a person is asked about it, and nothing is held.
    """
    invoices = invoices_of_deal(session, deal_id)
    out = [invoice for invoice in invoices if not is_revisable(invoice)]
    if out:
        ask_about_issued(session, out[-1], "; ".join(changes) or reason)
        return False
    for invoice in invoices:
        if invoice.state in (InvoiceState.DRAFT, InvoiceState.VOID):
            continue
        approvals.void(session, invoice.id, reason=reason)
        move(session, invoice, InvoiceState.DRAFT)
        posting.refresh(session, invoice.id)
    return True


def withdraw(session: Session, deal_id: str, *, reason: str) -> None:
    """Void the drafts of a deal that is off; about what is out already a person is asked."""
    out = []
    for invoice in invoices_of_deal(session, deal_id):
        if InvoiceState(invoice.state) in REVISABLE:
            withdraw_draft(session, invoice, reason=reason)
        elif invoice.state != InvoiceState.VOID:
            out.append(invoice)
    if out:
        ask_about_issued(session, out[-1], reason)


def withdraw_draft(session: Session, invoice: Invoice, *, reason: str) -> None:
    """Void a draft; `reason` in words. The caller has locked it."""
    approvals.void(session, invoice.id, reason=reason)
    move(session, invoice, InvoiceState.VOID)
    audit.append(
        session,
        action="invoice.voided",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.SYSTEM("invoicing"),
        at=runtime().clock.now(),
        after={"state": invoice.state},
        reason=reason,
    )
    posting.refresh(session, invoice.id)
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.withdrawn(reason=reason))


def invoices_of_deal(session: Session, deal_id: str) -> list[Invoice]:
    """Return the deal's invoices, oldest first, locked for this transaction."""
    session.flush()
    statement = select(Invoice).where(col(Invoice.deal_id) == deal_id).order_by(col(Invoice.id))
    return list(session.execute(statement.with_for_update()).scalars())


def differs(session: Session, invoice: Invoice, content: InvoiceContent) -> bool:
    """Tell whether an invoice would have another content by the deal as it is now."""
    return dimensions.coded(session, invoice.deal_id, content).content_hash() != invoice.content_hash


def content_of(session: Session, invoice: Invoice) -> InvoiceContent:
    """Return the invoice's present content."""
    return InvoiceContent.from_json(session.get_one(InvoiceVersion, (invoice.id, invoice.version)).content)


def revise(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    deal_version: int,
    reason: str,
    people: KnownPeople,
) -> None:
    """Give the draft another content, as its next version: earlier approvals no longer count, and it asks anew."""
    approvals.void(session, invoice.id, reason=reason)
    if invoice.state != InvoiceState.DRAFT:
        move(session, invoice, InvoiceState.DRAFT)
    invoice.version += 1
    invoice.deal_version = deal_version
    invoice.customer_id = content.bill_to.customer_id
    invoice.currency, invoice.total_minor = content.currency, content.total.minor
    invoice.content_hash = content.content_hash()
    invoice.invoice_date, invoice.due_date = content.invoice_date, content.due_date
    session.add(invoice)
    session.flush()
    _keep_version(session, invoice, content, reason=reason)
    ask_for_approval(session, invoice, content, people)


def ask_for_approval(session: Session, invoice: Invoice, content: InvoiceContent, people: KnownPeople) -> None:
    """Ask those whom the policy names; where it names nobody, the draft waits and a person is told.

    Lines that cannot be booked as they are coded are put before finance first, and nobody is asked to approve them.
    """
    if errors := dimensions.errors_of(content):
        move(session, invoice, InvoiceState.NEEDS_CODING)
        dimensions.ask_to_mend(session, invoice, errors)
    elif approvals.ask(session, invoice, content.total, people):
        move(session, invoice, InvoiceState.AWAITING_APPROVAL)
    posting.refresh(session, invoice.id)


def _keep_version(session: Session, invoice: Invoice, content: InvoiceContent, *, reason: str) -> None:
    now = runtime().clock.now()
    session.add(
        InvoiceVersion(
            invoice_id=invoice.id,
            team_id=invoice.team_id,
            version=invoice.version,
            content=content.as_json(),
            content_hash=invoice.content_hash,
            deal_version=invoice.deal_version,
            reason=reason,
            created_at=now,
        )
    )
    for line in content.lines:
        session.add(
            InvoiceLineRow(
                invoice_id=invoice.id,
                team_id=invoice.team_id,
                version=invoice.version,
                seq=line.seq,
                description=line.description,
                product_code=line.product_code,
                quantity=str(line.quantity),
                unit_price=str(line.unit_price),
                amount_minor=line.amount.minor,
                account=line.account,
                period_start=line.period_start,
                period_end=line.period_end,
            )
        )
    audit.append(
        session,
        action="invoice.drafted" if invoice.version == 1 else "invoice.revised",
        object_type="invoice",
        object_id=invoice.id,
        actor=audit.SYSTEM("invoicing"),
        at=now,
        after={"version": invoice.version, "total": str(content.total), "due": content.due_date.isoformat()},
        reason=reason,
        evidence={"content_hash": invoice.content_hash, "deal_version": invoice.deal_version},
    )


def ask_about_issued(session: Session, invoice: Invoice, reason: str) -> None:
    """Say that a deal changed after its invoice had gone out; correcting that takes a credit memo, so a person."""
    named = invoice.number or "being issued"
    attention.open_attention(
        session,
        subject_id=invoice.id,
        kind="changed_after_issue",
        title=f"The deal of invoice {named} changed after the invoice had gone out",
        reason=f"{reason}. The invoice is unchanged; credit it and bill anew if the change counts.",
        code="invoice.changed_after_issue",
        owner=invoice.account_manager or attention.OPERATORS,
    )
    posting.refresh(session, invoice.id)
