"""What came in, recorded once under its natural key together with the work that it asks for.

A listener may only verify, record and acknowledge within three seconds, while the worker writes to the same database.
So deliveries that arrive together are written together, by one thread, in one transaction: the acknowledgements wait
for one commit instead of queueing for fifty. To queue a workflow costs ten times what the row does, so the work of a
crowd is queued by a workflow of its own (`hand_out`), after the acknowledgements.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows.durable import DECISIONS, INTAKE, Engine, step, workflow
from flows.runtime import runtime
from flows.values.clock import Clock
from flows.values.ids import new_id
from storage.database import Database
from storage.right_of_way import GLANCE, LONG_QUIET, MOMENT, QUIET
from storage.tables import InboxRow

WORKFLOW_OF: Final[Mapping[str, tuple[str, str]]] = {
    "approval.click": ("decide_approval", DECISIONS),
    "deal.notice": ("read_deal", INTAKE),
    "deal.mend": ("mend_deal", DECISIONS),
    "invoice.code": ("mend_coding", DECISIONS),
    "invoice.correct": ("ask_correction", DECISIONS),
    "correction.withdraw": ("withdraw_correction", DECISIONS),
    "contract.amend": ("amend_contract", DECISIONS),
    "attention.retry": ("retry_attention", DECISIONS),
    "home.opened": ("open_home", DECISIONS),
    "card.unhandled": ("answer_unhandled", DECISIONS),
    "slack.revoked": ("note_revoked", DECISIONS),
    "processor.event": ("note_processor_event", DECISIONS),
    "quote.asked": ("show_quote", DECISIONS),
    "milestone.reached": ("reach_milestone", DECISIONS),
    "usage.batch": ("check_usage", DECISIONS),
}

MOST_AT_ONCE = 100
LONGEST_SECONDS = 30  # that a sender waits; Slack has given up long before
CROWD = 4  # from so many new deliveries on their work is handed out afterwards
HANDED_OUT_AT_ONCE = 10

_NEW_ROWS: Final = {
    name: insert(InboxRow.__table__).on_conflict_do_nothing().returning(InboxRow.__table__.c.id)  # type: ignore[attr-defined]
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified delivery: the team, its kind (a key of WORKFLOW_OF), its natural key, and what it says."""

    team_id: str
    kind: str
    natural_key: str
    payload: Mapping[str, Any]


class _Waiting:
    """A delivery whose sender waits. One lock costs a fraction of a future, and fifty may wait at once."""

    __slots__ = ("_answer", "_done", "delivery")

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self._answer: bool | Exception = False
        self._done = threading.Lock()
        self._done.acquire()

    def settle(self, answer: bool | Exception) -> None:
        """Let the sender go on: True when the delivery is new, or what kept it from being written."""
        self._answer = answer
        self._done.release()

    def wait(self, seconds: int) -> bool:
        """Return the answer once there is one. Raises what kept the delivery from being written."""
        if not self._done.acquire(timeout=seconds):
            raise TimeoutError(f"The delivery was not written within {seconds} seconds.")
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def record_all(session: Session, engine: Engine, clock: Clock, deliveries: Iterable[Delivery]) -> list[bool]:
    """Write deliveries and queue their work in the caller's transaction; False for each that had come before.

    Raises KeyError for a kind that is not in WORKFLOW_OF: nobody would ever handle it.
    """
    rows = [_row(delivery, clock.now()) for delivery in deliveries]
    if not rows:
        return []
    new = set(session.connection().execute(_NEW_ROWS[session.get_bind().dialect.name], rows).scalars())
    fresh = [row for row in rows if row["id"] in new]
    if len(fresh) < CROWD:
        for row in fresh:
            _queue(session, engine, row["kind"], row["team_id"], row["id"])
    else:
        ids = [row["id"] for row in fresh]
        engine.enqueue(session, "hand_out", fresh[0]["team_id"], ids[0], ids, id=f"hand_out:{ids[0]}", queue=DECISIONS)
    return [row["id"] in new for row in rows]


def _queue(session: Session, engine: Engine, kind: str, team_id: str, inbox_id: str) -> None:
    name, lane = WORKFLOW_OF[kind]
    engine.enqueue(session, name, team_id, inbox_id, id=f"inbox:{inbox_id}", queue=lane)


