"""When the queues are looked at: as soon as this process has written about work, and otherwise now and then.

DBOS looks into a queue at a fixed interval, and one short enough for a person who waits costs an idle machine a tenth
of a processor. Its queue threads read the queue's settings before each look; there they are made to wait for news.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

OFTEN: Final = 0.05
"""Seconds between two looks into one queue at least, however much happens."""

RARELY_ALONE: Final = 1.0
"""Seconds between two looks at most, on SQLite: nearly always all work is put in by the process that does it."""

RARELY_TOGETHER: Final = 0.2
"""The same on PostgreSQL, where other processes put work in too; shorter cost an idle worker a third of a core."""

_WRITES: Final = ("INSERT INTO", "UPDATE")
_THREADS: Final = "queue-worker-"


class Wakeup:
    """Watches what an engine commits about workflows, and holds the queue threads until there is some."""

    def __init__(
        self,
        engine: sa.Engine,
        monotonic: Callable[[], float] = time.monotonic,
        changed: threading.Condition | None = None,
    ) -> None:
        self._rarely = RARELY_ALONE if engine.dialect.name == "sqlite" else RARELY_TOGETHER
        self._monotonic = monotonic
        self._changed = changed or threading.Condition()
        self._news = 0
        self._seen: dict[str, int] = {}
        self._looked: dict[str, float] = {}
        event.listen(engine, "before_cursor_execute", self._notice)
        event.listen(engine, "commit", self._committed)
        event.listen(engine, "rollback", lambda connection: connection.info.pop(self, None))

    def hold_queues(self, dbos: Any) -> None:
        """Let DBOS's queue threads look only when there is news. It offers no public way to wake them."""
        read_settings = dbos._sys_db.get_queue  # noqa: SLF001

        def when_there_is_news(name: str, **options: Any) -> Any:
            if threading.current_thread().name.startswith(_THREADS):
                self.wait(name)
            return read_settings(name, **options)

        dbos._sys_db.get_queue = when_there_is_news  # noqa: SLF001

    def wait(self, queue: str) -> None:
        """Return when something was written about workflows since this queue's last look, or it is long ago."""
        with self._changed:
            looked = self._looked.get(queue, 0.0)
            while (now := self._monotonic()) < looked + OFTEN:
                self._changed.wait(looked + OFTEN - now)
            while self._seen.get(queue) == self._news and (now := self._monotonic()) < looked + self._rarely:
                self._changed.wait(looked + self._rarely - now)
            self._seen[queue], self._looked[queue] = self._news, self._monotonic()

    def _notice(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(_WRITES) and "workflow_status" in statement[:48]:
            connection.info[self] = True

    def _committed(self, connection: sa.Connection) -> None:
        if connection.info.pop(self, False):
            with self._changed:
                self._news += 1
                self._changed.notify_all()
