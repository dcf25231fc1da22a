"""Usage that comes, or is corrected, after the last invoice for it: an entry of its own in the contract's schedule.

Such an entry bills all that came late for the lines whose last invoice is made. Where more is to be given back than
billed nothing is drafted: a person is told, and the entry is looked at again every day until a credit memo has given it
back, or more usage has come.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention, crediting, invoicing
from flows.billing.adjustments import LATE
from flows.billing.rules import Contracted, billed_so_far
from flows.billing.usage import used_for
from flows.rating import Facts, GivenBack, PlannedInvoice, last_invoice_of, late_invoice
from flows.runtime import runtime
from flows.terms.model import Terms
from flows.values.clock import business_date
from flows.values.money import Money, format_money
from flows.values.periods import DAY
from storage.tables import Contract, Invoice, RatedLineRow, ScheduleEntry

OWED: Final = "usage_owed"


def finished_lines(session: Session, row: Contract, terms: Terms) -> frozenset[str]:
    """Return the measured lines that no invoice to come bills, by their ids."""
    last = {
        line.id: day.isoformat() for line in terms.lines if line.is_metered and (day := last_invoice_of(terms, line))
    }
    statement = select(col(ScheduleEntry.planned_key)).where(
        col(ScheduleEntry.contract_id) == row.id,
        col(ScheduleEntry.planned_key).in_(last.values()),
        col(ScheduleEntry.state) == "planned",
    )
    to_come = set(session.execute(statement).scalars()) if last else set()
    return frozenset(line for line, key in last.items() if key not in to_come)


def planned(session: Session, row: Contract, terms: Terms, entry: ScheduleEntry) -> PlannedInvoice:
    """Return what an entry for late usage bills, as the schedule is now."""
    session.flush()
    lines = finished_lines(session, row, terms)
    return late_invoice(terms, key=entry.planned_key, on=entry.planned_on, lines=lines)


def memos(session: Session, row: Contract, terms: Terms, planned: PlannedInvoice) -> list[GivenBack]:
    """Return what credit memos gave back of the contract, in their order, with what was used and billed by then."""
    found: dict[datetime, dict[str, Money]] = {}
    for asked_at, key, minor in crediting.memo_lines(session, row.id):
        amounts = found.setdefault(asked_at, {})
        amounts[key] = amounts.get(key, Money.zero(terms.currency)) + Money.of_minor(minor, terms.currency)
    return [GivenBack(amounts, _known(session, row, terms, planned, at)) for at, amounts in found.items()]


def _known(session: Session, row: Contract, terms: Terms, planned: PlannedInvoice, at: datetime) -> Facts:
    """Return what was used by all that was received until an instant, and what was drafted until then."""
    used = used_for(session, row, terms, planned, as_of=at)
    statement = (
        select(col(RatedLineRow.key), col(RatedLineRow.measured), col(RatedLineRow.amount_minor))
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(
            col(RatedLineRow.contract_id) == row.id,
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
            col(Invoice.created_at) <= at,
        )
    )
    rows = [(key, measured, minor) for key, measured, minor in session.execute(statement)]
    return Facts(used.totals, billed_so_far(rows, terms.currency))


def late_entries(session: Session, row: Contract) -> list[ScheduleEntry]:
    """Return the contract's entries for late usage, oldest first."""
    statement = select(ScheduleEntry).where(
        col(ScheduleEntry.contract_id) == row.id, col(ScheduleEntry.key).startswith(LATE)
    )
    return list(session.execute(statement.order_by(col(ScheduleEntry.planned_on))).scalars())


def withdraw_drafts(session: Session, row: Contract) -> None:
    """Take back drafts of late usage that are not out: what has come since is billed together with theirs."""
    for entry in late_entries(session, row):
        invoice = session.get_one(Invoice, entry.invoice_id, with_for_update=True) if entry.invoice_id else None
        if invoice is None or not invoicing.is_revisable(invoice):
            continue
        if invoice.state != invoicing.InvoiceState.VOID:
            invoicing.withdraw_draft(
                session, invoice, reason="more usage came late, which is billed together with this"
            )
        entry.state, entry.invoice_id = "superseded", None
        session.add(entry)
    session.flush()


def look_again(session: Session, contract: Contracted, entry: ScheduleEntry) -> None:
    """Leave the entry for the next day's run: a credit memo, or more usage, settles what is owed."""
    tomorrow = business_date(runtime().clock.now(), contract.terms.time_zone) + DAY
    entry.planned_on = entry.invoice_date = tomorrow
    session.add(entry)


def tell_owed(session: Session, row: Contract, contract: Contracted, owed: Money | None) -> None:
    """Put what the customer has to get back before a person; None: settle that, as there is nothing any more."""
    if owed is None:
        attention.settle_attention(session, subject_id=row.id, kind=OWED, by="billed")
        return
    attention.open_attention(
        session,
        subject_id=row.id,
        kind=OWED,
        title=f"{contract.bill_to.name} is owed money for usage that was corrected after the last invoice",
        reason=f"{format_money(owed)} was billed too much, and no invoice is left to take it off. "
        "Give it back with a credit memo on the lines of that usage.",
        code="billing.usage_owed",
        owner=row.account_manager or attention.OPERATORS,
    )
