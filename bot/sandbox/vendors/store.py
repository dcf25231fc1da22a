"""Where a simulator keeps what it knows: one SQLite file, one connection, whole transactions.

A record is a JSON object with a kind, an id and an owner (the record it hangs from, so that a customer's invoices or an
opportunity's lines are found without reading everything).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Record = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT, body TEXT NOT NULL,
    UNIQUE (kind, id));
CREATE INDEX IF NOT EXISTS record_owner ON record (kind, owner);
CREATE TABLE IF NOT EXISTS number (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


class Store:
    """The records of one simulator, for several threads; a transaction may be entered again inside itself."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything written inside, or nothing when an exception leaves the block."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def put(self, kind: str, record_id: str, body: Record, owner: str | None = None) -> None:
        """Write the record, replacing the one of this kind and id; its place in the order of creation stays."""
        with self._lock:
            self._db.execute(
                "INSERT INTO record (kind, id, owner, body) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (kind, id) DO UPDATE SET owner = excluded.owner, body = excluded.body",
                (kind, record_id, owner, json.dumps(body, ensure_ascii=False)),
            )

    def get(self, kind: str, record_id: str) -> Record | None:
        """Return the record, or None."""
        with self._lock:
            row = self._db.execute("SELECT body FROM record WHERE kind = ? AND id = ?", (kind, record_id)).fetchone()
        return _loaded(row[0]) if row else None

    def delete(self, kind: str, record_id: str) -> None:
        """Remove the record if there is one."""
        with self._lock:
            self._db.execute("DELETE FROM record WHERE kind = ? AND id = ?", (kind, record_id))

    def all(self, kind: str, owner: str | None = None, newest_first: bool = False, limit: int = -1) -> list[Record]:
        """Return the records of a kind (of one owner, when given), in the order of their creation."""
        order = "DESC" if newest_first else "ASC"
        wanted, values = ("AND owner = ?", (kind, owner, limit)) if owner is not None else ("", (kind, limit))
        with self._lock:
            rows = self._db.execute(
                f"SELECT body FROM record WHERE kind = ? {wanted} ORDER BY seq {order} LIMIT ?",  # noqa: S608
                values,
            ).fetchall()
        return [_loaded(row[0]) for row in rows]

    def some(self, kind: str, ids: Iterable[str]) -> list[Record]:
        """Return the records of a kind that have these ids, in the order of their creation."""
        with self._lock:
            rows = self._db.execute(
                "SELECT body FROM record WHERE kind = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY seq",
                (kind, json.dumps(list(ids))),
            ).fetchall()
        return [_loaded(row[0]) for row in rows]

    def next_number(self, name: str) -> int:
        """Return 1, 2, 3, … for each name; a number taken in a transaction that fails is given again."""
        with self._lock:
            row = self._db.execute(
                "INSERT INTO number VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
                (name,),
            ).fetchone()
        return int(row[0])

    def trim(self, kind: str, keep: int) -> None:
        """Forget all but the newest `keep` records of a kind."""
        with self._lock:
            self._db.execute(
                "DELETE FROM record WHERE kind = ?1 AND seq <= "
                "(SELECT seq FROM record WHERE kind = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)",
                (kind, keep),
            )


def _loaded(text: str) -> Record:
    loaded: Record = json.loads(text)
    return loaded
