"""Plan the schedule of a contract, and plan it again: what has been issued stays, the rest follows the newest terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows import invoicing
from flows.billing import rules
from flows.billing.adjustments import APART
from flows.billing.rules import Contracted, Planned
from flows.rating import ChargeKind, Facts, rate
from flows.runtime import runtime
from flows.terms.model import Terms
from flows.values.ids import new_id
from storage.tables import Contract, Invoice, ScheduleEntry

NOT_OUT = ("planned", "superseded", "empty")


def replan(session: Session, row: Contract, contract: Contracted, *, today: date) -> None:
    """Bring the schedule in line with the terms: entries come, change, or are superseded with their drafts."""
    horizon = rules.horizon_of(contract.terms, today)
    planned = tuple(rules.entries(contract.terms, opened_on=row.opened_on, horizon=horizon, reached=reached(row)))
    amounts = dict(_amounts(contract.terms, planned))
    known = {entry.key: entry for entry in entries_of(session, row.id) if not entry.key.startswith(APART)}
    for one in planned:
        entry = known.pop(one.key, None)
        _plan(session, row, entry, one, contract.terms.currency, amounts.get(one.key))
    for entry in known.values():
        _supersede(session, entry)
    is_open = contract.terms.end is None or contract.terms.renewal.kind != "none"
    row.planned_until = horizon if is_open else None
    session.add(row)
    session.flush()
    _adopt(session, row)


def entries_of(session: Session, contract_id: str) -> list[ScheduleEntry]:
    """Return the entries of a contract's schedule in the order in which they are billed."""
    statement = select(ScheduleEntry).where(col(ScheduleEntry.contract_id) == contract_id)
    return list(session.execute(statement.order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key))).scalars())


def bills_later(session: Session, row: Contract) -> bool:
    """Tell whether an invoice is still to come, or is a draft, that can take what waits."""
    for entry in entries_of(session, row.id):
        if entry.state == "planned":
            return True
        if entry.invoice_id and invoicing.is_revisable(session.get_one(Invoice, entry.invoice_id)):
            return True
    return False


def reached(row: Contract) -> Mapping[str, date]:
    """Return the events of milestones that have happened, and when."""
    return {event: date.fromisoformat(str(on)) for event, on in row.reached.items()}


def _plan(
    session: Session, row: Contract, entry: ScheduleEntry | None, one: Planned, currency: str, minor: int | None
) -> None:
    if entry is None:
        entry = ScheduleEntry(
            id=new_id("sch", runtime().clock.now()),
            team_id=row.team_id,
            contract_id=row.id,
            key=one.key,
            planned_key=one.invoice.key,
            planned_on=one.invoice.invoice_date,
            invoice_date=one.invoice_date,
            currency=currency,
            state="planned",
        )
    if entry.state == "issued":
        return
    period = one.invoice.period
    entry.planned_key, entry.planned_on = one.invoice.key, one.invoice.invoice_date
    entry.period_start, entry.period_end = (period.start, period.end) if period else (None, None)
    entry.currency, entry.planned_minor = currency, minor
    if entry.state in NOT_OUT:
        entry.state, entry.invoice_date = "planned", one.invoice_date
    session.add(entry)


def _supersede(session: Session, entry: ScheduleEntry) -> None:
    """Take an entry out of the schedule that the terms bring no more; a draft of it is withdrawn."""
    if entry.state == "issued":
        return
    if entry.invoice_id is not None:
        invoice = session.get_one(Invoice, entry.invoice_id, with_for_update=True)
        if not invoicing.is_revisable(invoice):
            return
        if invoice.state != invoicing.InvoiceState.VOID:
            invoicing.withdraw_draft(session, invoice, reason="the contract does not bill this any more")
    entry.state, entry.invoice_id = "superseded", None
    session.add(entry)


def _adopt(session: Session, row: Contract) -> None:
    """Find the invoices that were made before for entries that are planned: of a deal that was off, or is older."""
    made = {invoice.schedule_key: invoice for invoice in invoicing.invoices_of_deal(session, row.deal_id)}
    for entry in entries_of(session, row.id) if made else ():
        invoice = None if entry.key.startswith(APART) else made.get(entry.key)
        if invoice is not None and entry.state == "planned":
            entry.state = "drafted" if invoicing.is_revisable(invoice) else "issued"
            entry.invoice_id, entry.invoice_date = invoice.id, invoice.invoice_date
            session.add(entry)
    session.flush()


def _amounts(terms: Terms, planned: Sequence[Planned]) -> Iterator[tuple[str, int]]:
    """Give what each entry comes to where that is known: nothing of it, or of what it depends on, is measured."""
    depends = bool(terms.commitments or terms.credits) and any(line.is_metered for line in terms.lines)
    facts = Facts()
    for one in planned:
        if depends or any(charge.kind is ChargeKind.USAGE for charge in one.invoice.charges):
            continue
        rated = rate(terms, one.invoice, facts)
        facts = facts.after(rated.lines)
        yield one.key, rated.total.minor
