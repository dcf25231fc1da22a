"""A queue is looked at when something was written about workflows, and else only now and then."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from flows.wakeup import OFTEN, RARELY_ALONE, Wakeup


class Watch(threading.Condition):
    """Time that passes only while somebody waits; nobody really does."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        """Let that much time pass."""
        self.at += timeout or 0.0
        return False

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self.at


def watched(engine: sa.Engine, watch: Watch) -> Wakeup:
    """Return a wakeup by that watch."""
    return Wakeup(engine, watch.now, watch)


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
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    assert waited(wakeup, watch) >= RARELY_ALONE - 0.001


@pytest.mark.parametrize("statement", ["INSERT INTO workflow_status VALUES ('1')", "UPDATE workflow_status SET id = 2"])
def test_news_let_every_queue_be_looked_at_soon_and_once(engine: sa.Engine, statement: str) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    for queue in ("decisions", "effects"):
        wakeup.wait(queue)
    write(engine, statement)
    for queue in ("decisions", "effects"):
        assert waited(wakeup, watch, queue) <= OFTEN + 0.001
        assert waited(wakeup, watch, queue) >= RARELY_ALONE - 0.001


@pytest.mark.parametrize("statement", ["SELECT * FROM workflow_status", "INSERT INTO invoice VALUES ('1')"])
def test_what_is_not_about_workflows_is_no_news(engine: sa.Engine, statement: str) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    write(engine, statement)
    assert waited(wakeup, watch) >= RARELY_ALONE - 0.001


def test_what_is_rolled_back_is_no_news(engine: sa.Engine) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO workflow_status VALUES ('1')")
        connection.rollback()
    write(engine, "INSERT INTO invoice VALUES ('1')")
    assert waited(wakeup, watch) >= RARELY_ALONE - 0.001
