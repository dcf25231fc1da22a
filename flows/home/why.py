"""Read how the lines of an invoice were rated, for whoever asks why it comes to that amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from flows.approvals.view import ApprovalView
from flows.approvals.why import Why
from flows.values.money import Money, format_money
from flows.values.words import day
from storage.tables import Invoice, RatedLineRow, ScheduleEntry


def explained(session: Session, view: ApprovalView) -> ApprovalView:
    """Return the view with the words of its lines' rating; a line that was not rated by a contract has none.

    An entry that was drafted again has several revisions of its lines: the newest that comes to these amounts is meant.
    """
    statement = (
        select(RatedLineRow)
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .where(col(ScheduleEntry.invoice_id) == view.invoice_id)
        .order_by(col(RatedLineRow.revision).desc(), col(RatedLineRow.seq))
    )
    revisions: dict[int, list[RatedLineRow]] = {}
    for row in session.execute(statement).scalars():
        revisions.setdefault(row.revision, []).append(row)
    meant = next((rows for rows in revisions.values() if _comes_to(rows, view)), [])
    before = _billed_before(session, view.invoice_id, meant)
    return replace(view, why={row.seq: _why(row, before.get(row.key, ())) for row in meant})


def _comes_to(rows: Sequence[RatedLineRow], view: ApprovalView) -> bool:
    """Say whether the revision is of the view's lines; those that cost nothing may not have been rated."""
    rated = {row.seq: row.amount_minor for row in rows}
    shown = {line.seq: line.amount.minor for line in view.content.lines}
    return rated.keys() <= shown.keys() and all(rated.get(seq, 0) == amount for seq, amount in shown.items())


def _billed_before(session: Session, invoice_id: str, rows: Sequence[RatedLineRow]) -> dict[str, tuple[str, ...]]:
    """Return by key what earlier invoices billed of the same, such as "USD 116.00 with INV-000002"."""
    if not rows:
        return {}
    statement = (
        select(RatedLineRow, ScheduleEntry, Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(
            col(RatedLineRow.contract_id) == rows[0].contract_id,
            col(RatedLineRow.key).in_({row.key for row in rows}),
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key), col(RatedLineRow.seq))
    )
    found: dict[str, tuple[str, ...]] = {}
    for row, _entry, invoice in session.execute(statement):
        if invoice.id == invoice_id:
            break
        named = invoice.number or f"the draft of {day(invoice.invoice_date)}"
        said = f"{format_money(Money.of_minor(row.amount_minor, invoice.currency))} with {named}"
        found[row.key] = (*found.get(row.key, ()), said)
    return found


def _why(row: RatedLineRow, before: tuple[str, ...]) -> Why:
    return Why(tuple(row.words), row.terms_path, row.deal_field, tuple(row.usage), before)
