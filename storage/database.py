"""The database: one engine for our tables and the durable engine's, and sessions that belong to a team.

SQLite is one file and one connection: threads that fight over the file's lock time out, threads that queue for one
connection do not (docs/decisions/0002-one-sqlite-connection.md). So a transaction is a few rows, and nothing outside is
called while one is open. Reports read over a second, read-only engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool
from sqlalchemy.sql import visitors
from sqlmodel import Session

from flows.errors import ConfigurationError
from storage.right_of_way import OneAtATime, RightOfWay
from storage.tables import TeamOwned

_TEAM_OWNED = {str(table.__tablename__): table for table in TeamOwned.__subclasses__()}
_OF_A_TABLE = frozenset({"table", "column", "alias", "tablesample", "insert", "update", "delete"})
"""The parts of a statement that may name one; to ask all the others takes longer than everything else here."""
POSTGRES_POOL = 20
STANDSTILL_MS = 30_000
"""How long PostgreSQL lets a transaction stand still: a process that was stopped, or a machine that is gone, must not
keep its locks, or nobody could take its work over. Nothing of ours computes for so long between two statements."""


class Database:
    """Opens sessions. `url` is `sqlite:///path` or `postgresql://…` (psycopg 3)."""

    def __init__(self, url: str) -> None:
        self.url = _normalised(url)
        self.is_sqlite = self.url.startswith("sqlite")
        self.right_of_way = RightOfWay()
        self.before_commit: Callable[[Session], None] = _nothing_more
        pool = _polite(self.right_of_way)
        self.turns = OneAtATime(self.right_of_way)
        self.engine = (
            _sqlite_engine(self.url, _one_at_a_time(self.turns)) if self.is_sqlite else _postgres_engine(self.url, pool)
        )
        self.reader = _sqlite_reader(self.url, pool) if self.is_sqlite else self.engine

    @contextmanager
    def begin(self, team_id: str | None) -> Iterator[Session]:
        """Open a transaction that reads and writes one team's rows (None: every team's), and commit it at the end.

        An exception rolls everything back, whatever was queued in the same transaction included. `before_commit` has
        the last word: the engine refuses there what a worker writes for work that was taken from it.
        """
        with Session(self.engine, expire_on_commit=False) as session:
            session.info["team_id"] = team_id
            with session.begin():
                yield session
                session.flush()
                self.before_commit(session)

    @contextmanager
    def read(self, team_id: str | None) -> Iterator[Session]:
        """Open a session for reading only; on SQLite over a connection of its own, so that it holds up no writer."""
        with Session(self.reader, expire_on_commit=False) as session:
            session.info["team_id"] = team_id
            yield session

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.reader.dispose()


def _nothing_more(_session: Session) -> None:
    """Let everything be committed: where nothing works, nothing is taken over."""


@event.listens_for(Session, "do_orm_execute")
def _only_own_rows(state: ORMExecuteState) -> None:
    """Add `team_id = …` for every table that a team's session asks, wherever in the statement it stands."""
    team_id = state.session.info.get("team_id")
    if team_id is not None:
        state.statement = state.statement.options(*(_of_team(one, team_id) for one in _team_owned(state.statement)))


def _team_owned(statement: Any) -> set[Any]:
    """Return the tables with a team that a statement names: to count, to join, under an alias, in a subquery."""
    found = set()
    for part in visitors.iterate(statement):
        if part.__visit_name__ in _OF_A_TABLE:
            table = getattr(part, "table", part)  # a column's, or what a statement writes to
            table = getattr(table, "element", table)  # an alias's
            if owned := _TEAM_OWNED.get(getattr(table, "name", "")):
                found.add(owned)
    return found


@lru_cache(maxsize=1_024)
def _of_team(table: Any, team_id: str) -> LoaderCriteriaOption:
    return with_loader_criteria(table, table.team_id == team_id, include_aliases=True)


def _normalised(url: str) -> str:
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise ConfigurationError(
            "DUNWELL_DATABASE_URL is not a database address; "
            "use sqlite:///path/to/dunwell.sqlite3 or postgresql://user:password@host/name."
        ) from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(f"DUNWELL_DATABASE_URL names {backend}; Dunwell runs on an SQLite file or PostgreSQL.")
    return url


def _polite(right_of_way: RightOfWay) -> type[QueuePool]:
    """Return a pool whose connections are taken only when nobody who goes first is under way."""

    class PolitePool(QueuePool):
        def connect(self) -> PoolProxiedConnection:
            right_of_way.give_way()
            return super().connect()

    return PolitePool


def _one_at_a_time(turns: OneAtATime) -> type[QueuePool]:
    """Return a pool for one connection, for which who goes first never stands behind the work."""

    class PoolOfOne(QueuePool):
        def _do_get(self) -> ConnectionPoolEntry:
            if not turns.take(self._timeout):
                raise PoolTimeout(f"The database was busy with other work for {self._timeout:.0f} seconds.")
            try:
                return super()._do_get()
            except BaseException:
                turns.give_back()
                raise

        def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
            try:
                super()._do_return_conn(record)
            finally:
                turns.give_back()

    return PoolOfOne


def _sqlite_engine(url: str, pool: type[QueuePool]) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=pool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=60,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"  # take the write lock when a transaction begins to write
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _sqlite_reader(url: str, pool: type[QueuePool]) -> sa.Engine:
    path = Path(make_url(url).database or "").absolute()
    engine = sa.create_engine(
        f"sqlite:///file:{path}?mode=ro&uri=true",
        poolclass=pool,
        pool_size=2,
        max_overflow=2,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=30000")

    return engine


def _postgres_engine(url: str, pool: type[QueuePool]) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=pool,
        pool_size=POSTGRES_POOL,
        max_overflow=POSTGRES_POOL,
        pool_pre_ping=True,
        hide_parameters=True,  # what is written may be anything: names, addresses, tokens; errors are shown and logged
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.autocommit = True  # else the setting would go with the first rollback
        connection.execute(f"SET idle_in_transaction_session_timeout = {STANDSTILL_MS}")
        connection.autocommit = False

    return engine
