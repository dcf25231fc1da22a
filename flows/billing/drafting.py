"""Draft one entry of a schedule: rate it with what was used and billed before, and keep where it comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from flows import crediting, invoicing
from flows.billing import late, rules
from flows.billing.adjustments import AMEND, LATE, AdjustmentLine, pending
from flows.billing.planning import reached
from flows.billing.rules import Contracted, Drafted
from flows.billing.usage import Used, close_periods, used_for
from flows.errors import DunwellError
from flows.rating import Facts, PlannedInvoice, RatedInvoice, RatedLine, after_memos, rate
from flows.runtime import runtime
from flows.values.money import Money
from storage.tables import Contract, ContractVersion, Invoice, RatedLineRow, ScheduleEntry


class NotPlanned(DunwellError):
    """An entry that its contract's newest terms do not bring: the schedule was not planned again after a change."""

    code = "billing.not_planned"

    def __init__(self, entry: ScheduleEntry) -> None:
        super().__init__(f"The contract {entry.contract_id} has no invoice {entry.planned_key} in its newest terms.")


@dataclass(frozen=True, slots=True)
class Reckoning:
    """An entry reckoned: what would stand on its invoice (None: nothing to bill), and the usage that it rests on.

    `owed` is what the customer has to get back for usage that was corrected, where that is more than there is to bill.
    """

    planned: PlannedInvoice
    drafted: Drafted | None
    used: Used
    owed: Money | None = None


def reckon(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry, billed: Facts) -> Reckoning:
    """Rate an entry, and put on it what waits of confirmed changes.

    Raises CannotBill, NotPlanned, and what rating and pricing raise.
    """
    waiting = waiting_lines(session, row, contract, but=entry)
    if entry.key.startswith(AMEND):
        alone = PlannedInvoice(entry.key, entry.planned_on, entry.invoice_date, ())
        nothing = RatedInvoice(alone, contract.terms.currency, ())
        drafted = rules.draft(contract, nothing, invoice_date=entry.invoice_date, opens=False, waiting=waiting)
        return Reckoning(alone, drafted, Used())
    if entry.key.startswith(LATE):
        return _reckon_late(session, row, contract, entry, billed, waiting)
    planned = rules.planned_again(contract.terms, key=entry.planned_key, on=entry.planned_on, reached=reached(row))
    if planned is None:
        raise NotPlanned(entry)
    used = used_for(session, row, contract.terms, planned)
    rated = rate(contract.terms, planned, Facts(used.totals, billed.billed))
    opens = entry.key == rules.FIRST
    drafted = rules.draft(contract, rated, invoice_date=entry.invoice_date, opens=opens, waiting=waiting)
    return Reckoning(planned, drafted, used)


def _reckon_late(
    session: Session,
    row: Contract,
    contract: Contracted,
    entry: ScheduleEntry,
    billed: Facts,
    waiting: tuple[AdjustmentLine, ...],
) -> Reckoning:
    """Rate what came late for the lines whose last invoice is made; no invoice falls below zero."""
    terms = contract.terms
    planned = late.planned(session, row, terms, entry)
    used = used_for(session, row, terms, planned)
    given = late.memos(session, row, terms, planned)
    rated = rate(terms, planned, after_memos(terms, planned, given, Facts(used.totals, billed.billed)))
    if rated.total < Money.zero(terms.currency):
        return Reckoning(planned, None, Used(), owed=-rated.total)
    drafted = rules.draft(contract, rated, invoice_date=entry.invoice_date, opens=False, waiting=waiting)
    return Reckoning(planned, drafted, used)


def waiting_lines(
    session: Session,
    row: Contract,
    contract: Contracted,
    *,
    but: ScheduleEntry | None = None,
    only_out: bool = False,
) -> tuple[AdjustmentLine, ...]:
    """Return what of the contract's confirmed changes stands on no invoice yet, that of entry `but` not counted.

    What credit memos settle, that are asked for and not refused, waits no more. With `only_out` it does, as does what
    stands on drafts.
    """
    if not contract.amendments:
        return ()
    statement = (
        select(col(RatedLineRow.terms_path), col(RatedLineRow.amount_minor), Invoice)
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(
            col(RatedLineRow.contract_id) == row.id,
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
            col(ScheduleEntry.id) != (but.id if but else ""),
        )
    )
    session.flush()
    billed: Counter[str] = Counter()
    for path, minor, invoice in session.execute(statement):
        if not only_out or not invoicing.is_revisable(invoice):
            billed[path] += minor
    for memo in crediting.counting(session, contract.memos) if not only_out else ():
        billed.update(contract.memos[memo])
    return pending(contract.amendments, billed)


@dataclass(frozen=True, slots=True)
class Due:
    """An entry that is to be drafted, as it was reckoned by the newest version of its contract."""

    row: Contract
    contract: Contracted
    deal_version: int
    entry: ScheduleEntry
    found: Reckoning


