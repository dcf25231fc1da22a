"""Which keys a file has had already. In memory while they are few; on disk, in a temporary database, from then on."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

MOST_CHARACTERS: Final = 48_000_000  # of keys in memory: with what Python adds, about 200 MB for keys of 36


class SeenKeys:
    """Remembers keys, each with a mark of its content. Made by `seen_keys`."""

    def __init__(self, folder: Path, most_characters: int = MOST_CHARACTERS) -> None:
        self._folder, self._most = folder, most_characters
        self._recent: dict[str, int] = {}
        self._characters = 0
        self._disk: sqlite3.Connection | None = None

    def see(self, key: str, mark: int) -> Literal["new", "same", "other"]:
        """Note a key. "same" when it was seen with the same mark before, "other" with another one."""
        recent, before = self._recent, len(self._recent)
        known = recent.setdefault(key, mark)
        if len(recent) == before:
            return "same" if known == mark else "other"
        if self._disk is not None and (row := self._find(key)) is not None:
            del recent[key]
            return "same" if row == mark else "other"
        self._characters += len(key)
        if self._characters > self._most:
            self._spill()
        return "new"

    def close(self) -> None:
        """Forget everything."""
        self._recent.clear()
        if self._disk is not None:
            self._disk.close()

    def _find(self, key: str) -> int | None:
        assert self._disk is not None
        row = self._disk.execute("SELECT mark FROM seen WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def _spill(self) -> None:
        if self._disk is None:
            self._disk = sqlite3.connect(self._folder / "seen.sqlite3", isolation_level=None)
            for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-65536"):
                self._disk.execute(statement)
            self._disk.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, mark INTEGER) WITHOUT ROWID")
        self._disk.execute("BEGIN")
        self._disk.executemany("INSERT INTO seen VALUES (?, ?)", sorted(self._recent.items()))
        self._disk.execute("COMMIT")
        self._recent, self._characters = {}, 0


@contextmanager
def seen_keys(most_characters: int = MOST_CHARACTERS) -> Iterator[SeenKeys]:
    """Open a memory for keys that lasts as long as the body."""
    with tempfile.TemporaryDirectory(prefix="dunwell-usage-") as folder:
        seen = SeenKeys(Path(folder), most_characters)
        try:
            yield seen
        finally:
            seen.close()
