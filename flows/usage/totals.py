"""What stored usage adds up to, added up by the database, exactly: integers only, and no sum that could overflow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from flows.usage.event import exact
from flows.usage.intake import staged_imports
from flows.usage.rules import Aggregation, Metered, UsageSource, UsageTotal, instants, merged, total_of
from flows.values.periods import Period
from storage.tables import UsageEvent, UsageImport

_BITS: Final = 32  # units are added in two halves: SQLite's sums end at 63 bits
_LOWER: Final = (1 << _BITS) - 1
Condition = sa.ColumnElement[bool]


def usage_totals(
    session: Session, wanted: Metered, *, subjects: Collection[str], zone: str, as_of: datetime | None = None
) -> tuple[UsageTotal, ...]:
    """Return what a meter came to in each wanted period, in their order, with the files and lines behind each figure.

    `subjects` are all ids under which the contract and its customer send usage. Files that are being taken as a whole
    do not count before their end. `as_of` leaves out what was received after an instant, corrections as well. A session
    for reading is enough.
    """
    return tuple(_total(session, wanted, period, subjects, zone, as_of) for period in wanted.periods)


def sources_since(
    session: Session, meter: str, period: Period, *, subjects: Collection[str], zone: str, since: datetime
) -> tuple[UsageSource, ...]:
    """Return where the counted events of a period stand that were received after an instant."""
    which = [*_which(session, meter, instants(period, zone), subjects), col(UsageEvent.received_at) > since]
    return _sources(session, _parts(session, which))


def _total(
    session: Session,
    wanted: Metered,
    period: Period,
    subjects: Collection[str],
    zone: str,
    as_of: datetime | None,
) -> UsageTotal:
    which = _which(session, wanted.meter, instants(period, zone), subjects, as_of)
    parts = _parts(session, which)
    return UsageTotal(
        wanted.meter,
        period,
        _quantity(session, wanted.aggregation, which, parts),
        sum(part.events for part in parts),
        _sources(session, parts),
        _each(session, which) if wanted.each else (),
    )


def _which(
    session: Session,
    meter: str,
    span: tuple[datetime, datetime],
    subjects: Collection[str],
    as_of: datetime | None = None,
) -> list[Condition]:
    """Return what tells the events that count: not void, not corrected, and of no file that is still being taken."""
    staging = staged_imports(session)
    correction = aliased(UsageEvent)
    corrects_it = [
        col(correction.team_id) == col(UsageEvent.team_id),
        col(correction.corrects) == col(UsageEvent.key),
        col(correction.batch_id).not_in(staging),
    ]
    known: list[Condition] = []
    if as_of is not None:
        corrects_it.append(col(correction.received_at) <= as_of)
        known.append(col(UsageEvent.received_at) <= as_of)
    return [
        *known,
        col(UsageEvent.subject).in_(subjects),
        col(UsageEvent.meter) == meter,
        col(UsageEvent.occurred_at) >= span[0],
        col(UsageEvent.occurred_at) < span[1],
        col(UsageEvent.is_void).is_(False),
        col(UsageEvent.batch_id).not_in(staging),
        ~sa.exists(sa.select(sa.literal(1)).where(*corrects_it)),
    ]


def _parts(session: Session, which: Sequence[Condition]) -> Sequence[Any]:
    """Return a row for each batch and number of decimals: how many events, between which lines, how much, the most."""
    units = col(UsageEvent.units)
    bits: sa.ColumnElement[int] = sa.literal_column(str(_BITS))
    lower: sa.ColumnElement[int] = sa.literal_column(str(_LOWER))
    statement: Any = (
        sa.select(
            col(UsageEvent.batch_id).label("batch_id"),
            col(UsageEvent.decimals).label("decimals"),
            sa.func.count().label("events"),
            sa.func.min(col(UsageEvent.line)).label("first_line"),
            sa.func.max(col(UsageEvent.line)).label("last_line"),
            sa.func.sum(units.op(">>", return_type=sa.BigInteger())(bits)).label("upper"),
            sa.func.sum(units.op("&", return_type=sa.BigInteger())(lower)).label("lower"),
            sa.func.max(units).label("most"),
        )
        .where(*which)
        .group_by(col(UsageEvent.batch_id), col(UsageEvent.decimals))
    )
    return session.execute(statement).all()


def _quantity(session: Session, aggregation: Aggregation, which: Sequence[Condition], parts: Sequence[Any]) -> Decimal:
    if not parts:
        return Decimal(0)
    if aggregation == "sum":
        return total_of(((int(part.upper) << _BITS) + int(part.lower), part.decimals) for part in parts)
    if aggregation == "max":
        return max(exact(part.most, part.decimals) for part in parts)
    if aggregation == "last":
        return _last(session, which)
    distinct = sa.select(sa.func.count(sa.distinct(col(UsageEvent.value)))).where(*which)
    return Decimal(session.execute(distinct).scalar_one())


def _last(session: Session, which: Sequence[Condition]) -> Decimal:
    """Return the latest quantity; of several at that instant that of the greatest key, compared here and not by the
    database, whose order of text is its own."""
    latest = session.execute(sa.select(sa.func.max(col(UsageEvent.occurred_at))).where(*which)).scalar_one()
    columns = (col(UsageEvent.key), col(UsageEvent.units), col(UsageEvent.decimals))
    rows = session.execute(sa.select(*columns).where(*which, col(UsageEvent.occurred_at) == latest)).all()
    _key, units, decimals = max(tuple(row) for row in rows)
    return exact(units, decimals)


def _each(session: Session, which: Sequence[Condition]) -> tuple[Decimal, ...]:
    columns = (col(UsageEvent.occurred_at), col(UsageEvent.key), col(UsageEvent.units), col(UsageEvent.decimals))
    rows = sorted(tuple(row) for row in session.execute(sa.select(*columns).where(*which)))
    return tuple(exact(units, decimals) for _at, _key, units, decimals in rows)


def _sources(session: Session, parts: Iterable[Any]) -> tuple[UsageSource, ...]:
    found = list(parts)
    batches = {part.batch_id for part in found}
    files = sa.select(col(UsageImport.id), col(UsageImport.filename)).where(col(UsageImport.id).in_(batches))
    names: dict[str, str] = {row[0]: row[1] for row in session.execute(files)} if batches else {}
    return merged(
        UsageSource(
            names.get(part.batch_id, f"request {part.batch_id}"),
            part.batch_id,
            part.first_line,
            part.last_line,
            part.events,
        )
        for part in found
    )
