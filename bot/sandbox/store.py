"""The demo workspace's memory on disk: JSON documents and file contents in one SQLite file, written as they change."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS doc (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content (id TEXT PRIMARY KEY, bytes BLOB NOT NULL);
"""


class Store:
    """Keeps documents by kind and id; every write is on disk when the call returns (as far as SQLite's WAL goes)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def put(self, kind: str, id_: str, body: dict[str, Any]) -> None:
        """Write one document, replacing what stood there."""
        self._db.execute("INSERT OR REPLACE INTO doc VALUES (?, ?, ?)", (kind, id_, json.dumps(body)))

    def drop(self, kind: str, id_: str) -> None:
        """Forget one document, if it is there."""
        self._db.execute("DELETE FROM doc WHERE kind = ? AND id = ?", (kind, id_))

    def all(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Return the documents of one kind in the order of their ids."""
        rows = self._db.execute("SELECT id, body FROM doc WHERE kind = ? ORDER BY id", (kind,)).fetchall()
        return ((id_, json.loads(body)) for id_, body in rows)

    def put_content(self, id_: str, content: bytes) -> None:
        """Keep the bytes of one file."""
        self._db.execute("INSERT OR REPLACE INTO content VALUES (?, ?)", (id_, content))

    def content(self, id_: str) -> bytes | None:
        """Return the bytes of one file, or None when there are none."""
        row = self._db.execute("SELECT bytes FROM content WHERE id = ?", (id_,)).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()
