"""Tells those who look at the workspace that it has changed."""

from __future__ import annotations

import asyncio

LONG_POLL = 25.0


class Changes:
    """A number that grows with every change, and a way to wait for the next one."""

    def __init__(self) -> None:
        self.version = 1
        self._news = asyncio.Event()

    def note(self) -> None:
        """Say that something changed."""
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, since: int) -> int:
        """Return the version as soon as it is not `since` any more, or after 25 seconds."""
        if self.version == since:
            try:
                await asyncio.wait_for(self._news.wait(), LONG_POLL)
            except TimeoutError:
                return self.version
        return self.version
