"""Where the app is killed: at a point inside it, or by the far side around one call."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import pytest

from bot.sandbox.wire import drop

KILLED: Final = -signal.SIGKILL
"""The exit code of a process that was killed without warning."""


@dataclass(slots=True)
class Point:
    """The app kills itself when it comes to this point for the `nth` time. tests/faults/zygote.py lists the points.

    With SIGSTOP for `by` it stands still there instead, all of it, until somebody lets it go on.
    """

    name: str
    nth: int = 1
    by: signal.Signals = signal.SIGKILL

    def reached(self, name: str) -> None:
        """End or stop this process without warning if this is the point."""
        if name == self.name:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), self.by)


@dataclass(slots=True)
class FarSideKill:
    """The far side kills the app when the `nth` call of `path` arrives: before doing it, or once it is done."""

    method: str
    path: str
    when: Literal["before", "after"]
    nth: int = 1

    def is_now(self, scope: Any) -> bool:
        """Count the call if it is such a one, and tell whether it is the one that kills."""
        if scope["type"] == "http" and scope["method"] == self.method and scope["path"] == self.path:
            self.nth -= 1
            return self.nth == 0
        return False


AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(slots=True)
class DeadlyFarSide:
    """The demo workspace with a hand at the app's throat: `app_is_killed` ends the app's process."""

    app: AsgiApp
    app_is_killed: Callable[[], None]
    armed: list[FarSideKill]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve, and kill where that was asked for; nobody is left to read the answer then."""
        kill = next((one for one in self.armed if one.is_now(scope)), None)
        if kill is None:
            await self.app(scope, receive, send)
            return
        if kill.when == "before":
            self.app_is_killed()
            drop(scope)
            return

        async def killing_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.app_is_killed()
            await send(message)

        await self.app(scope, receive, killing_send)


def cases(points: Iterable[str], on_postgresql: Collection[str]) -> Iterator[Any]:
    """Give every point on both databases, as parameters.

    By day it is what lies behind a step (to die before one is to die behind the one before it), and on PostgreSQL the
    points where its locks and lanes matter; the others are for the night.
    """
    for point in points:
        yield pytest.param("sqlite", point, marks=[pytest.mark.nightly] if point.endswith(":before") else [])
        marks = [pytest.mark.postgres] if point in on_postgresql else [pytest.mark.postgres, pytest.mark.nightly]
        yield pytest.param("postgresql", point, marks=marks)
