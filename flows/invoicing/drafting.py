"""Make the drafts of a deal's invoices, and make them anew when it changes; each version asks for approval itself.

Nothing that has left the house is ever edited: when the deal of an issued invoice changes, a person is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select
from sqlmodel import Session, col

from flows import approvals, attention, dimensions, posting, usage
from flows.invoicing import cards
from flows.invoicing.states import REVISABLE, InvoiceState, is_revisable, move
from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.invoice import InvoiceContent, hash_of
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Invoice, InvoiceLineRow, InvoiceVersion

APPROVAL_CARD = "approval"


@dataclass(frozen=True, slots=True)
class NewDraft:
    """The draft to be made of one entry (`key`) of a deal's schedule, and why."""

    content: InvoiceContent
    deal_id: str
    deal_version: int
    key: str
    account_manager: str | None
    reason: str


def draft(session: Session, drafts: Sequence[NewDraft]) -> list[str]:
    """Keep new drafts, each coded; nobody has been asked to approve them yet. Return their ids, in order.

    Many are written as quickly as one, so a billing run makes a hundred at a time.
    """
    now, team_id = runtime().clock.now(), session.info["team_id"]
    voided = _voided(session, drafts)
    invoices: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for one in drafts:
        content = dimensions.coded(session, one.deal_id, one.content)
        text = content.as_json()
        invoice = {
            "id": new_id("inv", now),
            "team_id": team_id,
            "deal_id": one.deal_id,
            "schedule_key": one.key,
            "customer_id": content.bill_to.customer_id,
            "deal_version": one.deal_version,
            "version": 1,
            "row_version": 1,
            "state": InvoiceState.DRAFT.value,
            "currency": content.currency,
            "total_minor": content.total.minor,
            "content_hash": hash_of(text),
            "invoice_date": content.invoice_date,
            "due_date": content.due_date,
            "account_manager": one.account_manager,
            "reissue_of": voided.get((one.deal_id, one.key)),
            "created_at": now,
            "updated_at": now,
        }
        invoices.append(invoice)
        versions.append(_version_row(invoice, text, one.reason, now))
        lines += _line_rows(invoice, content)
        _audit_version(session, invoice, content, one.reason, now)
    for table, rows in ((Invoice, invoices), (InvoiceVersion, versions), (InvoiceLineRow, lines)):
        if rows:
            session.execute(insert(table), rows)
    return [str(invoice["id"]) for invoice in invoices]


def _voided(session: Session, drafts: Sequence[NewDraft]) -> dict[tuple[str, str], str]:
    """Return by deal and entry the last invoice that was issued for it and voided: the draft replaces it."""
    deals = {one.deal_id for one in drafts}
    statement = select(col(Invoice.deal_id), col(Invoice.schedule_key), col(Invoice.id)).where(
        col(Invoice.deal_id).in_(deals), col(Invoice.state) == InvoiceState.VOID, col(Invoice.number).is_not(None)
    )
    return {(deal, key): found for deal, key, found in session.execute(statement.order_by(col(Invoice.id)))}


def draft_again(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    *,
    deal_version: int,
    changes: Sequence[str],
    people: KnownPeople | None,
    what: str = "The deal changed",
) -> str:
    """Give a draft the content that it has by the deal as it is now, and ask anew. Return revised or unchanged.

    `what` changed is told in its thread. Where nobody has read whom the policy names (`people`), the caller asks later.
    """
    if people is not None and people.account_manager and people.account_manager != invoice.account_manager:
        invoice.account_manager = people.account_manager
        session.add(invoice)
        posting.refresh(session, invoice.id)  # whose deal it is stands on the card, whatever else is the same
        posting.home(session)  # and who was its account manager may decide on it now
    content = dimensions.coded(session, invoice.deal_id, content)
    is_same = content.content_hash() == invoice.content_hash
    if is_same and invoice.state not in (InvoiceState.DRAFT, InvoiceState.VOID):
        return "unchanged"
    revise(session, invoice, content, deal_version, "; ".join(changes) or "the deal changed", people)
    posting.reply(session, invoice.id, APPROVAL_CARD, cards.deal_changed(invoice.version, changes, what))
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
    """Void a draft; `reason` in words. The caller has locked it. The usage that it billed is open again."""
    approvals.void(session, invoice.id, reason=reason)
    usage.reopen(session, invoice.id)
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
    """Return the deal's invoices, oldest first, locked for this transaction, without those voided after their issue."""
    session.flush()
    stands = or_(col(Invoice.state) != InvoiceState.VOID, col(Invoice.number).is_(None))
    statement = select(Invoice).where(col(Invoice.deal_id) == deal_id, stands).order_by(col(Invoice.id))
    return list(session.execute(statement.with_for_update()).scalars())


