"""When the queues are looked at: as soon as something was written about work, and otherwise now and then.

DBOS looks into a queue at a fixed interval, and one short enough for a person who waits costs an idle machine a tenth
of a processor. Its queue threads read the queue's settings before each look; there they are made to wait for news. Of
its own process it hears by SQLAlchemy's events; of others, on PostgreSQL, by NOTIFY, which is sent with the commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg
import sqlalchemy as sa
import structlog
from sqlalchemy import event
from sqlmodel import Session

OFTEN: Final = 0.05
"""Seconds between two looks into one queue at least, however much happens."""

RARELY: Final = 1.0
"""Seconds between two looks at most: what another process put into an SQLite file is found by it."""

CHANNEL: Final = "dunwell_work"

_WRITES: Final = ("INSERT INTO", "UPDATE")
_THREADS: Final = "queue-worker-"
_TOLD: Final = "told_of_work"

log = structlog.get_logger()


def tell_others(session: Session) -> None:
    """Let other processes know, once this transaction commits, that there is work. SQLite has no such way."""
    if session.get_bind().dialect.name == "postgresql" and not session.info.get(_TOLD):
        session.info[_TOLD] = True
        session.connection().exec_driver_sql(f"NOTIFY {CHANNEL}")


class Wakeup:
    """Watches what is committed about workflows, and holds the queue threads until there is some."""

    def __init__(self, engine: sa.Engine, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._news = 0
        self._seen: dict[str, int] = {}
        self._looked: dict[str, float] = {}
        event.listen(engine, "before_cursor_execute", self._notice)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", self._rolled_back)

    def hold_queues(self, dbos: Any) -> None:
        """Let DBOS's queue threads look only when there is news. It offers no public way to wake them."""
        read_settings = dbos._sys_db.get_queue  # noqa: SLF001

        def when_there_is_news(name: str, **options: Any) -> Any:
            if threading.current_thread().name.startswith(_THREADS):
                self.wait(name)
            return read_settings(name, **options)

        dbos._sys_db.get_queue = when_there_is_news  # noqa: SLF001
        if self._engine.dialect.name == "postgresql":
            threading.Thread(target=self._listen, name="wakeup", daemon=True).start()

    def wait(self, queue: str) -> None:
        """Return when something was written about workflows since this queue's last look, or it is long ago."""
        with self._changed:
            looked = self._looked.get(queue, 0.0)
            while not self._closed.is_set() and (now := self._monotonic()) < looked + OFTEN:
                self._changed.wait(looked + OFTEN - now)
            while not self._has_news(queue) and (now := self._monotonic()) < looked + RARELY:
                self._changed.wait(looked + RARELY - now)
            self._seen[queue], self._looked[queue] = self._news, self._monotonic()

    def close(self) -> None:
        """Hold nobody any more, and stop listening."""
        self._closed.set()
        self._tell()
        event.remove(self._engine, "before_cursor_execute", self._notice)
        event.remove(self._engine, "commit", self._committed)
        event.remove(self._engine, "rollback", self._rolled_back)

    def _has_news(self, queue: str) -> bool:
        return self._closed.is_set() or self._seen.get(queue) != self._news

    def _tell(self) -> None:
        with self._changed:
            self._news += 1
            self._changed.notify_all()

    def _notice(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(_WRITES) and "workflow_status" in statement[:48]:
            connection.info[self] = True

    def _committed(self, connection: sa.Connection) -> None:
        if connection.info.pop(self, False):
            self._tell()

    def _rolled_back(self, connection: sa.Connection) -> None:
        connection.info.pop(self, None)

    def _listen(self) -> None:
        """Hear of what other processes put in. Without it, as behind some poolers, the queues are looked at rarely."""
        address = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._closed.is_set():
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._tell()  # of what came before we listened
                    while not self._closed.is_set():
                        for _ in connection.notifies(timeout=RARELY):
                            self._tell()
            except psycopg.OperationalError as error:
                log.warning("not told of work by other processes; looking once a second", reason=str(error).strip())
                self._closed.wait(5 * RARELY)
