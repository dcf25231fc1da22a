"""The durable engine: work that is queued with the decision that asks for it, and finished whatever dies meanwhile.

DBOS Transact keeps its tables in our database, so `enqueue` takes part in the caller's transaction. A workflow is a
function that only calls steps; a step may run twice and must still happen once. Work is resumed only under the
version that began it, so the version is ours to say (`WORK_VERSION`) and not a hash of the source.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import ParamSpec, TypeVar

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig
from dbos._context import current_owner_xid
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSWorkflowConflictIDError
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from flows.errors import StaleWrite
from flows.runtime import runtime
from flows.wakeup import Wakeup
from storage.database import Database

P = ParamSpec("P")
R = TypeVar("R")
log = structlog.get_logger()

APP = "dunwell"
WORK_VERSION = "1"  # raise it only when a workflow's steps change so that begun work could not be finished by new code

DECISIONS = "decisions"  # short: reads our tables, writes our tables
INTAKE = "intake"  # reads deals from the CRM; never held up by invoices that are stuck at the processor
EFFECTS = "effects"  # changes things at outside systems, which may hang
SLACK = "slack"  # one lane for each channel, one post at a time

POLL_SECONDS = 0.005  # after `Wakeup` has let a queue be looked at
DEFAULT_CONCURRENCY = 16
DECIDING_AT_ONCE = 4  # they compute more than they wait: more at once would only keep listeners from the interpreter
CONTENDED_TRIES = 5
AWAY_TRIES = 13  # 0.1 s, doubled each time
STOOD_STILL = "25P03"  # what PostgreSQL calls a transaction that it ended because nothing came


class Engine:
    """Puts work into the queues; and, once `launch` has been called, works it off in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._client: DBOSClient | None = None
        self._wakeup: Wakeup | None = None
        self._launched = False

    @property
    def client(self) -> DBOSClient:
        """The client that enqueues; made on first use, when the engine's tables exist."""
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=self._database.engine,
                application_name=APP,
                lazy=True,  # it may be made inside a transaction, which holds the only connection of an SQLite file
            )
        return self._client

    def enqueue(
        self, session: Session, workflow: str, *args: object, id: str, queue: str, lane: str | None = None
    ) -> None:
        """Queue a workflow in the caller's transaction. The same id is queued once, however often it is asked for."""
        options: dict[str, object] = {"workflow_name": workflow, "queue_name": queue, "workflow_id": id}
        if lane is not None:
            options["queue_partition_key"] = lane
        self.client.enqueue_in_transaction(session.connection(), options, *args)  # type: ignore[arg-type]

    def launch(self, worker_id: str, *, concurrency: int = DEFAULT_CONCURRENCY) -> None:
        """Start working in this process, first taking up again what this worker had begun before it stopped."""
        _quiet()
        config: DBOSConfig = {
            "name": APP,
            "system_database_url": self._database.url.replace("+psycopg", ""),
            "system_database_engine": self._database.engine,
            "application_version": WORK_VERSION,
            "executor_id": worker_id,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "use_listen_notify": False,
        }
        dbos = DBOS(config=config)
        self._database.before_commit = _hold_while_committing
        DBOS.launch()
        at_once = {DECISIONS: min(concurrency, DECIDING_AT_ONCE), INTAKE: concurrency, EFFECTS: concurrency}
        self._wakeup = Wakeup(self._database.engine, at_once | {SLACK: 1})  # one lane is full with one post
        self._wakeup.hold_queues(dbos)
        for name, most in at_once.items():
            DBOS.register_queue(name, worker_concurrency=most, polling_interval_sec=POLL_SECONDS)
        DBOS.register_queue(
            SLACK, worker_concurrency=concurrency, partition_concurrency=1, polling_interval_sec=POLL_SECONDS
        )
        self._launched = True

    def take_over(self, worker_ids: list[str]) -> None:
        """Queue again what dead workers had begun. Asking twice is harmless: each piece is taken up by one worker."""
        _get_dbos_instance()._recover_pending_workflows(worker_ids)  # noqa: SLF001  no public name yet

    def check_ownership(self) -> None:
        """Return if the piece of work that this thread is at is still this worker's, or if it is at none.

        Asked before a request leaves for a far side: a worker that stood still for so long that its work was taken
        over must not go on with it. Raises what ends the piece here, and lets it wait for what the other makes of it.
        """
        if (work := _work()) is not None:
            with self._database.reader.connect() as connection:
                _check_owner(connection, work, lock=False)

    def forget_finished(self, before: datetime, *, only: str | None = None, at_most: int = 500) -> int:
        """Delete what the engine kept of work that ended before then (of one workflow only, if named): return how much.

        The rows of the business and the audit trail stay; they, and not the engine's, say what was done.
        """
        ended = self.client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            name=only,
            completed_before=before.isoformat(),
            limit=at_most,
            load_input=False,
            load_output=False,
        )
        if ended:
            self.client.delete_workflows([one.workflow_id for one in ended])
        return len(ended)

    def stop(self, *, patience: int = 5) -> None:
        """Finish what is running, waiting at most `patience` seconds, and stop; the next start resumes the rest."""
        if self._wakeup is not None:
            self._wakeup.stop()
        if self._launched:
            DBOS.destroy(workflow_completion_timeout_sec=patience)
            self._launched = False
        if self._client is not None:
            self._client.destroy()
            self._client = None