def has_gone_out(session: Session, deal_id: str) -> bool:
    """Tell whether an invoice of the deal is out, or going out, and was not voided."""
    statement = select(Invoice).where(col(Invoice.deal_id) == deal_id, col(Invoice.state) != InvoiceState.VOID)
    return any(not is_revisable(invoice) for invoice in session.execute(statement).scalars())


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
    people: KnownPeople | None,
) -> None:
    """Give the draft another content, as its next version: earlier approvals no longer count, and it asks anew.

    Without `people` it stays a draft that nobody was asked about.
    """
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
    if people is None:
        posting.refresh(session, invoice.id)
    else:
        ask_for_approval(session, invoice, content, people)


def ask_for_approval(session: Session, invoice: Invoice, content: InvoiceContent, people: KnownPeople) -> None:
    """Ask those whom the policy names; where it names nobody, the draft waits and a person is told.

    Lines that cannot be booked as they are coded are put before finance first, and nobody is asked to approve them.
    """
    if errors := dimensions.errors_of(session, content):
        move(session, invoice, InvoiceState.NEEDS_CODING)
        dimensions.ask_to_mend(session, invoice, errors)
    elif approvals.ask(session, invoice, content.total, people):
        move(session, invoice, InvoiceState.AWAITING_APPROVAL)
    posting.refresh(session, invoice.id)


def _keep_version(session: Session, invoice: Invoice, content: InvoiceContent, *, reason: str) -> None:
    now, row = runtime().clock.now(), invoice.model_dump()
    session.execute(insert(InvoiceVersion), [_version_row(row, content.as_json(), reason, now)])
    session.execute(insert(InvoiceLineRow), _line_rows(row, content))
    _audit_version(session, row, content, reason, now)


def _version_row(invoice: Mapping[str, Any], text: str, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "invoice_id": invoice["id"],
        "team_id": invoice["team_id"],
        "version": invoice["version"],
        "content": text,
        "content_hash": invoice["content_hash"],
        "deal_version": invoice["deal_version"],
        "reason": reason,
        "created_at": now,
    }


def _line_rows(invoice: Mapping[str, Any], content: InvoiceContent) -> list[dict[str, Any]]:
    return [
        {
            "invoice_id": invoice["id"],
            "team_id": invoice["team_id"],
            "version": invoice["version"],
            "seq": line.seq,
            "description": line.description,
            "product_code": line.product_code,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "amount_minor": line.amount.minor,
            "account": line.account,
            "period_start": line.period_start,
            "period_end": line.period_end,
        }
        for line in content.lines
    ]


def _audit_version(
    session: Session, invoice: Mapping[str, Any], content: InvoiceContent, reason: str, now: datetime
) -> None:
    audit.append(
        session,
        action="invoice.drafted" if invoice["version"] == 1 else "invoice.revised",
        object_type="invoice",
        object_id=invoice["id"],
        actor=audit.SYSTEM("invoicing"),
        at=now,
        after={"version": invoice["version"], "total": str(content.total), "due": content.due_date.isoformat()},
        reason=reason,
        evidence={"content_hash": invoice["content_hash"], "deal_version": invoice["deal_version"]}
        | _held_against(session),
    )


def _held_against(session: Session) -> dict[str, str]:
    version = dimensions.version(session)
    return {"dimensions_version": version} if version else {}


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
