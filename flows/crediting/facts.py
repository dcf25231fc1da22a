"""What was given back of the lines of contracts, for whoever reckons what is billed next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows.crediting.states import STANDS
from storage.tables import Correction, CorrectionLine, RatedLineRow, ScheduleEntry

CreditedLines = Mapping[str, list[tuple[date, str, str, int]]]


def credited_lines(session: Session, contract_ids: Collection[str]) -> CreditedLines:
    """Return by contract every credit of a rated line: the place of its entry, the line's key, and minor units.

    Only credit memos that are issued, or being issued, count; the amounts have the sign of the line.
    """
    statement = (
        select(
            col(RatedLineRow.contract_id),
            col(ScheduleEntry.planned_on),
            col(ScheduleEntry.key),
            col(RatedLineRow.key),
            col(CorrectionLine.amount_minor),
        )
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .join(Correction, col(Correction.invoice_id) == col(ScheduleEntry.invoice_id))
        .join(
            CorrectionLine,
            (col(CorrectionLine.correction_id) == col(Correction.id))
            & (col(CorrectionLine.seq) == col(RatedLineRow.seq)),
        )
        .where(
            col(RatedLineRow.contract_id).in_(contract_ids),
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
            col(Correction.state).in_(STANDS),
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key), col(RatedLineRow.key))
    )
    found: dict[str, list[tuple[date, str, str, int]]] = {contract_id: [] for contract_id in contract_ids}
    for contract_id, *line in session.execute(statement):
        found[contract_id].append(tuple(line))
    return found
