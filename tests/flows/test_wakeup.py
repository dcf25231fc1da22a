"""A queue is looked at when something was written about workflows, and else only now and then."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from flows.wakeup import OFTEN, RARELY, Wakeup


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


class Dbos:
    """As much of the engine as the wakeup touches, with so many decisions under way."""

    def __init__(self, running: int) -> None:
        self._sys_db = self._active_workflows_set = self
        self._running = running

    def get_queue(self, name: str) -> str:
        """Return the settings of a queue."""
        return name

    def count_for_queue(self, name: str) -> int:
        """Return how much of its work is under way."""
        return self._running if name == "decisions" else 0


def watched(engine: sa.Engine, watch: Watch) -> Wakeup:
    """Return a wakeup by that watch."""
    return Wakeup(engine, {"decisions": 4, "effects": 16}, watch.now, watch)


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (id TEXT, status TEXT, queue TEXT)")
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
    assert waited(wakeup, watch) >= RARELY - 0.001


TOUCHED = "UPDATE workflow_status SET queue=queue"
QUEUES = ("decisions", "effects")


def put_in(engine: sa.Engine, queue: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO workflow_status (queue) VALUES (?)", (queue,))


QUEUED = sa.select(sa.column("queue", sa.Text)).select_from(sa.table("workflow_status")).distinct()


def end_one(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE workflow_status SET status=?", ("SUCCESS",))


def is_looked_at_soon(wakeup: Wakeup, watch: Watch, queue: str) -> bool:
    return waited(wakeup, watch, queue) <= OFTEN + 0.001


def test_work_lets_its_own_queue_be_looked_at_soon(engine: sa.Engine) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    for queue in QUEUES:
        wakeup.wait(queue)
    put_in(engine, "effects")
    assert is_looked_at_soon(wakeup, watch, "effects")
    assert not is_looked_at_soon(wakeup, watch, "decisions")


def test_what_another_process_put_in_is_found_by_looking_around(engine: sa.Engine) -> None:
    put_in(engine, "effects")
    put_in(engine, "somebody else's")
    watch = Watch()
    wakeup = watched(engine, watch)
    for queue in QUEUES:
        wakeup.wait(queue)
    wakeup.look_around(QUEUED)
    assert is_looked_at_soon(wakeup, watch, "effects")
    assert not is_looked_at_soon(wakeup, watch, "decisions")


@pytest.mark.parametrize(("running", "soon"), [(3, False), (4, True)])
def test_the_end_of_work_matters_to_a_queue_that_was_full(engine: sa.Engine, running: int, soon: bool) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.hold_queues(Dbos(running))
    for queue in QUEUES:
        wakeup.wait(queue)
    end_one(engine)
    assert is_looked_at_soon(wakeup, watch, "decisions") is soon


def test_what_only_touches_a_row_is_no_news(engine: sa.Engine) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    write(engine, TOUCHED)
    assert not is_looked_at_soon(wakeup, watch, "decisions")


@pytest.mark.parametrize(
    "statement", ["INSERT INTO workflow_status VALUES ('1', '', '')", "UPDATE workflow_status SET status='ENQUEUED'"]
)
def test_news_for_nobody_in_particular_let_every_queue_be_looked_at_soon_and_once(
    engine: sa.Engine, statement: str
) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    for queue in ("decisions", "effects"):
        wakeup.wait(queue)
    write(engine, statement)
    for queue in ("decisions", "effects"):
        assert waited(wakeup, watch, queue) <= OFTEN + 0.001
        assert waited(wakeup, watch, queue) >= RARELY - 0.001


@pytest.mark.parametrize("statement", ["SELECT * FROM workflow_status", "INSERT INTO invoice VALUES ('1')"])
def test_what_is_not_about_workflows_is_no_news(engine: sa.Engine, statement: str) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    write(engine, statement)
    assert waited(wakeup, watch) >= RARELY - 0.001


def test_a_connection_that_is_lost_says_itself_what_happened(engine: sa.Engine) -> None:
    """The database went away within a transaction: its own error must come through, since work is tried again by it."""
    watched(engine, Watch())
    lost = sa.exc.OperationalError("SELECT 1", {}, ConnectionError("terminating connection"))

    def loses_it() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql("INSERT INTO workflow_status VALUES ('w', 'ENQUEUED', 'effects')")
            connection.invalidate(lost)
            raise lost

    with pytest.raises(sa.exc.OperationalError):
        loses_it()


def test_what_is_rolled_back_is_no_news(engine: sa.Engine) -> None:
    watch = Watch()
    wakeup = watched(engine, watch)
    wakeup.wait("decisions")
    with engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO workflow_status (id) VALUES ('1')")
        connection.rollback()
    write(engine, "INSERT INTO invoice VALUES ('1')")
    assert waited(wakeup, watch) >= RARELY - 0.001
