"""Workers that have died: each worker says every few seconds that it lives, and takes over from one that has not.

A worker is dead when its beat has stood still for `DEAD_AFTER` seconds of the watcher's own time. Nobody's clock is
compared with anybody else's: machines whose clocks differ, a clock that is moved, and a machine that slept (its
workers beat again before anybody has watched them for long) declare nobody dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import delete, select
from sqlmodel import Session, col

from flows.runtime import runtime
from storage.tables import WorkerBeat

log = structlog.get_logger()
BEAT_SECONDS = 5.0
DEAD_AFTER = 45.0  # seconds; with the beats and the work itself well within two minutes


class Heart:
    """The heartbeat of one worker, and its watch over the others. `monotonic` counts seconds and never jumps."""

    def __init__(self, worker_id: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._worker_id = worker_id
        self._monotonic = monotonic
        self._seen: dict[str, tuple[datetime, float]] = {}

    def beat(self) -> None:
        """Record that this worker lives. Call it before the first work is begun, so that nobody dies unnoticed."""
        now = runtime().wall.now()
        with runtime().database.begin(None) as session:
            row = session.get(WorkerBeat, self._worker_id)
            row = row or WorkerBeat(worker_id=self._worker_id, started_at=now, seen_at=now)
            row.seen_at = now
            session.add(row)

    def beat_and_take_over(self) -> list[str]:
        """Record that this worker lives, and queue again what dead workers had begun. Return who was found dead."""
        self.beat()
        with runtime().database.read(None) as session:
            beats = {row.worker_id: row.seen_at for row in session.execute(select(WorkerBeat)).scalars()}
        dead = self._dead(beats)
        if not dead:
            return []
        runtime().engine.take_over(dead)
        with runtime().database.begin(None) as session:  # only after its work is in the queue again
            for worker_id in dead:
                _bury(session, worker_id, beats[worker_id])
        log.warning("took over from dead workers", workers=dead)
        return dead

    def _dead(self, beats: dict[str, datetime]) -> list[str]:
        """Return the workers whose beat is the one that it was `DEAD_AFTER` seconds ago."""
        now = self._monotonic()
        self._seen = {
            worker_id: self._seen[worker_id] if self._seen.get(worker_id, (None,))[0] == seen_at else (seen_at, now)
            for worker_id, seen_at in beats.items()
            if worker_id != self._worker_id
        }
        return [worker_id for worker_id, (_, since) in self._seen.items() if now - since >= DEAD_AFTER]


def _bury(session: Session, worker_id: str, last_beat: datetime) -> None:
    """Forget a dead worker, unless it has come back meanwhile."""
    gone = col(WorkerBeat.worker_id) == worker_id, col(WorkerBeat.seen_at) == last_beat
    session.execute(delete(WorkerBeat).where(*gone))
