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
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._urgent = 0
        self._until = 0.0
        self._thread = threading.local()

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Go first while the body runs: this thread never gives way, others do. Within itself it changes nothing."""
        if self._goes_first():
            yield
            return
        with self._changed:
            self._urgent += 1
            self._until = self._monotonic() + LONGEST_WAIT
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
        if not self._urgent or self._goes_first():
            return
        limit = self._monotonic() + LONGEST_WAIT
        with self._changed:
            while self._urgent and (left := min(limit, self._until) - self._monotonic()) > 0:
                self._changed.wait(left)

    def _goes_first(self) -> bool:
        return bool(getattr(self._thread, "goes_first", False))