def draft_entries(session: Session, due: Sequence[Due]) -> list[str]:
    """Draft the invoices of planned entries, and mark those as empty that bill nothing. Return the invoices' ids."""
    for one in due:
        if one.entry.key.startswith(LATE):
            late.tell_owed(session, one.row, one.contract, one.found.owed)
        if one.found.owed is not None:
            late.look_again(session, one.contract, one.entry)
        elif one.found.drafted is None:
            one.entry.state = "empty"
            session.add(one.entry)
    billing = [(one, one.found.drafted) for one in due if one.found.drafted is not None]
    ids = invoicing.draft(session, [_new_draft(one, drafted) for one, drafted in billing])
    for (one, _), invoice_id in zip(billing, ids, strict=True):
        one.entry.state, one.entry.invoice_id = "drafted", invoice_id
    keep(session, [one for one, _ in billing])
    return ids


def _new_draft(one: Due, drafted: Drafted) -> invoicing.NewDraft:
    reason = "it is due by the contract's schedule"
    if one.entry.key == rules.FIRST:
        reason = "the deal was closed"
    elif one.entry.key.startswith(AMEND):
        reason = "the running contract was amended"
    elif one.entry.key.startswith(LATE):
        reason = "usage came, or was corrected, after the last invoice for it"
    return invoicing.NewDraft(
        content=drafted.content,
        deal_id=one.row.deal_id,
        deal_version=one.deal_version,
        key=one.entry.key,
        account_manager=one.row.account_manager,
        reason=reason,
    )


def keep(session: Session, due: Sequence[Due]) -> None:
    """Keep where the lines of entries come from, as their next revision, and what usage was billed with them."""
    rows: list[dict[str, Any]] = []
    for one in due:
        entry, drafted = one.entry, one.found.drafted
        assert drafted is not None
        entry.revision += 1
        entry.planned_minor = drafted.content.total.minor
        session.add(entry)
        rows += [_rated_row(entry, seq, line) for seq, line in drafted.rated]
        rows += [_adjusted_row(entry, seq, line) for seq, line in drafted.adjusted]
    if rows:
        session.execute(insert(RatedLineRow), rows)
    for one in due:
        if one.found.used.totals:
            close_periods(
                session,
                one.row,
                one.contract.terms,
                one.found.planned,
                one.found.used,
                reference=str(one.entry.invoice_id),
                at=runtime().clock.now(),
            )


def _rated_row(entry: ScheduleEntry, seq: int, line: RatedLine) -> dict[str, Any]:
    said = line.provenance
    return _row(entry, seq, line) | {
        "terms_path": said.terms_path,
        "deal_field": said.deal_field,
        "usage": list(said.usage),
    }


def _adjusted_row(entry: ScheduleEntry, seq: int, line: AdjustmentLine) -> dict[str, Any]:
    return _row(entry, seq, line) | {"terms_path": line.path, "deal_field": line.line.source, "usage": []}


def _row(entry: ScheduleEntry, seq: int, line: RatedLine | AdjustmentLine) -> dict[str, Any]:
    return {
        "entry_id": entry.id,
        "team_id": entry.team_id,
        "revision": entry.revision,
        "seq": seq,
        "contract_id": entry.contract_id,
        "key": line.key,
        "measured": f"{line.measured:f}",
        "amount_minor": line.amount.minor,
        "words": list(line.words),
    }


def billed_before(rows: Iterable[tuple[date, str, str, str, int]], entry: ScheduleEntry, currency: str) -> Facts:
    """Return what was billed on the entries before this one, out of `billed_lines` of its contract.

    What was billed late counts for entries of the schedule as well that are reckoned again afterwards.
    """
    mine, is_late = (entry.planned_on, entry.key), entry.key.startswith(LATE)
    before = [
        (line, measured, minor)
        for on, key, line, measured, minor in rows
        if (on, key) < mine or (not is_late and key.startswith(LATE))
    ]
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


def newest(session: Session, contract_ids: Collection[str]) -> dict[str, tuple[str, int]]:
    """Return by contract the text of its newest version (`rules.contracted` reads it), and the deal's version."""
    statement = (
        select(col(ContractVersion.contract_id), col(ContractVersion.content), col(ContractVersion.deal_version))
        .join(Contract, col(Contract.id) == col(ContractVersion.contract_id))
        .where(
            col(ContractVersion.contract_id).in_(contract_ids), col(ContractVersion.version) == col(Contract.version)
        )
    )
    return {contract_id: (text, version) for contract_id, text, version in session.execute(statement)}


def newest_of(session: Session, contract_id: str) -> tuple[Contracted, int]:
    """Return the newest version of one contract, and of which version of the deal it is."""
    text, deal_version = newest(session, [contract_id])[contract_id]
    return rules.contracted(text), deal_version
