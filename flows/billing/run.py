"""The daily billing run: draft every entry that has come due. Each is drafted once, however often this is done.

Contracts are worked off in the order of their ids, some at a time in one transaction. Each is reckoned before anything
of it is written: one that cannot be is put before a person with the reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from flows import attention, invoicing
from flows.billing import late, rules
from flows.billing.adjustments import LATE
from flows.billing.drafting import (
    BilledLines,
    Due,
    billed_before,
    billed_lines,
    draft_entries,
    newest,
    newest_of,
    reckon,
    waiting_lines,
)
from flows.billing.planning import entries_of, replan
from flows.billing.redrafting import billed_of, redraft_corrected
from flows.billing.rules import HORIZON_MONTHS, Contracted
from flows.errors import DunwellError
from flows.runtime import runtime
from flows.values.clock import business_date
from flows.values.money import Money, format_money, total
from flows.values.people import KnownPeople
from flows.values.periods import add_months
from storage.tables import Attention, Contract, Invoice, ScheduleEntry

AT_ONCE: Final = 100  # contracts in one transaction
LOOKED_UP_AT_ONCE: Final = 1_000
ASKED_AT_ONCE: Final = 20
KIND: Final = "billing"
UNAPPLIED: Final = "unapplied_credit"
_A_DAY: Final = timedelta(days=1)  # the date is at most a day ahead anywhere
_PLANNED_AGAIN_BEFORE: Final = 12  # months: a schedule without an end is extended when less than that is left of it
DONE: Final = ""


def due_contracts(session: Session, on: date, *, after: str = "", limit: int | None = None) -> list[str]:
    """Return the contracts after that id of which something is due on a business date, in the order of their ids."""
    statement = (
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
    return list(session.execute(statement).scalars())


def due_next(session: Session, after: str) -> list[str]:
    """Return the next contracts of which something is due anywhere on earth; a session for reading is enough."""
    return due_contracts(session, runtime().clock.now().date() + _A_DAY, after=after, limit=LOOKED_UP_AT_ONCE)


def due_entries(session: Session, contract_ids: Sequence[str], on: date) -> dict[str, list[ScheduleEntry]]:
    """Return by contract, in their order, the planned entries that are due, as they are to be billed."""
    statement = (
        select(ScheduleEntry)
        .where(
            col(ScheduleEntry.contract_id).in_(contract_ids),
            col(ScheduleEntry.state) == "planned",
            col(ScheduleEntry.invoice_date) <= on,
        )
        .order_by(col(ScheduleEntry.contract_id), col(ScheduleEntry.planned_on), col(ScheduleEntry.key))
    )
    found: dict[str, list[ScheduleEntry]] = {}
    for entry in session.execute(statement).scalars():
        found.setdefault(entry.contract_id, []).append(entry)
    return found


def draft_contracts(session: Session, contract_ids: Sequence[str]) -> None:
    """Draft what is due of these contracts, by the date in the time zone of each; what is drafted is due no more."""
    now = runtime().clock.now()
    locked = select(Contract).where(col(Contract.id).in_(contract_ids)).order_by(col(Contract.id)).with_for_update()
    rows = {row.id: row for row in session.execute(locked).scalars() if row.state == "active"}
    contracts = {key: (rules.contracted(text), version) for key, (text, version) in newest(session, list(rows)).items()}
    waiting = {
        key: [entry for entry in entries if entry.invoice_date <= business_date(now, contracts[key][0].terms.time_zone)]
        for key, entries in due_entries(session, list(rows), now.date() + _A_DAY).items()
    }
    for key, entries in waiting.items():
        if any(entry.key.startswith(LATE) for entry in entries):
            late.withdraw_drafts(session, rows[key])
    while waiting := {key: entries for key, entries in waiting.items() if entries}:
        billed = billed_lines(session, list(waiting))
        reckoned = [_reckoned(session, rows[key], contracts[key], waiting[key], billed) for key in waiting]
        draft_entries(session, [one for one in reckoned if one is not None])
        session.flush()
    _settle(session, contract_ids)
    for key, (contract, _) in contracts.items():
        if contract.amendments:
            report_unapplied(session, rows[key], contract)


def _reckoned(
    session: Session,
    row: Contract,
    version: tuple[Contracted, int],
    waiting: list[ScheduleEntry],
    billed: BilledLines,
) -> Due | None:
    """Take the next entry of a contract and reckon it; None, and nothing more waits, when that cannot be done."""
    contract, deal_version = version
    entry = waiting.pop(0)
    try:
        before = billed_before(billed[row.id], entry, contract.terms.currency)
        found = reckon(session, row, contract, entry, before)
        if found.owed is not None and redraft_corrected(session, row, contract):
            found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
        return Due(row, contract, deal_version, entry, found)
    except DunwellError as error:
        waiting.clear()
        report_unbilled(session, row, error)
        return None


def _settle(session: Session, contract_ids: Sequence[str]) -> None:
    """Close what was open because a contract could not be billed, where nothing of it is due any more."""
    open_rows = select(col(Attention.subject_id)).where(
        col(Attention.subject_id).in_(contract_ids), col(Attention.kind) == KIND, col(Attention.state) == "open"
    )
    troubled = list(session.execute(open_rows).scalars())
    on = runtime().clock.now().date()
    still = set(due_entries(session, troubled, on)) if troubled else set()
    for contract_id in troubled:
        if contract_id not in still:
            attention.settle_attention(session, subject_id=contract_id, kind=KIND, by="billed")


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
        contract, _ = newest_of(session, row.id)
        replan(session, row, contract, today=business_date(runtime().clock.now(), contract.terms.time_zone))
    return rows[-1].id if rows else DONE


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


def unapplied(session: Session, row: Contract, contract: Contracted) -> Money:
    """Return what the customer is owed that no invoice will take off; nothing while one is to come."""
    nothing = Money.zero(contract.terms.currency)
    left = total((line.amount for line in waiting_lines(session, row, contract)), contract.terms.currency)
    is_to_come = any(
        entry.state == "planned" and not entry.key.startswith(LATE) for entry in entries_of(session, row.id)
    )
    return nothing if nothing <= left or is_to_come else -left


def report_unapplied(session: Session, row: Contract, contract: Contracted, *, why: str = "") -> Money:
    """Put credit that no invoice will take before a person; settle that when there is none any more. Return it."""
    owed = unapplied(session, row, contract)
    if not owed:
        attention.settle_attention(session, subject_id=row.id, kind=UNAPPLIED, by="billed")
        return owed
    attention.open_attention(
        session,
        subject_id=row.id,
        kind=UNAPPLIED,
        title=f"{contract.bill_to.name} is owed {format_money(owed)}, and no invoice is left to take it off",
        reason=" ".join(
            (
                f"The contract changed: {format_money(owed)} was billed too much.",
                why or "No credit memo gives it back yet.",
                "Trying again asks for the approval of one.",
            )
        ),
        code="billing.unapplied_credit",
        owner=row.account_manager or attention.OPERATORS,
    )
    return owed
