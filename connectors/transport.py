"""Telling a request that never left from one whose answer was lost: only the first may simply be made again."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Final

Gate = Callable[[], None]
"""Asked just before a request leaves; what it raises keeps the request here."""


def open_gate() -> None:
    """Let every request leave."""


_AT_THE_DOOR: Final = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})


def never_sent(error: BaseException) -> bool:
    """Say whether the connection was never made: refused, unreachable, unknown host, or no trusted certificate."""
    return any(_at_the_door(cause) for cause in causes(error))


def untrusted(error: BaseException) -> bool:
    """Say whether the far side's certificate was not accepted, which no further try will mend."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it was raised for, as `raise from`, urllib and urllib3 keep it."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, getattr(current, "reason", None), *current.args)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))


def retry_after(header: str | None) -> int | None:
    """Return the whole seconds that a Retry-After header asks for, or None when it asks for none or gives a date."""
    text = (header or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def short(text: str, limit: int = 300) -> str:
    """Return a far side's words on one line, cut where they would flood a card."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _at_the_door(error: BaseException) -> bool:
    if isinstance(error, (socket.gaierror, ssl.SSLCertVerificationError)):
        return True
    return isinstance(error, OSError) and error.errno in _AT_THE_DOOR
