"""The daily billing run: draft every entry that has come due. Each is drafted once, however often this is done.

Contracts are worked off in the order of their ids, some at a time in one transaction, each behind a savepoint of its
own: a contract that cannot be reckoned is put before a person with the reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from flows import attention, invoicing
from flows.billing.drafting import BilledLines, billed_before, billed_lines, draft_entry, newest
from flows.billing.planning import replan
from flows.billing.rules import HORIZON_MONTHS
from flows.errors import DunwellError, StaleWrite
from flows.runtime import runtime
from flows.values.clock import business_date
from flows.values.people import KnownPeople
from flows.values.periods import add_months
from storage.tables import Contract, Invoice, ScheduleEntry

AT_ONCE: Final = 100  # contracts in one transaction
ASKED_AT_ONCE: Final = 20
KIND: Final = "billing_run"
_A_DAY: Final = timedelta(days=1)  # the date is at most a day ahead anywhere
_PLANNED_AGAIN_BEFORE: Final = 12  # months: a schedule without an end is extended when less than that is left of it
DONE: Final = ""


def due(session: Session, on: date, *, after: str = "", limit: int | None = None) -> list[tuple[str, str]]:
    """Return (entry, contract) ids that are due on a business date, by contract and then as they are billed."""
    contracts = (
        select(col(ScheduleEntry.contract_id))
        .join(Contract, col(Contract.id) == col(ScheduleEntry.contract_id))
        .where(
            col(ScheduleEntry.state) == "planned",
            col(ScheduleEntry.invoice_date) <= on,
            col(Contract.state) == "active",
            col(Contract.id) > after,
        )
        .distinct()
        .order_by(col(ScheduleEntry.contract_id))
        .limit(limit)
    )
    ids = list(session.execute(contracts).scalars())
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), AT_ONCE):
        entries = (
            select(col(ScheduleEntry.id), col(ScheduleEntry.contract_id))
            .where(
                col(ScheduleEntry.contract_id).in_(ids[start : start + AT_ONCE]),
                col(ScheduleEntry.state) == "planned",
                col(ScheduleEntry.invoice_date) <= on,
            )
            .order_by(col(ScheduleEntry.contract_id), col(ScheduleEntry.planned_on), col(ScheduleEntry.key))
        )
        found.extend((entry, contract) for entry, contract in session.execute(entries))
    return found


def draft_some(session: Session, after: str) -> str:
    """Draft what is due of the next contracts after that id; return the last of them, or DONE."""
    now = runtime().clock.now()
    ids = list(dict.fromkeys(contract for _, contract in due(session, now.date() + _A_DAY, after=after, limit=AT_ONCE)))
    if not ids:
        return DONE
    locked = select(Contract).where(col(Contract.id).in_(ids)).order_by(col(Contract.id)).with_for_update()
    rows = list(session.execute(locked).scalars())
    entries = _planned(session, ids)
    billed = billed_lines(session, ids)
    for row in rows:
        try:
            with session.begin_nested():
                drafted = _draft_contract(session, row, entries.get(row.id, []), billed)
            if drafted:
                attention.settle_attention(session, subject_id=row.id, kind=KIND, by="billed")
        except StaleWrite:
            raise
        except DunwellError as error:
            report_unbilled(session, row, error)
    return ids[-1]


def waits_for_asking(session: Session) -> bool:
    """Tell whether there is a draft that nobody was asked about."""
    return session.execute(_unasked("").limit(1)).first() is not None


def ask_some(session: Session, after: str, people: KnownPeople) -> str:
    """Ask for approval of the next drafts that nobody was asked about; return the last of them, or DONE.

    A draft that no rule of the policy is for stays a draft, and a person was told.
    """
    statement = _unasked(after).limit(ASKED_AT_ONCE).with_for_update(of=Invoice)
    invoices = list(session.execute(statement).scalars())
    for invoice in invoices:
        invoicing.ask_for_approval(session, invoice, invoicing.content_of(session, invoice), people)
    return invoices[-1].id if invoices else DONE


def _unasked(after: str) -> Select[Invoice]:
    return (
        select(Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.invoice_id) == col(Invoice.id))
        .join(Contract, col(Contract.id) == col(ScheduleEntry.contract_id))
        .where(
            col(Invoice.state) == invoicing.InvoiceState.DRAFT,
            col(Contract.state) == "active",
            col(Invoice.id) > after,
        )
        .order_by(col(Invoice.id))
    )


def extend_some(session: Session, after: str) -> str:
    """Plan on for the next contracts without an end whose schedule runs out; return the last of them, or DONE."""
    today = runtime().clock.now().date()
    statement = (
        select(Contract)
        .where(
            col(Contract.state) == "active",
            col(Contract.planned_until) < add_months(today, HORIZON_MONTHS - _PLANNED_AGAIN_BEFORE),
            col(Contract.id) > after,
        )
        .order_by(col(Contract.id))
        .limit(AT_ONCE)
        .with_for_update()
    )
    rows = list(session.execute(statement).scalars())
    for row in rows:
        contract, _ = newest(session, row)
        replan(session, row, contract, today=business_date(runtime().clock.now(), contract.terms.time_zone))
    return rows[-1].id if rows else DONE


def _planned(session: Session, contract_ids: Sequence[str]) -> dict[str, list[ScheduleEntry]]:
    statement = (
        select(ScheduleEntry)
        .where(
            col(ScheduleEntry.contract_id).in_(contract_ids),
            col(ScheduleEntry.state) == "planned",
            col(ScheduleEntry.invoice_date) <= runtime().clock.now().date() + _A_DAY,
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key))
    )
    found: dict[str, list[ScheduleEntry]] = {}
    for entry in session.execute(statement).scalars():
        found.setdefault(entry.contract_id, []).append(entry)
    return found


def _draft_contract(session: Session, row: Contract, entries: Sequence[ScheduleEntry], billed: BilledLines) -> bool:
    """Draft what is due of one contract by the date in its own time zone; tell whether there was any."""
    contract, deal_version = newest(session, row)
    today = business_date(runtime().clock.now(), contract.terms.time_zone)
    lines, drafted = billed[row.id], False
    for entry in entries:
        if row.state != "active" or entry.invoice_date > today:
            continue
        if drafted:
            session.flush()
            lines = billed_lines(session, [row.id])[row.id]
        before = billed_before(lines, entry, contract.terms.currency)
        draft_entry(session, row, contract, entry, before, deal_version=deal_version)
        drafted = True
    return drafted


def report_unbilled(session: Session, row: Contract, error: DunwellError) -> None:
    """Put a contract that cannot be reckoned before a person, with the reason."""
    attention.open_attention(
        session,
        subject_id=row.id,
        kind=KIND,
        title="A contract could not be billed",
        reason=f"{error} Other contracts go on; this one is tried again with the next billing run.",
        code=error.code,
        owner=row.account_manager or attention.OPERATORS,
    )
