"""Bringing the database to this version of the program, and back.

Each migration run is one transaction, on SQLite too: it is done wholly or not at all. Two programs that start at the
same time do it one after the other. The durable engine keeps its own tables in the same database and brings them up
by itself, so after `upgrade` nothing is left to be made at the start. Alembic is loaded only where there is something
to do: it would cost every start of an up-to-date program time and memory.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from flows.errors import ConfigurationError
from storage.database import Database

ENGINE_SCHEMA = "dbos"  # where the durable engine keeps its tables on PostgreSQL

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x64756E77656C6C  # "dunwell": one migration at a time on PostgreSQL
_VERSIONS = "alembic_version"
_REVISION = re.compile(r"^revision = \"(\w+)\"", re.MULTILINE)
_FOLLOWS = re.compile(r"^down_revision = \"(\w+)\"", re.MULTILINE)
_logger = logging.getLogger(__name__)


def upgrade(database: Database, revision: str = "head") -> tuple[str, ...]:
    """Make or upgrade every table, the durable engine's included; return the revisions that were applied.

    Raises ConfigurationError when the database was made by a newer version of the program.
    """
    if database.is_sqlite:
        Path(make_url(database.url).database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    before = _behind(database, revision)
    if before:
        with _transaction(database) as connection:
            _run(connection, "upgrade", revision)
    _upgrade_engine(database)
    return before


def downgrade(database: Database, revision: str) -> None:
    """Go back to a revision ("base": nothing is left). The durable engine's tables stay."""
    with _transaction(database) as connection:
        _run(connection, "downgrade", revision)


def current(database: Database) -> str | None:
    """Return the revision that the database is at, or None when it is empty."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table(_VERSIONS):
            return None
        return connection.execute(sa.text(f"SELECT version_num FROM {_VERSIONS}")).scalar_one_or_none()  # noqa: S608


def pending(database: Database) -> tuple[str, ...]:
    """Return the revisions that `upgrade` would apply, in their order; "engine" stands for the durable engine's own."""
    behind = _behind(database, "head")
    return behind if _engine_is_there(database) else (*behind, "engine")


def _behind(database: Database, revision: str) -> tuple[str, ...]:
    now = current(database)
    if revision == "head" and now == _newest():
        return ()
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_SCRIPTS))
    known = {script.revision for script in scripts.walk_revisions()}
    if now is not None and now not in known:
        raise ConfigurationError(
            f"The database is at revision {now}, which this version of Dunwell does not know; "
            "it was upgraded by a newer one. Start that version, or restore the backup from before the upgrade."
        )
    return tuple(reversed([script.revision for script in scripts.iterate_revisions(revision, now or "base")]))


def _newest() -> str | None:
    """Return the revision that no other one follows, from the text of the scripts."""
    texts = [script.read_text(encoding="utf-8") for script in (_SCRIPTS / "versions").glob("*.py")]
    followed = {found[1] for text in texts if (found := _FOLLOWS.search(text))}
    own = {found[1] for text in texts if (found := _REVISION.search(text))}
    return next(iter(own - followed), None)


def _run(connection: sa.Connection, act: Literal["upgrade", "downgrade"], revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    {"upgrade": command.upgrade, "downgrade": command.downgrade}[act](config, revision)


@contextmanager
def _transaction(database: Database) -> Iterator[sa.Connection]:
    """Open a transaction in which nobody else migrates."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            with connection.begin():
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
            return
        # Tables are altered by copying them, which must not delete the rows that refer to them.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            _refuse_orphans(connection)
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _refuse_orphans(connection: sa.Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise ConfigurationError(f"The migration would leave rows of {orphans[0][0]} without what they belong to.")


def _upgrade_engine(database: Database) -> None:
    from dbos import DBOS

    DBOS.migrate(database.url, schema=ENGINE_SCHEMA)


def _engine_is_there(database: Database) -> bool:
    schema = None if database.is_sqlite else ENGINE_SCHEMA
    with database.engine.connect() as connection:
        return sa.inspect(connection).has_table("dbos_migrations", schema=schema)
