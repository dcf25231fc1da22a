"""Workers that have died: each worker says every few seconds that it lives, and takes over from one that has not.

Heartbeats go by the machine's own clock: a demo clock that is moved must not declare anybody dead.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlmodel import col

from flows.runtime import runtime
from storage.tables import WorkerBeat

log = structlog.get_logger()
BEAT_SECONDS = 5
DEAD_AFTER = timedelta(seconds=45)


def beat(worker_id: str) -> None:
    """Record that this worker lives."""
    now = runtime().wall.now()
    with runtime().database.begin(None) as session:
        row = session.get(WorkerBeat, worker_id) or WorkerBeat(worker_id=worker_id, started_at=now, seen_at=now)
        row.seen_at = now
        session.add(row)


def beat_and_take_over(worker_id: str) -> list[str]:
    """Record that this worker lives, and queue again what dead workers had begun. Return who was found dead."""
    beat(worker_id)
    limit = runtime().wall.now() - DEAD_AFTER
    with runtime().database.read(None) as session:
        dead = list(session.execute(select(col(WorkerBeat.worker_id)).where(col(WorkerBeat.seen_at) < limit)).scalars())
    if not dead:
        return []
    runtime().engine.take_over(dead)
    with runtime().database.begin(None) as session:  # only after its work is in the queue again
        session.execute(delete(WorkerBeat).where(col(WorkerBeat.worker_id).in_(dead), col(WorkerBeat.seen_at) < limit))
    log.warning("took over from dead workers", workers=dead)
    return dead
