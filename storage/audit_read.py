"""Raw rows of the audit trail, streamed as they stand at one moment, whatever is appended meanwhile.

The mapping of tables to objects is left out on purpose: what is verified is the very bytes in the database, and a
million rows must not take minutes. Each row is its `seq` as a number, the columns of HASHED as UTF-8, and its hash.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from storage.audit_chain import HASHED
from storage.database import Database

CHUNK = 5_000

_COLUMNS = ", ".join("CAST(seq AS TEXT) AS seq_text" if name == "seq" else f'"{name}"' for name in HASHED)
_ROWS = f"SELECT seq, {_COLUMNS}, hash FROM audit_event ORDER BY audit_event.seq"  # noqa: S608 - all names are our own
_HEAD = "SELECT seq, hash FROM audit_head WHERE id = 1"

Row = Sequence[Any]


class Trail(Protocol):
    """The trail at one moment. Text comes as bytes, undecoded."""

    def head(self) -> tuple[int, bytes] | None:
        """Return the number and the hash of the row that was written last."""
        ...

    def chunks(self) -> Generator[list[Row]]:
        """Return all rows in their order, some thousands at a time."""
        ...

    def numbers_where(self, column: str, value: bytes) -> list[int]:
        """Return the numbers of the rows in which a column of hashes has that value; reads the whole table."""
        ...


@contextmanager
def open_trail(database: Database) -> Iterator[Trail]:
    """Open the trail for reading; no writer is held up."""
    if database.is_sqlite:
        path = Path(make_url(database.url).database or "").absolute()
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)) as connection:
            connection.text_factory = bytes
            connection.execute("BEGIN")
            yield _SqliteTrail(connection)
    else:
        engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with engine.connect() as connected:
            yield _PostgresTrail(connected)


class _SqliteTrail:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def head(self) -> tuple[int, bytes] | None:
        found: tuple[int, bytes] | None = self._connection.execute(_HEAD).fetchone()
        return found

    def chunks(self) -> Generator[list[Row]]:
        cursor = self._connection.execute(_ROWS)
        while rows := cursor.fetchmany(CHUNK):
            yield rows

    def numbers_where(self, column: str, value: bytes) -> list[int]:
        statement = f"SELECT seq FROM audit_event WHERE {column} = CAST(? AS TEXT)"  # noqa: S608 - a name of ours
        return [seq for (seq,) in self._connection.execute(statement, (value,))]


class _PostgresTrail:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]

    def head(self) -> tuple[int, bytes] | None:
        found = self._connection.execute(sa.text(_HEAD)).one_or_none()
        return (found.seq, found.hash.encode()) if found else None

    def chunks(self) -> Generator[list[Row]]:
        with self._driver.cursor(name="audit_trail") as cursor:  # three times as fast as by way of SQLAlchemy's rows
            cursor.execute(_ROWS)
            while rows := cursor.fetchmany(CHUNK):
                yield [(row[0], *map(str.encode, row[1:])) for row in rows]

    def numbers_where(self, column: str, value: bytes) -> list[int]:
        statement = sa.text(f"SELECT seq FROM audit_event WHERE {column} = :value")  # noqa: S608 - a name of ours
        return list(self._connection.execute(statement, {"value": value.decode()}).scalars())
