"""What was given back of the lines of contracts: by credit memos, and by confirmed changes of the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from flows import billing
from flows.crediting.memos import Left
from flows.crediting.rules import CREDITABLE, spread
from flows.crediting.states import COUNTS, CREDIT, STANDS, CorrectionState
from flows.rating import taken_back
from flows.values.money import Money
from storage.tables import Correction, CorrectionLine, Invoice, RatedLineRow, ScheduleEntry

Asked = tuple[datetime, str, int]  # when a memo was asked for, of which line key, and minor units
CreditedLines = Mapping[str, list[tuple[date, str, str, int]]]


def credited_lines(session: Session, contract_ids: Collection[str], *, but: Collection[str] = ()) -> CreditedLines:
    """Return by contract every credit of a rated line: the place of its entry, the line's key, and minor units.

    Only credit memos that are issued, or being issued, count, and of them not those that are named (`but`). The amounts
    have the sign of the line. A memo of a line that itself gives something back charges it again, which counts once it
    is issued.
    """
    found: dict[str, list[tuple[date, str, str, int]]] = {contract_id: [] for contract_id in contract_ids}
    for contract_id, on, entry, key, minor, _ in _credits(session, contract_ids, but):
        found[contract_id].append((on, entry, key, minor))
    return found


def memo_lines(session: Session, contract_id: str) -> list[Asked]:
    """Return the same credits of one contract, in the order in which their memos were asked for."""
    return sorted((asked_at, key, minor) for _, _, _, key, minor, asked_at in _credits(session, [contract_id], ()))


def _credits(
    session: Session, contract_ids: Collection[str], but: Collection[str]
) -> Iterator[tuple[str, date, str, str, int, datetime]]:
    statement = (
        select(
            col(RatedLineRow.contract_id),
            col(ScheduleEntry.planned_on),
            col(ScheduleEntry.key),
            col(RatedLineRow.key),
            col(CorrectionLine.amount_minor),
            col(Correction.created_at),
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
            col(Correction.id).not_in(but),
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key), col(RatedLineRow.key))
    )
    for contract_id, on, entry, key, minor, asked_at, state in session.execute(statement):
        if state == CorrectionState.DONE or taken_back(key) is None:
            yield contract_id, on, entry, key, minor, asked_at


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A correction that is being carried out: of which invoice, and whether it voids it."""

    number: str
    is_void: bool

    def __str__(self) -> str:
        return f"{self.number} is being {'voided' if self.is_void else 'credited'}"


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that stands on an invoice of a contract: where, what it is called, and what it comes to."""

    place: tuple[str, int]  # invoice and number of the line there
    key: str
    minor: int
    is_creditable: bool


def amended_lines(
    session: Session, invoice: Invoice, *, states: Sequence[CorrectionState], besides: str
) -> Mapping[int, Money]:
    """Return by line of an invoice what confirmed changes of its contract give back of it, billed or not yet.

    The amounts have the sign of the line. What stands on several invoices is taken from the oldest first, as far as
    credit memos in those `states`, but for the correction `besides`, have left of it. What such a memo gives back for a
    change itself is not told again.
    """
    contract_id = _contract_of(session, invoice.id)
    confirmed = billing.confirmed(session, contract_id) if contract_id else billing.Confirmed()
    back: Counter[str] = Counter()
    for key, minor in confirmed.lines:
        if (charge := taken_back(key)) is not None:
            back[charge] -= minor
    if not back or contract_id is None:
        return {}
    lines = _lines(session, contract_id)
    memos = _memos(session, {line.place[0] for line in lines}, besides)
    others = [memo for memo in memos if memo.id not in confirmed.memos]
    issued, counted = _by_place(others, (CorrectionState.DONE,)), _by_place(others, states)
    settled = _by_place([memo for memo in memos if memo.id in confirmed.memos], states)
    for line in lines:
        if (charge := taken_back(line.key)) is not None:
            back[charge] += issued[line.place]  # a memo of what was taken back charges it again
    found: dict[int, Money] = {}
    for charge, minor in back.items():
        same = [line for line in lines if line.key == charge]
        rooms = [Money.of_minor(line.minor - counted[line.place], invoice.currency) for line in same]
        for line, part in zip(same, spread(Money.of_minor(minor, invoice.currency), rooms), strict=True):
            if line.place[0] == invoice.id:
                still = part - Money.of_minor(settled[line.place], invoice.currency)
                found[line.place[1]] = still if still.amount * part.amount > 0 else Money.zero(invoice.currency)
    return found


def settles(session: Session, row: Correction) -> bool:
    """Tell whether a correction gives back what a change of the contract does and no invoice could take."""
    contract_id = _contract_of(session, row.invoice_id)
    return contract_id is not None and row.id in billing.confirmed(session, contract_id).memos


def left_by_charge(session: Session, contract_id: str) -> tuple[list[Left], Counter[str]]:
    """Return what is left of the lines of a contract's invoices that can be credited, and by invoice what remains."""
    lines = _lines(session, contract_id)
    memos = _memos(session, {line.place[0] for line in lines})
    given, issued = _by_place(memos, COUNTS), _by_place(memos, (CorrectionState.DONE,))
    back: Counter[str] = Counter()
    for line in lines:
        if (charge := taken_back(line.key)) is not None:
            back[charge] += issued[line.place] - line.minor  # a memo of what was taken back charges it again
    found: list[Left] = []
    remains: Counter[str] = Counter()
    for line in lines:
        room = line.minor - given[line.place]
        remains[line.place[0]] += room
        part = max(0, min(back[line.key], room))
        back[line.key] -= part
        if line.is_creditable and taken_back(line.key) is None:
            found.append(Left(line.key, *line.place, room - part, room))
    return found, remains


