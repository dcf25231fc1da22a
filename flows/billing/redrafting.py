"""Draft again what was drafted and is not out yet, by the contract as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from flows import invoicing, usage
from flows.billing.drafting import Due, billed_before, billed_lines, keep, reckon
from flows.billing.rules import Contracted
from flows.rating import Facts
from flows.values.people import KnownPeople
from storage.tables import Contract, Invoice, ScheduleEntry


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why something is billed: what changed and who is asked about it; `what` begins the sentence that tells of it."""

    deal_version: int
    changes: Sequence[str]
    people: KnownPeople
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


def billed_of(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry) -> Facts:
    """Return what was billed of the contract on the entries before this one."""
    session.flush()
    return billed_before(billed_lines(session, [row.id])[row.id], entry, contract.terms.currency)
