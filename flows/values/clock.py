"""Where the time comes from. Everything that asks for the time is given a clock; nothing reads the machine's own.

Instants are always aware and in UTC. The business date is the date of an instant in the time zone of the policy.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock moved by the number of seconds that stands in a small text file.

    The demo workspace moves the time of several processes by writing that file; an absent file means no shift.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._shift = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift()

    def shift(self) -> timedelta:
        """Return how far this clock is ahead of the machine's, reading the file only when it has changed."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return self._shift
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._shift = timedelta(seconds=int(self._path.read_text(encoding="ascii").strip() or "0"))
            self._seen = seen
        return self._shift


class FixedClock:
    """A clock that stands still until it is moved; for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, step: timedelta) -> None:
        """Move the clock on by `step`."""
        self.at += step


def write_offset(path: Path, seconds: int) -> None:
    """Set the shift of every `ShiftedClock` on `path`, whole or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(seconds), encoding="ascii")
    fresh.replace(path)


def business_date(at: datetime, zone: str) -> date:
    """Return the calendar date of the instant `at` in the time zone `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone)).date()
