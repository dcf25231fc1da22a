"""Who takes a connection first while somebody waits for an acknowledgement."""

from __future__ import annotations

import threading

from storage.right_of_way import LONGEST_WAIT, RightOfWay


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
