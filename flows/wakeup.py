"""When the queues are looked at: as soon as this process has written about work, and otherwise now and then.

DBOS looks into a queue at a fixed interval, with three long questions to the database: an interval short enough for a
person who waits costs an idle machine a tenth of a processor. Its queue threads read the queue's settings before each
look; there they are made to wait for news, and then for the answer to one short question: is anything in this queue?
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

OFTEN: Final = 0.025
"""Seconds between two questions about one queue at least, however much happens."""

RARELY_ALONE: Final = 1.0
"""Seconds between two questions at most, on SQLite: nearly always all work is put in by the process that does it."""

RARELY_TOGETHER: Final = 0.05
"""The same on PostgreSQL, where other processes put work in too."""

LONGEST: Final = 1.0
"""Seconds after which a queue is looked into without being asked about, so that its thread can be told to stop."""

SETTINGS_SECONDS: Final = 10.0
"""How long a queue's settings are believed; only a start of the program writes them."""

_WRITES: Final = ("INSERT INTO", "UPDATE")
_THREADS: Final = "queue-worker-"


class Wakeup:
    """Watches what an engine commits about workflows, and holds the queue threads until there is some."""

    def __init__(
        self,
        engine: sa.Engine,
        reader: sa.Engine,
        monotonic: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        self._reader = reader
        self._rarely = RARELY_ALONE if engine.dialect.name == "sqlite" else RARELY_TOGETHER
        self._monotonic = monotonic
        self._changed = changed or threading.Condition()
        self._news = 0
        self._seen: dict[str, int] = {}
        self._looked: dict[str, float] = {}
        self._settings: dict[str, tuple[float, Any]] = {}
        table = "dbos.workflow_status" if engine.dialect.name == "postgresql" else "workflow_status"
        enqueued = f"SELECT 1 FROM {table} WHERE queue_name = :queue AND status = 'ENQUEUED' LIMIT 1"  # noqa: S608
        self._enqueued = sa.text(enqueued)
        event.listen(engine, "before_cursor_execute", self._notice)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", lambda connection: connection.info.pop(self, None))

    def hold_queues(self, dbos: Any) -> None:
        """Let DBOS's queue threads look only when there is news. It offers no public way to wake them."""
        read_settings = dbos._sys_db.get_queue  # noqa: SLF001

        def when_there_is_news(name: str, **options: Any) -> Any:
            if not threading.current_thread().name.startswith(_THREADS):
                return read_settings(name, **options)
            self.wait(name)
            read_at, settings = self._settings.get(name, (0.0, None))
            if settings is None or self._monotonic() > read_at + SETTINGS_SECONDS:
                settings = read_settings(name, **options)
                self._settings[name] = (self._monotonic(), settings)
            return settings

        dbos._sys_db.get_queue = when_there_is_news  # noqa: SLF001

    def wait(self, queue: str) -> None:
        """Return when work waits in this queue, or when the last look into it is long ago."""
        looked = self._looked.get(queue, 0.0)
        asked = looked + OFTEN  # a look costs as much as several questions, so it is followed by a longer pause
        while True:
            self._until_news(queue, asked)
            asked = self._monotonic()
            if asked >= looked + LONGEST or self._has_work(queue):
                break
        self._looked[queue] = self._monotonic()

    def _until_news(self, queue: str, asked: float) -> None:
        with self._changed:
            while (now := self._monotonic()) < asked + OFTEN:
                self._changed.wait(asked + OFTEN - now)
            while self._seen.get(queue) == self._news and (now := self._monotonic()) < asked + self._rarely:
                self._changed.wait(asked + self._rarely - now)
            self._seen[queue] = self._news

    def _has_work(self, queue: str) -> bool:
        try:
            with self._reader.connect() as connection:
                return connection.execute(self._enqueued, {"queue": queue}).first() is not None
        except DBAPIError:
            return True  # DBOS asks then, says what is wrong, and waits

    def _notice(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(_WRITES) and "workflow_status" in statement[:48]:
            connection.info[self] = True

    def _committed(self, connection: sa.Connection) -> None:
        if connection.info.pop(self, False):
            with self._changed:
                self._news += 1
                self._changed.notify_all()
