"""Draft again what was drafted and is not out yet, by the contract as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from flows import invoicing, usage
from flows.billing.adjustments import APART
from flows.billing.drafting import Due, billed_before, billed_lines, keep, newest_of, reckon
from flows.billing.planning import entries_of
from flows.billing.rules import CannotBill, Contracted
from flows.rating import Facts
from flows.values.people import KnownPeople
from storage.tables import Contract, Invoice, ScheduleEntry


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something is billed: what changed and who is asked about it; `what` begins the sentence that tells of it."""

    deal_version: int
    changes: Sequence[str]
    people: KnownPeople | None  # None: not read yet; whoever is asked is asked afterwards
    what: str = "The deal changed"


def draft_again(
    session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, invoice: Invoice, change: Occasion
) -> str:
    """Bring the draft of an entry in line with the contract; return revised, or unchanged when nothing differs.

    Raises what `reckon` raises. The caller has locked the contract and the invoice.
    """
    found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
    if found.drafted is None:
        invoicing.withdraw_draft(session, invoice, reason="the contract bills nothing on that day any more")
        entry.state, entry.invoice_id = "empty", None
        session.add(entry)
        return "revised"
    usage.reopen(session, invoice.id)
    outcome = invoicing.draft_again(
        session,
        invoice,
        found.drafted.content,
        deal_version=change.deal_version,
        changes=change.changes,
        people=change.people,
        what=change.what,
    )
    keep(session, [Due(row, contract, change.deal_version, entry, found)])
    return outcome


def redraft_corrected(session: Session, row: Contract, contract: Contracted) -> bool:
    """Draft again what of the schedule is not out yet, by the usage as it is now; tell whether anything was revised.

    Each draft that is another now is asked about anew, by work that is queued. One that would fall below zero stays as
    it is: what it bills too much is owed until it is given back. The caller has locked the contract.
    """
    revised = False
    _, deal_version = newest_of(session, row.id)
    for entry in entries_of(session, row.id):
        if entry.invoice_id is None or entry.key.startswith(APART):
            continue
        invoice = session.get_one(Invoice, entry.invoice_id, with_for_update=True)
        if not invoicing.is_revisable(invoice) or invoice.state == invoicing.InvoiceState.VOID:
            continue
        occasion = Occasion(deal_version, ["usage that it bills was corrected"], None, what="Usage was corrected")
        try:
            outcome = draft_again(session, row, contract, entry, invoice, occasion)
        except CannotBill:
            continue
        if outcome == "revised":
            revised = True
            if invoice.state == invoicing.InvoiceState.DRAFT:
                invoicing.queue_asking(session, invoice, attempt=0)
    session.flush()
    return revised


def billed_of(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry) -> Facts:
    """Return what was billed of the contract on the entries before this one."""
    session.flush()
    return billed_before(billed_lines(session, [row.id])[row.id], entry, contract.terms.currency)