def _contract_of(session: Session, invoice_id: str) -> str | None:
    statement = select(col(ScheduleEntry.contract_id)).where(col(ScheduleEntry.invoice_id) == invoice_id)
    found: str | None = session.execute(statement).scalar_one_or_none()
    return found


def under_way(session: Session, invoice_ids: Collection[str]) -> list[UnderWay]:
    """Return the corrections of these invoices that were approved and may yet be done or turned down.

    What they bill is not settled until then. A credit memo that has its number stands already.
    """
    statement = (
        select(col(Invoice.number), col(Correction.kind))
        .join(Correction, col(Correction.invoice_id) == col(Invoice.id))
        .where(
            col(Invoice.id).in_(invoice_ids),
            col(Correction.state).in_((CorrectionState.ISSUING, CorrectionState.NOT_CONFIRMED)),
            col(Correction.number).is_(None),
        )
        .order_by(col(Correction.id))
    )
    return [UnderWay(number or "An invoice", kind != CREDIT) for number, kind in session.execute(statement)]


def counting(session: Session, correction_ids: Collection[str]) -> list[str]:
    """Return which of these corrections are asked for, under way or done."""
    statement = select(col(Correction.id)).where(
        col(Correction.id).in_(correction_ids), col(Correction.state).in_(COUNTS)
    )
    return list(session.execute(statement).scalars()) if correction_ids else []


def _lines(session: Session, contract_id: str) -> list[_Line]:
    statement = (
        select(
            col(Invoice.id),
            col(Invoice.state),
            col(RatedLineRow.seq),
            col(RatedLineRow.key),
            col(RatedLineRow.amount_minor),
        )
        .join(ScheduleEntry, col(ScheduleEntry.id) == col(RatedLineRow.entry_id))
        .join(Invoice, col(Invoice.id) == col(ScheduleEntry.invoice_id))
        .where(
            col(RatedLineRow.contract_id) == contract_id,
            col(RatedLineRow.revision) == col(ScheduleEntry.revision),
        )
        .order_by(col(ScheduleEntry.planned_on), col(ScheduleEntry.key), col(RatedLineRow.seq))
    )
    found = session.execute(statement)
    return [_Line((invoice_id, seq), key, minor, state in CREDITABLE) for invoice_id, state, seq, key, minor in found]


@dataclass(frozen=True, slots=True)
class _Memo:
    """What one correction gives back of one line."""

    id: str
    place: tuple[str, int]
    minor: int
    state: str


def _memos(session: Session, invoice_ids: Collection[str], besides: str = "") -> list[_Memo]:
    statement = (
        select(
            col(Correction.id),
            col(Correction.invoice_id),
            col(CorrectionLine.seq),
            col(CorrectionLine.amount_minor),
            col(Correction.state),
        )
        .join(CorrectionLine, col(CorrectionLine.correction_id) == col(Correction.id))
        .where(
            col(Correction.invoice_id).in_(invoice_ids), col(Correction.kind) == CREDIT, col(Correction.id) != besides
        )
    )
    found = session.execute(statement)
    return [_Memo(name, (invoice_id, seq), minor, state) for name, invoice_id, seq, minor, state in found]


def _by_place(memos: Sequence[_Memo], states: Sequence[CorrectionState]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for memo in memos:
        if memo.state in states:
            found[memo.place] += memo.minor
    return found
