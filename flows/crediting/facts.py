"""What was given back of the lines of contracts: by credit memos, and by confirmed changes of the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from flows import billing
from flows.crediting.rules import spread
from flows.crediting.states import CREDIT, STANDS, CorrectionState
from flows.rating import taken_back
from flows.values.money import Money
from storage.tables import Correction, CorrectionLine, Invoice, RatedLineRow, ScheduleEntry

CreditedLines = Mapping[str, list[tuple[date, str, str, int]]]


def credited_lines(session: Session, contract_ids: Collection[str]) -> CreditedLines:
    """Return by contract every credit of a rated line: the place of its entry, the line's key, and minor units.

    Only credit memos that are issued, or being issued, count; the amounts have the sign of the line. One of a line that
    itself gives something back charges it again, which counts once the memo is issued.
    """
    statement = (
        select(
            col(RatedLineRow.contract_id),
            col(ScheduleEntry.planned_on),
            col(ScheduleEntry.key),
            col(RatedLineRow.key),
            col(CorrectionLine.amount_minor),
            col(Correction.state),
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
    for contract_id, on, entry, key, minor, state in session.execute(statement):
        if state == CorrectionState.DONE or taken_back(key) is None:
            found[contract_id].append((on, entry, key, minor))
    return found


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that stands on an invoice of a contract: where, what it is called, and what it comes to."""

    place: tuple[str, int]  # invoice and number of the line there
    key: str
    minor: int


def amended_lines(
    session: Session, invoice: Invoice, *, states: Sequence[CorrectionState], besides: str
) -> Mapping[int, Money]:
    """Return by line of an invoice what confirmed changes of its contract give back of it, billed or not yet.

    The amounts have the sign of the line. What stands on several invoices is taken from the oldest first, as far as
    credit memos in those `states`, but for the correction `besides`, have left of it.
    """
    statement = select(col(ScheduleEntry.contract_id)).where(col(ScheduleEntry.invoice_id) == invoice.id)
    contract_id = session.execute(statement).scalar_one_or_none()
    confirmed = billing.confirmed_lines(session, contract_id) if contract_id else ()
    back: Counter[str] = Counter()
    for key, minor in confirmed:
        if (charge := taken_back(key)) is not None:
            back[charge] -= minor
    if not back or contract_id is None:
        return {}
    lines = _lines(session, contract_id)
    memos = _memos(session, {line.place[0] for line in lines}, besides)
    issued, counted = _by_place(memos, (CorrectionState.DONE,)), _by_place(memos, states)
    for line in lines:
        if (charge := taken_back(line.key)) is not None:
            back[charge] += issued[line.place]  # a memo of what was taken back charges it again
    found: dict[int, Money] = {}
    for charge, minor in back.items():
        same = [line for line in lines if line.key == charge]
        rooms = [Money.of_minor(line.minor - counted[line.place], invoice.currency) for line in same]
        for line, part in zip(same, spread(Money.of_minor(minor, invoice.currency), rooms), strict=True):
            if line.place[0] == invoice.id:
                found[line.place[1]] = part
    return found


def _lines(session: Session, contract_id: str) -> list[_Line]:
    statement = (
        select(
            col(ScheduleEntry.invoice_id), col(RatedLineRow.seq), col(RatedLineRow.key), col(RatedLineRow.amount_minor)
        )
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .where(
            col(RatedLineRow.contract_id) == contract_id,
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
            col(ScheduleEntry.invoice_id).is_not(None),
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key), col(RatedLineRow.seq))
    )
    return [_Line((invoice_id, seq), key, minor) for invoice_id, seq, key, minor in session.execute(statement)]


_Memos = Sequence[tuple[tuple[str, int], int, str]]  # place of the line, minor units, state


def _memos(session: Session, invoice_ids: Collection[str], besides: str) -> _Memos:
    statement = (
        select(
            col(Correction.invoice_id), col(CorrectionLine.seq), col(CorrectionLine.amount_minor), col(Correction.state)
        )
        .join(CorrectionLine, col(CorrectionLine.correction_id) == col(Correction.id))
        .where(
            col(Correction.invoice_id).in_(invoice_ids), col(Correction.kind) == CREDIT, col(Correction.id) != besides
        )
    )
    return [((invoice_id, seq), minor, state) for invoice_id, seq, minor, state in session.execute(statement)]


def _by_place(memos: _Memos, states: Sequence[CorrectionState]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for place, minor, state in memos:
        if state in states:
            found[place] += minor
    return found
