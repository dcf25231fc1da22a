"""Who takes a connection first while somebody waits for an acknowledgement."""

from __future__ import annotations

import threading
from pathlib import Path

from storage.database import Database
from storage.right_of_way import LONGEST_WAIT, OneAtATime, RightOfWay


class Watch:
    """Seconds that pass when somebody waits, and no sooner."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class StandingWatch(Watch):
    """Seconds that pass a tenth at each look, so that a wait that ends by time ends."""

    def __call__(self) -> float:
        self.at += LONGEST_WAIT / 10
        return self.at


def test_without_anybody_urgent_nobody_waits() -> None:
    way = RightOfWay(Watch())
    way.give_way()
    with way.urgent():
        pass
    way.give_way()


def test_who_is_urgent_does_not_wait_for_others_or_itself() -> None:
    way = RightOfWay(Watch())
    with way.urgent(), way.urgent():
        way.give_way()


def test_a_worker_goes_on_when_the_last_urgent_one_is_done() -> None:
    way = RightOfWay(Watch())  # its time stands still: only the end of the urgent ones lets the worker go on
    order: list[str] = []
    begun = threading.Event()

    def work() -> None:
        begun.set()
        way.give_way()
        order.append("work")

    with way.urgent():
        with way.urgent():
            worker = threading.Thread(target=work)
            worker.start()
            assert begun.wait(30)
        order.append("acknowledged")
    worker.join(30)
    assert order == ["acknowledged", "work"]


def test_a_thread_that_serves_the_urgent_never_waits() -> None:
    way = RightOfWay(Watch())
    served = threading.Event()

    def serve() -> None:
        way.serve_urgent()
        way.give_way()
        served.set()

    with way.urgent():
        threading.Thread(target=serve).start()
        assert served.wait(30)


def test_an_urgent_one_that_takes_long_holds_nobody_up_for_ever() -> None:
    way = RightOfWay(StandingWatch())
    gone_on = threading.Event()

    def work() -> None:
        way.give_way()
        gone_on.set()

    with way.urgent():
        threading.Thread(target=work).start()
        assert gone_on.wait(30)


class Turns:
    """Threads that take a turn each, and the order in which they had it. Each waits before the next one comes."""

    def __init__(self, way: RightOfWay) -> None:
        self.way, self.one = way, OneAtATime(way)
        self.order: list[str] = []
        self._threads: list[threading.Thread] = []

    def come(self, name: str, *, first: bool = False) -> None:
        """Let somebody come, and return once they wait for their turn."""
        thread = threading.Thread(target=self._have, args=(name, first))
        self._threads.append(thread)
        waiting = self.one.waiting()
        thread.start()
        while self.one.waiting() == waiting:
            pass

    def _have(self, name: str, first: bool) -> None:
        if first:
            self.way.serve_urgent()
        if not self.one.take(60):
            self.order.append(f"{name} gave up")
            return
        self.order.append(name)
        self.one.give_back()

    def over(self) -> list[str]:
        """Return the order when everybody has had a turn."""
        for thread in self._threads:
            thread.join(30)
        return self.order


def test_who_goes_first_has_the_next_turn_however_many_stood_there_before() -> None:
    turns = Turns(RightOfWay(Watch()))
    assert turns.one.take(1)
    for name in ("work 1", "work 2", "work 3"):
        turns.come(name)
    turns.come("acknowledgement", first=True)
    turns.one.give_back()
    order = turns.over()
    assert order[0] == "acknowledgement" and sorted(order[1:]) == ["work 1", "work 2", "work 3"]


def test_work_whose_turn_it_would_be_gives_way_to_what_has_become_urgent_meanwhile() -> None:
    way = RightOfWay(Watch())  # its time stands still: nobody's patience ends
    turns = Turns(way)
    assert turns.one.take(1)
    turns.come("work")
    with way.urgent():
        turns.one.give_back()
        assert turns.one.take(1)  # the turn was left to the urgent
        turns.order.append("acknowledgement")
        turns.one.give_back()
    assert turns.over() == ["acknowledgement", "work"]


def test_who_waits_too_long_is_told_and_holds_nobody_up() -> None:
    watch = Watch()
    turns = Turns(RightOfWay(watch))
    assert turns.one.take(1)
    watch.at = 100.0
    assert not turns.one.take(-1)
    way = turns.way
    way.serve_urgent()
    assert not turns.one.take(-1)
    turns.one.give_back()
    assert turns.one.take(1)


def test_a_click_is_written_before_the_work_that_waits_for_the_one_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'one.sqlite3'}")
    order: list[str] = []
    begun = threading.Semaphore(0)

    def write(name: str, *, first: bool) -> None:
        if first:
            database.right_of_way.serve_urgent()
        begun.release()
        with database.engine.connect():
            order.append(name)

    with database.engine.connect():
        threads = [threading.Thread(target=write, args=(f"work {n}",), kwargs={"first": False}) for n in range(4)]
        threads.append(threading.Thread(target=write, args=("click",), kwargs={"first": True}))
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            begun.acquire()
            while database.turns.waiting() < waiting:
                pass
    for thread in threads:
        thread.join(30)
    assert order[0] == "click" and len(order) == 5
    database.dispose()
