"""What the app has still to do, read from its database by the demo workspace that waits for it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from storage.database import Database

_BACKGROUND = "('poll_crm', 'look_at_dimensions')"  # come again by themselves; what they find is counted


class WorkLeft:
    """Counts begun and queued work. The database is opened on the first call, when the app has made it."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._database: Database | None = None

    def __call__(self) -> list[str]:
        """Return what is left, a line each; nothing when the app is idle or has not made its tables yet."""
        self._database = self._database or Database(self._url)
        found = []
        with self._database.reader.connect() as connection:
            for words, statement in self._statements():
                try:
                    count = connection.execute(sa.text(statement)).scalar_one()
                except DBAPIError:  # the tables are not there yet
                    return []
                if count:
                    found.append(f"{count} {words}")
        return found

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