def _hold_while_committing(session: Session) -> None:
    """Keep the work of this thread its worker's until the session has committed; refuse the commit if it is not."""
    if (work := _work()) is not None:
        _check_owner(session.connection(), work, lock=True)


def _work() -> str | None:
    """Return the id of the work that this thread is at."""
    return DBOS.workflow_id


def _check_owner(connection: Connection, work: str, *, lock: bool) -> None:
    """Raise unless the work is still held with the token that the engine gave out with it.

    The lock keeps a takeover waiting. SQLite needs none: who has written there is alone until the commit.
    """
    known = _get_dbos_instance()._sys_db  # noqa: SLF001  the engine asks the same when it records a step
    table = known.tables.workflow_status
    asked = select(table.c.owner_xid).where(table.c.workflow_uuid == work)
    asked = asked.with_for_update(key_share=True) if lock else asked
    owner = connection.execute(asked, execution_options=dict(known.engine.get_execution_options())).scalar()
    if owner != current_owner_xid(work):
        raise DBOSWorkflowConflictIDError(work)


def workflow(name: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a durable workflow whose first two arguments are the team and the subject's id.

    A defect in it must not end in a log line: whatever exception it does not handle becomes a row that needs attention.
    """

    def decorate(body: Callable[P, None]) -> Callable[P, None]:
        @functools.wraps(body)
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                body(*args, **kwargs)
            except Exception as error:
                log.exception("workflow stopped", workflow=name)
                _report(name, str(args[0]), str(args[1]), f"{type(error).__name__}: {error}")

        return DBOS.workflow(name=name, max_recovery_attempts=None)(run)  # else the hundredth crash drops it silently

    return decorate


def step(body: Callable[P, R]) -> Callable[P, R]:
    """Register a step that reads or writes our own tables.

    When another was faster it is run again at once; while the database is away it is tried for about seven minutes.
    """

    @functools.wraps(body)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(CONTENDED_TRIES - 1):
            try:
                return body(*args, **kwargs)
            except (IntegrityError, StaleWrite) as error:
                log.info("run again: another was faster", step=body.__name__, reason=str(error)[:200])
        return body(*args, **kwargs)

    named = f"{body.__module__.removeprefix('flows.')}.{body.__name__}"  # two rooms may each have a step "note"
    return DBOS.step(
        name=named, retries_allowed=True, max_attempts=AWAY_TRIES, interval_seconds=0.1, should_retry=is_away
    )(run)


def is_away(error: BaseException) -> bool:
    """Tell a database that cannot be reached, is locked, broke a deadlock, or ended what stood still for too long."""
    if isinstance(error, InternalError):
        return getattr(error.orig, "sqlstate", None) == STOOD_STILL
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


@step
def _report(name: str, team_id: str, subject_id: str, reason: str) -> None:
    """Open an attention row for a workflow that a defect stopped."""
    runtime().on_defect(name, team_id, subject_id, reason)


def _quiet() -> None:
    import logging

    logging.getLogger("dbos").setLevel(logging.WARNING)
