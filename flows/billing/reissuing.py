"""Draft an entry of the schedule anew whose invoice was issued and then voided, by the contract as it is now."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from flows import usage
from flows.billing.drafting import Due, billed_before, billed_lines, draft_entries, newest_of, reckon
from flows.billing.planning import replan
from flows.billing.run import report_unbilled
from flows.billing.service import contract_of
from flows.errors import DunwellError
from flows.runtime import runtime
from flows.values.clock import business_date
from storage.tables import Invoice, ScheduleEntry


def reissue(session: Session, invoice: Invoice) -> str | None:
    """Free the place of a voided invoice in its schedule and draft it anew, dated today at the earliest.

    The usage that it billed is open again. Return the new draft, of which nobody was asked yet; None when the contract
    is not billed now, bills nothing there any more, or cannot be reckoned, about which a person is then told.
    """
    usage.reopen(session, invoice.id)
    row = contract_of(session, invoice.deal_id)
    statement = select(ScheduleEntry).where(col(ScheduleEntry.invoice_id) == invoice.id)
    entry = session.execute(statement).scalar_one_or_none()
    if row is None or entry is None:
        return None
    entry.invoice_id, entry.state = None, "superseded" if row.state == "withdrawn" else "planned"
    session.add(entry)
    session.flush()
    if row.state != "active":
        return None
    contract, deal_version = newest_of(session, row.id)
    today = business_date(runtime().clock.now(), contract.terms.time_zone)
    replan(session, row, contract, today=today)
    if entry.state != "planned":
        return None
    entry.invoice_date = max(entry.invoice_date, today)
    session.add(entry)
    session.flush()
    billed = billed_before(billed_lines(session, [row.id])[row.id], entry, contract.terms.currency)
    try:
        found = reckon(session, row, contract, entry, billed)
    except DunwellError as error:
        report_unbilled(session, row, error)
        return None
    return next(iter(draft_entries(session, [Due(row, contract, deal_version, entry, found)])), None)
