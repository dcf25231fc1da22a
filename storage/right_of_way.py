"""Who goes first when somebody waits for an acknowledgement: Slack gives us three seconds, the work has all day.

Listeners and workers share one interpreter and, on SQLite, one connection. While a request is `urgent`, the other
threads of the process wait before they take a connection; never long, so that work goes on however much is clicked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_WAIT: Final = 0.25
"""Seconds that one request, and one wait for requests, holds the work up at most."""
MOMENT: Final = 0.1
"""Seconds that a request which is ready waits at most for others that come after it, to be served together."""
GLANCE: Final = 0.001
"""Seconds between two looks at whether they have come."""
QUIET: Final = 2
"""Looks in a row at which nobody had come: then nobody is on the way whose request was not begun yet."""
LONG_QUIET: Final = 10
"""The same while requests are under way: then those will take longer."""


class RightOfWay:
    """Counts the requests that are being acknowledged, and holds others up meanwhile."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self._changed = threading.Condition()
        self._urgent = 0
        self._until = 0.0
        self._thread = threading.local()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Go first while the body runs: this thread never gives way, others do. Within itself it changes nothing."""
        if self.goes_first():
            yield
            return
        with self._changed:
            self._urgent += 1
            self._until = self.monotonic() + LONGEST_WAIT
        self._thread.goes_first = True
        try:
            yield
        finally:
            self._thread.goes_first = False
            with self._changed:
                self._urgent -= 1
                if not self._urgent:
                    self._changed.notify_all()

    def requests(self) -> int:
        """Return how many requests are being acknowledged now."""
        return self._urgent

    def serve_urgent(self) -> None:
        """Let this thread go first for as long as it lives: it does what urgent requests wait for."""
        self._thread.goes_first = True

    def give_way(self) -> None:
        """Wait while others are urgent; return at once in a thread that goes first itself."""
        if not self.goes_first():
            self.give_way_until(self.monotonic() + LONGEST_WAIT)

    def give_way_until(self, limit: float) -> None:
        """Wait while others are urgent, until an instant of `monotonic` at most."""
        if not self._urgent:
            return
        with self._changed:
            while self._urgent and (left := min(limit, self._until) - self.monotonic()) > 0:
                self._changed.wait(left)

    def goes_first(self) -> bool:
        """Say whether this thread is urgent, or serves those that are."""
        return bool(getattr(self._thread, "goes_first", False))


class OneAtATime:
    """The turns at something that one thread has at a time: who goes first has the next, then the others.

    A pool that hands its connection to whoever has waited longest would let an acknowledgement wait for all the work
    that stood there before it. The others give way again when they could have a turn, but not for ever.
    """

    def __init__(self, way: RightOfWay) -> None:
        self._way = way
        lock = threading.Lock()
        self._free_for_first, self._free = threading.Condition(lock), threading.Condition(lock)
        self._first, self._others = 0, 0  # how many wait
        self._taken = False

    def take(self, longest: float) -> bool:
        """Return True once it is this thread's turn, False when it has not come for so many seconds."""
        limit = self._way.monotonic() + longest
        return self._take_first(limit) if self._way.goes_first() else self._take_after_them(limit)

    def give_back(self) -> None:
        """Let the next one have its turn."""
        with self._free:
            self._taken = False
            self._call_next()

    def waiting(self) -> int:
        """Return how many wait for their turn."""
        return self._first + self._others

    def _take_first(self, limit: float) -> bool:
        with self._free_for_first:
            self._first += 1
            try:
                while self._taken:
                    if (left := limit - self._way.monotonic()) <= 0:
                        return False
                    self._free_for_first.wait(left)
                self._taken = True
                return True
            finally:
                self._first -= 1

    def _take_after_them(self, limit: float) -> bool:
        patience = min(limit, self._way.monotonic() + LONGEST_WAIT)
        while True:
            self._way.give_way_until(patience)
            with self._free:
                if not self._taken and not self._first:
                    self._taken = True
                    return True
                if (left := limit - self._way.monotonic()) <= 0:
                    self._call_next()  # this one may have been called just now
                    return False
                self._others += 1
                self._free.wait(left)
                self._others -= 1

    def _call_next(self) -> None:
        (self._free_for_first if self._first else self._free).notify()
