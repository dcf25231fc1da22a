"""Draft one entry of a schedule: rate it with what was used and billed before, and keep where it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows import invoicing
from flows.billing import rules
from flows.billing.planning import reached
from flows.billing.rules import Contracted, Drafted
from flows.billing.usage import Used, close_periods, used_for
from flows.errors import DunwellError
from flows.rating import Facts, PlannedInvoice, rate
from flows.runtime import runtime
from storage.tables import Contract, ContractVersion, Invoice, RatedLineRow, ScheduleEntry


class NotPlanned(DunwellError):
    """An entry that its contract's newest terms do not bring: the schedule was not planned again after a change."""

    code = "billing.not_planned"

    def __init__(self, entry: ScheduleEntry) -> None:
        super().__init__(f"The contract {entry.contract_id} has no invoice {entry.planned_key} in its newest terms.")


@dataclass(frozen=True, slots=True)
class Reckoning:
    """An entry reckoned: what would stand on its invoice (None: nothing to bill), and the usage that it rests on."""

    planned: PlannedInvoice
    drafted: Drafted | None
    used: Used


def reckon(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, billed: Facts) -> Reckoning:
    """Rate an entry. Raises CannotBill, NotPlanned, and what rating and pricing raise."""
    planned = rules.planned_again(contract.terms, key=entry.planned_key, on=entry.planned_on, reached=reached(row))
    if planned is None:
        raise NotPlanned(entry)
    used = used_for(session, row, contract.terms, planned)
    rated = rate(contract.terms, planned, Facts(used.totals, billed.billed))
    drafted = rules.draft(contract, rated, invoice_date=entry.invoice_date, opens=entry.key == rules.FIRST)
    return Reckoning(planned, drafted, used)


def draft_entry(
    session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, billed: Facts, *, deal_version: int
) -> Invoice | None:
    """Draft the invoice of a planned entry, or mark the entry as empty when there is nothing to bill."""
    found = reckon(session, row, contract, entry, billed)
    if found.drafted is None:
        entry.state = "empty"
        session.add(entry)
        return None
    invoice = invoicing.draft(
        session,
        found.drafted.content,
        deal_id=row.deal_id,
        deal_version=deal_version,
        key=entry.key,
        account_manager=row.account_manager,
        reason="the deal was closed" if entry.key == rules.FIRST else "it is due by the contract's schedule",
    )
    entry.state, entry.invoice_id = "drafted", invoice.id
    keep(session, row, contract, entry, found)
    return invoice


def keep(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, found: Reckoning) -> None:
    """Keep where the lines of an entry come from, as its next revision, and what usage was billed with it."""
    assert found.drafted is not None and entry.invoice_id is not None
    entry.revision += 1
    entry.planned_minor = found.drafted.content.total.minor
    session.add(entry)
    for seq, line in found.drafted.rated:
        session.add(
            RatedLineRow(
                entry_id=entry.id,
                team_id=row.team_id,
                revision=entry.revision,
                seq=seq,
                contract_id=row.id,
                key=line.key,
                measured=f"{line.measured:f}",
                amount_minor=line.amount.minor,
                words=list(line.words),
                terms_path=line.provenance.terms_path,
                deal_field=line.provenance.deal_field,
                usage=list(line.provenance.usage),
            )
        )
    if found.used.totals:
        at = runtime().clock.now()
        close_periods(session, row, contract.terms, found.planned, found.used, reference=entry.invoice_id, at=at)


def billed_before(rows: Iterable[tuple[date, str, str, str, int]], entry: ScheduleEntry, currency: str) -> Facts:
    """Return what was billed on the entries before this one, out of `billed_lines` of its contract."""
    mine = (entry.planned_on, entry.key)
    before = [(line, measured, minor) for on, key, line, measured, minor in rows if (on, key) < mine]
    return Facts(billed=rules.billed_so_far(before, currency))


BilledLines = Mapping[str, list[tuple[date, str, str, str, int]]]


def billed_lines(session: Session, contract_ids: Collection[str]) -> BilledLines:
    """Return by contract every line that stands on a draft or an issued invoice, with the place of its entry."""
    statement = (
        select(
            col(RatedLineRow.contract_id),
            col(ScheduleEntry.planned_on),
            col(ScheduleEntry.key),
            col(RatedLineRow.key),
            col(RatedLineRow.measured),
            col(RatedLineRow.amount_minor),
        )
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .where(
            col(RatedLineRow.contract_id).in_(contract_ids),
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
            col(ScheduleEntry.invoice_id).is_not(None),
        )
    )
    found: dict[str, list[tuple[date, str, str, str, int]]] = {contract_id: [] for contract_id in contract_ids}
    for contract_id, *line in session.execute(statement):
        found[contract_id].append(tuple(line))
    return found


def newest(session: Session, row: Contract) -> tuple[Contracted, int]:
    """Return the newest version of a contract, and of which version of the deal it is."""
    version = session.get_one(ContractVersion, (row.id, row.version))
    return rules.contracted(version.content), version.deal_version
