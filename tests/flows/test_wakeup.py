"""A queue is looked at when something was written about workflows, and else only now and then."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from flows.wakeup import CHANNEL, OFTEN, RARELY, Wakeup, tell_others
from storage.database import Database


class Watch(threading.Condition):
    """Seconds that pass only when somebody waits for them."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.at += timeout
        return False


def watched(engine: sa.Engine) -> tuple[Wakeup, Watch]:
    """Return a wakeup whose queue has just been looked at, and its watch."""
    watch = Watch()
    wakeup = Wakeup(engine, watch)
    wakeup._changed = watch
    wakeup.wait("decisions")
    return wakeup, watch


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (id TEXT)")
        connection.exec_driver_sql("CREATE TABLE invoice (id TEXT)")
    yield engine
    engine.dispose()


def waited(wakeup: Wakeup, watch: Watch, queue: str = "decisions") -> float:
    before = watch.at
    wakeup.wait(queue)
    return watch.at - before


def write(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_without_news_a_queue_is_looked_at_rarely(engine: sa.Engine) -> None:
    wakeup, watch = watched(engine)
    assert waited(wakeup, watch) == pytest.approx(RARELY)


@pytest.mark.parametrize("statement", ["INSERT INTO workflow_status VALUES ('1')", "UPDATE workflow_status SET id = 2"])
def test_news_let_every_queue_be_looked_at_soon_and_once(engine: sa.Engine, statement: str) -> None:
    wakeup, watch = watched(engine)
    wakeup.wait("effects")
    write(engine, statement)
    for queue in ("decisions", "effects"):
        assert waited(wakeup, watch, queue) <= OFTEN + 0.000001
        assert waited(wakeup, watch, queue) == pytest.approx(RARELY)


@pytest.mark.parametrize("statement", ["SELECT * FROM workflow_status", "INSERT INTO invoice VALUES ('1')"])
def test_what_is_not_about_workflows_is_no_news(engine: sa.Engine, statement: str) -> None:
    wakeup, watch = watched(engine)
    write(engine, statement)
    assert waited(wakeup, watch) == pytest.approx(RARELY)


def test_what_is_rolled_back_is_no_news(engine: sa.Engine) -> None:
    wakeup, watch = watched(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO workflow_status VALUES ('1')")
        connection.rollback()
    write(engine, "INSERT INTO invoice VALUES ('1')")
    assert waited(wakeup, watch) == pytest.approx(RARELY)


def test_nobody_is_held_after_the_end(engine: sa.Engine) -> None:
    wakeup, watch = watched(engine)
    wakeup.close()
    assert waited(wakeup, watch) == 0


@pytest.mark.postgres
def test_other_processes_are_told_when_the_work_is_committed_and_not_before(postgres_url: str) -> None:
    database = Database(postgres_url)
    address = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute(f"LISTEN {CHANNEL}")
        with database.begin("T1") as session:
            tell_others(session)
            tell_others(session)
            assert list(other.notifies(timeout=0)) == []
        assert [told.channel for told in other.notifies(timeout=30, stop_after=1)] == [CHANNEL]
        with Session(database.engine) as session:
            tell_others(session)
            session.rollback()
        assert list(other.notifies(timeout=0)) == []
    database.dispose()
