"""When the queues are looked at: as soon as this process has written about work, and otherwise now and then.

DBOS looks into a queue at a fixed interval, and one short enough for a person who waits costs an idle machine a tenth
of a processor. Its queue threads read the queue's settings before each look; there they are made to wait for news. What
other processes put in is looked for by one thread for all queues, with one statement and no transaction that writes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

OFTEN: Final = 0.05
"""Seconds between two looks into one queue at least, however much happens."""

RARELY: Final = 1.0
"""Seconds between two looks at most."""

LOOKING_OUT: Final = 0.2
"""Seconds between two looks at what other processes have put in; one look for all queues, and only on PostgreSQL."""

_THREADS: Final = "queue-worker-"
_ENDED: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED"})
_WORK: Final = sa.table(
    "workflow_status", sa.column("queue_name", sa.Text), sa.column("status", sa.Text), schema="dbos"
)
QUEUED: Final = sa.select(_WORK.c.queue_name).where(_WORK.c.status == "ENQUEUED").distinct()


class Wakeup:
    """Watches what an engine commits about workflows, and holds the queue threads until there is some for them.

    `full_at` names the queues, each with how many pieces of its work may run at once: the end of one is news only for
    a queue that had to leave work behind.
    """

    def __init__(
        self,
        engine: sa.Engine,
        full_at: Mapping[str, int],
        monotonic: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._changed = changed or threading.Condition()
        self._full_at = full_at
        self._running: Callable[[str], int] = full_at.__getitem__  # until it is known, each may be full
        self._news = dict.fromkeys(full_at, 0)
        self._seen: dict[str, int] = {}
        self._looked: dict[str, float] = {}
        self._stopped = threading.Event()
        event.listen(engine, "before_cursor_execute", self._notice)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", self._rolled_back)

    def hold_queues(self, dbos: Any) -> None:
        """Let DBOS's queue threads look only when there is news. It offers no public way to wake them."""
        read_settings = dbos._sys_db.get_queue  # noqa: SLF001
        self._running = dbos._active_workflows_set.count_for_queue  # noqa: SLF001

        def when_there_is_news(name: str, **options: Any) -> Any:
            if threading.current_thread().name.startswith(_THREADS):
                self.wait(name)
            return read_settings(name, **options)

        dbos._sys_db.get_queue = when_there_is_news  # noqa: SLF001
        if self._engine.dialect.name == "postgresql":
            threading.Thread(target=self._look_out, name="lookout", daemon=True).start()

    def stop(self) -> None:
        """Look out no more for what other processes put in."""
        self._stopped.set()

    def look_around(self, queued: sa.Select[str]) -> None:
        """Tell the queues in which the database has work, whoever put it in. `queued` selects their names."""
        with self._engine.connect() as connection:
            names = set(connection.execute(queued).scalars())
        self._tell(names & self._news.keys())

    def wait(self, queue: str) -> None:
        """Return when something was written about its work since this queue's last look, or it is long ago."""
        with self._changed:
            looked = self._looked.get(queue, 0.0)
            while (now := self._monotonic()) < looked + OFTEN:
                self._changed.wait(looked + OFTEN - now)
            while self._seen.get(queue) == self._news.get(queue, 0) and (now := self._monotonic()) < looked + RARELY:
                self._changed.wait(looked + RARELY - now)
            self._seen[queue], self._looked[queue] = self._news.get(queue, 0), self._monotonic()

    def _look_out(self) -> None:
        """Look around until this is stopped. While the database is away the queues' own threads wait for it."""
        while not self._stopped.wait(LOOKING_OUT):
            with contextlib.suppress(OperationalError, InterfaceError, PoolTimeout):
                self.look_around(QUEUED)

    def _notice(self, connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "workflow_status" not in statement[:80]:
            return
        if statement.startswith("INSERT INTO"):
            named = self._news.keys() & set(_texts(parameters))
            self._note(connection, named or self._news)
        elif "SET status=" in statement and not threading.current_thread().name.startswith(_THREADS):
            ended = not _ENDED.isdisjoint(_texts(parameters))  # anything else may have queued work again
            self._note(connection, filter(self._is_full, self._news) if ended else self._news)

    def _is_full(self, queue: str) -> bool:
        return self._running(queue) >= self._full_at[queue]

    def _note(self, connection: sa.Connection, queues: Iterable[str]) -> None:
        connection.info.setdefault(self, set()).update(queues)

    def _committed(self, connection: sa.Connection) -> None:
        self._tell(connection.info.pop(self, ()))

    def _rolled_back(self, connection: sa.Connection) -> None:
        """Forget what was written. A connection that was lost has forgotten it, and would refuse to be asked."""
        if not connection.invalidated:
            connection.info.pop(self, None)

    def _tell(self, queues: Collection[str]) -> None:
        if not queues:
            return
        with self._changed:
            for queue in queues:
                self._news[queue] += 1
            self._changed.notify_all()


def _texts(parameters: Any) -> Iterator[str]:
    """Give the texts among a statement's parameters, which come as a row or a list of rows, by place or by name."""
    values = parameters.values() if isinstance(parameters, Mapping) else parameters
    for value in values or ():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple | dict):
            yield from _texts(value)
