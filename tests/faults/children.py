"""Children of the zygote: the app, or a part of it, as a process that can be killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Final, Literal

import httpx

from tests.faults.kills import Point

Role = Literal["app", "web", "worker"]
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.zygote"])
START_SECONDS: Final = 60.0


def _be(role: Role, environment: Mapping[str, str], points: list[Point]) -> None:
    from tests.faults import zygote  # imported there long ago, and never here: it wraps the product's steps

    zygote.run(role, environment, points)


class Child:
    """One process of the app. `url` is where it answers, for a worker nowhere."""

    def __init__(self, role: Role, environment: Mapping[str, str], url: str, left: Callable[[], list[str]]) -> None:
        self.url = url
        self.points: list[Point] = []
        self.role, self.environment, self._left = role, dict(environment), left
        self._process: BaseProcess | None = None

    @property
    def exit_code(self) -> int | None:
        """How the process ended; None while it runs."""
        return self._process.exitcode if self._process else None

    def begin(self) -> None:
        """Start the process, armed with `points`, and return when it answers; or when it has died of them."""
        self._process = _FORKS.Process(target=_be, args=(self.role, self.environment, self.points), daemon=True)
        self._process.start()
        self.points = []
        if self.role != "worker":
            self._until_it_answers()

    def _until_it_answers(self) -> None:
        waited = 0.0
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            while not self.ended_within(0.02):
                with contextlib.suppress(httpx.TransportError):
                    if client.get(f"{self.url}/healthz").is_success:
                        return
                waited += 0.02
                assert waited < START_SECONDS, "the app does not answer"

    def ended_within(self, seconds: float) -> bool:
        """Wait for the process to end, so long at most, and tell whether it has."""
        assert self._process is not None
        return bool(wait([self._process.sentinel], timeout=seconds))

    def stands_still_within(self, seconds: float) -> bool:
        """Wait until the process has been stopped, so long at most, and tell whether it has."""
        waited = 0.0
        while not self._is_stopped() and waited < seconds and not self.ended_within(0.02):
            waited += 0.02
        return self._is_stopped()

    def go_on(self) -> None:
        """Let a stopped process run on from where it stands."""
        assert self._process is not None and self._process.pid is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def _is_stopped(self) -> bool:
        assert self._process is not None
        asked = ["ps", "-o", "stat=", "-p", str(self._process.pid)]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.startswith("T")

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal the process, and wait until it has ended."""
        if self._process is None or self._process.pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)
        self._process.join(30)

    def strike(self) -> None:
        """Kill the process and return at once."""
        if self._process is not None and self._process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    def work_left(self) -> list[str]:
        """Return what the app has still to do."""
        return self._left()

    async def start(self) -> None:
        """Start; for the demo workspace."""
        await asyncio.to_thread(self.begin)

    async def stop(self) -> None:
        """End as an administrator would."""
        await asyncio.to_thread(self.end, signal.SIGTERM)

    async def kill(self) -> None:
        """End without warning."""
        await asyncio.to_thread(self.end)

    async def restart(self) -> None:
        """Kill and start again."""
        await self.kill()
        await self.start()
