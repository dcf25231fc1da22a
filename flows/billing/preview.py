"""What the next billing run would draft, without drafting it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from flows.billing.drafting import billed_before, billed_lines, newest_of, reckon
from flows.billing.run import AT_ONCE, due_contracts, due_entries
from flows.errors import DunwellError
from flows.values.money import Money, format_money
from storage.tables import Contract, ScheduleEntry


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One draft of the run, or why there would be none: `total` None, and `reason` in words."""

    contract_id: str
    customer: str
    invoice_date: date
    period_start: date | None
    period_end: date | None
    currency: str
    total: Money | None
    reason: str = ""


def preview(session: Session, on: date) -> Iterator[PreviewRow]:
    """Give what a run on that business date would draft, in the order of the run. A session for reading is enough.

    Several entries of one contract are reckoned one after the other, as the run does, save that what the earlier of
    them would bill is not known to the later ones: only prices that run on through the term depend on it.
    """
    for row, entry in _due(session, on):
        contract, _ = newest_of(session, row.id)
        common = (row.id, contract.bill_to.name, entry.invoice_date, entry.period_start, entry.period_end)
        try:
            billed = billed_before(billed_lines(session, [row.id])[row.id], entry, contract.terms.currency)
            found = reckon(session, row, contract, entry, billed)
        except DunwellError as error:
            yield PreviewRow(*common, entry.currency, None, str(error))
            continue
        total = found.drafted.content.total if found.drafted else Money.zero(entry.currency)
        reason = "" if found.drafted else "nothing to bill"
        if found.owed is not None:
            reason = f"{format_money(found.owed)} is to be given back"
        yield PreviewRow(*common, entry.currency, total, reason)


def _due(session: Session, on: date) -> Iterator[tuple[Contract, ScheduleEntry]]:
    ids = due_contracts(session, on)
    for start in range(0, len(ids), AT_ONCE):
        for contract_id, entries in due_entries(session, ids[start : start + AT_ONCE], on).items():
            row = session.get_one(Contract, contract_id)
            yield from ((row, entry) for entry in entries)
