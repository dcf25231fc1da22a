"""The row of an imported file: begun, ended, known again by its content; and what follows when it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col

from flows.durable import Engine
from flows.inbox import Delivery, record_all
from flows.usage.header import FileRefused
from flows.usage.intake import stir
from flows.usage.requests import BATCH
from flows.values.clock import Clock
from flows.values.ids import new_id
from storage import audit
from storage.audit import Actor
from storage.tables import Customer, DealRow, UsageEvent, UsageImport

MOST_UNASSIGNED: Final = 20
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StartedImport:
    """An import that was begun, or, when `is_known`, one that took everything before and has nothing left to do."""

    import_id: str
    is_known: bool
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    taken_at: datetime | None = None


def file_digest(path: Path, given: Mapping[str, str], zone: str | None, atomic: bool) -> str:
    """Return what makes a file the same one: its bytes and how it is read. Raises FileRefused for an unreadable one."""
    digest = sha256(repr((sorted(given.items()), zone, atomic)).encode())
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise FileRefused(f"The file {path} cannot be read ({error.strerror}).") from None
    return digest.hexdigest()


def begin_import(
    session: Session, digest: str, filename: str, *, atomic: bool, by: Actor, at: datetime
) -> StartedImport:
    """Begin an import, or take up an earlier one of the same file that was broken off or had rows refused."""
    row = session.execute(
        sa.select(UsageImport).where(col(UsageImport.content_hash) == digest).with_for_update()
    ).scalar_one_or_none()
    if row is not None and row.state == "taken" and not row.refused:
        return StartedImport(row.id, True, row.rows, row.accepted, row.duplicates, row.refused, row.finished_at)
    if row is None:
        row = UsageImport(
            id=new_id("uim", at),
            team_id=session.info["team_id"],
            content_hash=digest,
            filename=filename[:200],
            state="reading",
            started_by=f"{by.type}:{by.id}"[:128],
            started_at=at,
        )
    if row.state != "taken":  # what was taken goes on to count while the rest is read again
        row.state = "staging" if atomic else "reading"
    session.add(row)
    session.flush()
    return StartedImport(row.id, False)


def drop_events(session: Session, import_id: str, at_most: int) -> int:
    """Remove some events of a file that is not taken; return how many. Of one that was taken meanwhile, none."""
    if session.get_one(UsageImport, import_id, with_for_update=True).state == "taken":
        return 0
    some = sa.select(col(UsageEvent.key)).where(col(UsageEvent.batch_id) == import_id).limit(at_most)
    keys = list(session.execute(some).scalars())
    if keys:
        session.execute(sa.delete(UsageEvent).where(col(UsageEvent.key).in_(keys)))
    return len(keys)


def end_import(
    session: Session, import_id: str, state: str, counts: Mapping[str, int], *, by: Actor, at: datetime
) -> None:
    """Note how the import ended: from now on its events count, or, when it is refused, they are gone.

    Raises FileRefused when somebody who imported the same file as a whole at the same time has removed its events.
    """
    row = session.get_one(UsageImport, import_id, with_for_update=True)
    if row.state == "staging" and state == "taken":
        stored = sa.select(sa.func.count()).where(col(UsageEvent.batch_id) == import_id)
        if session.execute(stored).scalar_one() != counts["accepted"]:
            raise FileRefused("The same file is being imported by somebody else as well; import it again after that.")
    if row.state == "taken" and state == "refused":
        return
    row.state, row.finished_at = state, at
    row.rows, row.accepted = counts["rows"], counts["accepted"]
    row.duplicates, row.refused = counts["duplicates"], counts["refused"]
    session.add(row)
    audit.append(
        session,
        action="usage.imported" if state == "taken" else "usage.import_refused",
        object_type="usage",
        object_id=import_id,
        actor=by,
        at=at,
        after=dict(counts),
        evidence={"file": row.filename, "sha256_of_file_and_options": row.content_hash},
    )


def finish(session: Session, engine: Engine, clock: Clock, import_id: str, *, atomic: bool) -> None:
    """Queue the look at allowances; and, where the events begin to count only now, at periods that are billed."""
    if atomic:
        span = sa.select(sa.func.min(col(UsageEvent.occurred_at)), sa.func.max(col(UsageEvent.occurred_at))).where(
            col(UsageEvent.batch_id) == import_id
        )
        first, last = session.execute(span).one()
        meters = sa.select(col(UsageEvent.meter)).where(col(UsageEvent.batch_id) == import_id).distinct()
        if first is not None:
            stir(session, list(session.execute(meters).scalars()), first, last)
    key = f"{import_id}:{clock.now().isoformat()}"
    record_all(session, engine, clock, [Delivery(session.info["team_id"], BATCH, key, {"batch_id": import_id})])


def unassigned_subjects(session: Session, import_id: str) -> tuple[str, ...]:
    """Return the first customers and contracts of a file that neither a customer nor a deal is known by."""
    team_id = session.info["team_id"]
    known_customer = sa.select(sa.literal(1)).where(
        col(Customer.team_id) == team_id, col(Customer.external_id) == col(UsageEvent.subject)
    )
    known_deal = sa.select(sa.literal(1)).where(
        col(DealRow.team_id) == team_id, col(DealRow.external_id) == col(UsageEvent.subject)
    )
    statement = (
        sa.select(col(UsageEvent.subject))
        .where(col(UsageEvent.batch_id) == import_id, ~sa.exists(known_customer), ~sa.exists(known_deal))
        .distinct()
        .order_by(col(UsageEvent.subject))
        .limit(MOST_UNASSIGNED)
    )
    return tuple(session.execute(statement).scalars())
