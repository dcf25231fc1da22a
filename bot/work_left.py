"""What the app has still to do, read from its database by the demo workspace that waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from flows.errors import ConfigurationError
from flows.policy.load import load_policy
from flows.values.clock import Clock
from scheduler.jobs import BILLING_RUN, daily, last_due
from storage.database import Database
from storage.tables import JobRun

_START: Final = "the app's start: it has made no database yet"
_DAY: Final = "the billing run of a day that has begun"
_BACKGROUND: Final = "('poll_crm', 'look_at_dimensions')"  # come again by themselves; what they find is counted


Due = Callable[[Database], bool]


class DailyRun:
    """Whether a day has begun whose billing run the app has not started: the clock has moved, and it will look soon.

    The time zone is read from the policy as it stands, since an edited one counts from the app's next start.
    """

    def __init__(self, clock: Clock, policy: Path) -> None:
        self._clock, self._policy = clock, policy
        self._read: tuple[int, str | None] = (0, None)

    def __call__(self, database: Database) -> bool:
        """Say whether the run is due and not started; an app that has never looked has its first one to start."""
        zone = self._zone()
        with Session(database.reader) as session:
            last = session.get(JobRun, BILLING_RUN)
        if zone is None or last is None:
            return zone is not None
        return last_due(daily(zone), last.due_at, self._clock.now()) is not None

    def _zone(self) -> str | None:
        """Return the policy's time zone; None while the file cannot be used, with which no app starts either."""
        try:
            changed = self._policy.stat().st_mtime_ns
            if self._read[0] != changed:
                self._read = (changed, load_policy(self._policy).billing.zone)
        except (OSError, ConfigurationError):
            self._read = (0, None)
        return self._read[1]


class WorkLeft:
    """Counts begun, queued and due work. The database is opened on the first call, when the app has made it."""

    def __init__(self, database_url: str, run_is_due: Due = lambda _: False) -> None:
        self._url = database_url
        self._database: Database | None = None
        self._run_is_due = run_is_due

    def __call__(self) -> list[str]:
        """Return what is left, a line each; nothing when the app is idle or has not made its tables yet."""
        self._database = self._database or Database(self._url)
        try:
            connection = self._database.reader.connect()
        except DBAPIError:
            return [_START]
        with connection:
            return self._found(self._database, connection)

    def _found(self, database: Database, connection: sa.Connection) -> list[str]:
        found = []
        for words, statement in self._statements():
            try:
                count = connection.execute(sa.text(statement)).scalar_one()
            except DBAPIError:  # the tables are not there yet
                return []
            if count:
                found.append(f"{count} {words}")
        return found or ([_DAY] if self._run_is_due(database) else [])

    def close(self) -> None:
        """Close the database; the next call opens it again."""
        if self._database is not None:
            self._database.dispose()
            self._database = None

    def _statements(self) -> list[tuple[str, str]]:
        workflows = "workflow_status" if self._database and self._database.is_sqlite else "dbos.workflow_status"
        under_way = f"SELECT count(*) FROM {workflows} WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')"  # noqa: S608
        return [
            ("workflows under way", f"{under_way} AND name NOT IN {_BACKGROUND}"),
            ("deliveries to handle", "SELECT count(*) FROM inbox WHERE handled_at IS NULL"),
            ("messages to post", "SELECT count(*) FROM slack_post WHERE state IN ('queued', 'sending')"),
        ]