@workflow("hand_out")
def hand_out(team_id: str, first_id: str, inbox_ids: Sequence[str]) -> None:  # noqa: ARG001  the subject, if it fails
    """Queue the work of deliveries that came in a crowd, few at a time: others want the database meanwhile."""
    for start in range(0, len(inbox_ids), HANDED_OUT_AT_ONCE):
        queue_work(inbox_ids[start : start + HANDED_OUT_AT_ONCE])


@step
def queue_work(inbox_ids: Sequence[str]) -> None:
    """Queue the work of these deliveries; each piece is queued once, however often this is done."""
    with runtime().database.begin(None) as session:
        for row in session.execute(select(InboxRow).where(col(InboxRow.id).in_(inbox_ids))).scalars():
            _queue(session, runtime().engine, row.kind, row.team_id, row.id)


def _row(delivery: Delivery, now: datetime) -> dict[str, Any]:
    if delivery.kind not in WORKFLOW_OF:
        raise KeyError(delivery.kind)
    return {
        "id": new_id("inb", now),
        "team_id": delivery.team_id,
        "kind": delivery.kind,
        "natural_key": delivery.natural_key[:255],
        "payload": dict(delivery.payload),
        "received_at": now,
    }


class InboxWriter:
    """Writes deliveries for many listener threads, those that wait together in one transaction."""

    def __init__(self, database: Database, engine: Engine, clock: Clock) -> None:
        self._database, self._engine, self._clock = database, engine, clock
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    def record(self, delivery: Delivery) -> bool:
        """Return once the delivery is committed: True when it is new, False when it had come before.

        Raises whatever kept it from being written; the sender must then not be told that all is well.
        """
        waiting = _Waiting(delivery)
        with self._database.right_of_way.urgent():
            self._waiting.put(waiting)
            return waiting.wait(LONGEST_SECONDS)

    def close(self) -> None:
        """Write what is waiting and stop."""
        self._waiting.put(None)
        self._thread.join(timeout=10)

    def _run(self) -> None:
        self._database.right_of_way.serve_urgent()
        while (first := self._waiting.get()) is not None:
            batch, closing = self._gather(first)
            self._write(batch)
            if closing:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """Return what is to be written together, and whether the writer is to stop after it.

        A crowd's clicks are still being read when the first of them is here, by threads that want the interpreter as
        the writer does: one row written among them takes longer than all of them when everybody has arrived. A request
        that is under way and does not come is not waited for: it may have much else to do before.
        """
        batch, until, quiet = [first], time.monotonic() + MOMENT, 0
        while len(batch) < MOST_AT_ONCE and time.monotonic() < until:
            time.sleep(GLANCE)
            came, closing = self._arrived()
            batch += came
            if closing:
                return batch, True
            quiet = 0 if came else quiet + 1
            everybody = len(batch) >= self._database.right_of_way.requests()
            if quiet >= (QUIET if everybody else LONG_QUIET):
                break
        return batch, False

    def _arrived(self) -> tuple[list[_Waiting], bool]:
        """Return who has come meanwhile, and whether the writer is to stop."""
        came: list[_Waiting] = []
        with contextlib.suppress(queue.Empty):
            while (waiting := self._waiting.get_nowait()) is not None:
                came.append(waiting)
            return came, True
        return came, False

    def _write(self, batch: list[_Waiting]) -> None:
        try:
            with self._database.begin(None) as session:
                answers = record_all(session, self._engine, self._clock, (each.delivery for each in batch))
        except Exception as error:  # noqa: BLE001  it is handed to whoever waits for it
            if len(batch) > 1:  # one bad delivery must not refuse the others
                for each in batch:
                    self._write([each])
                return
            batch[0].settle(error)
            return
        for each, new in zip(batch, answers, strict=True):
            each.settle(new)


def load_once(session: Session, inbox_id: str) -> InboxRow | None:
    """Return the delivery to be handled in this transaction, or None when an earlier try has handled it already."""
    row = session.get(InboxRow, inbox_id, with_for_update=True)
    if row is None or row.handled_at is not None:
        return None
    return row


def settle(session: Session, row: InboxRow, clock: Clock, outcome: str) -> None:
    """Mark a delivery as handled, with the outcome in a word."""
    row.handled_at = clock.now()
    row.outcome = outcome
    session.add(row)


def unhandled_count(session: Session) -> int:
    """Return how many deliveries are waiting to be handled."""
    statement = sa.select(sa.func.count()).select_from(InboxRow).where(col(InboxRow.handled_at).is_(None))
    return int(session.execute(statement).scalar_one())
