"""The app under test as the demo workspace sees it: a process that can be started, killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import httpx

PATIENCE = 120.0  # a slow or busy machine; an app that ends while it starts is noticed at once
FAREWELL = 5.0
PULSE = 0.05


PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


def _end_with_the_workspace() -> None:
    """Ask Linux to end the app when the workspace is killed and cannot do it itself; runs in the child."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class AppProcess(Protocol):
    """The running app: where it listens, how it is restarted and what work it has left."""

    url: str

    async def start(self) -> None:
        """Start the app and return when it takes requests."""
        ...

    async def stop(self) -> None:
        """End the app as an administrator would, giving it time."""
        ...

    async def kill(self) -> None:
        """End the app without warning."""
        ...

    async def restart(self) -> None:
        """Kill the app and start it again."""
        ...

    def work_left(self) -> list[str]:
        """Return what the app has still to do, a line each; nothing when it is idle."""
        ...


Ready = Callable[[], Awaitable[bool]]


class AppWontStart(Exception):
    """The app ended, or did not answer in time, while it was being started."""


class ChildProcess:
    """The app as a child in a process group of its own, so that nothing of it outlives the workspace.

    `readiness` is called before each start; what it returns is asked again and again until it says True. By default
    that is whether `url`/healthz answers 200.
    """

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], url: str, work_left: Callable[[], list[str]]
    ) -> None:
        self.url = url
        self.readiness: Callable[[], Ready] = lambda: self.healthy
        self._command = tuple(command)
        self._env = dict(env)
        self._work_left = work_left
        self._process: asyncio.subprocess.Process | None = None

    def work_left(self) -> list[str]:
        """Return what the app has still to do."""
        return self._work_left()

    @property
    def pid(self) -> int | None:
        """The process id while the app runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start the app and wait until it is ready; AppWontStart says what happened instead."""
        if self.pid is not None:
            return
        ready = self.readiness()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env={**os.environ, **self._env},
            start_new_session=True,
            preexec_fn=_end_with_the_workspace if sys.platform == "linux" else None,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await _until_ready(self._process, ready)
        except TimeoutError:
            await self.kill()
            raise AppWontStart(f"The app did not become ready within {PATIENCE:.0f} seconds.") from None

    async def healthy(self) -> bool:
        """Whether `url`/healthz answers 200."""
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            try:
                return (await client.get(f"{self.url}/healthz")).status_code == 200
            except httpx.TransportError:
                return False

    async def stop(self) -> None:
        """Ask the app to end, and kill it when it does not within five seconds."""
        if self._process is None:
            return
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), FAREWELL)
        await self.kill()

    async def kill(self) -> None:
        """End the whole process group without warning."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        await self._process.wait()

    async def restart(self) -> None:
        """Kill the app and start it again."""
        await self.kill()
        await self.start()

    def _signal(self, number: signal.Signals) -> None:
        """Signal the group; its id is the child's even when the child itself has ended."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


async def _until_ready(process: asyncio.subprocess.Process, ready: Ready) -> None:
    while not await ready():
        if process.returncode is not None:
            raise AppWontStart(f"The app ended with code {process.returncode} while starting; see what it printed.")
        await asyncio.sleep(PULSE)
