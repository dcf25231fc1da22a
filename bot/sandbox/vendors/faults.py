"""What can be made to go wrong at a far side, and for how many requests."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

REQUEST_FAULTS: Final[Mapping[str, str]] = {
    "429": "refuses with its rate-limit answer",
    "5xx": "answers with a server error, nothing done",
    "drop_before": "closes the connection before anything is done",
    "drop_after": "does the work, then closes the connection without an answer",
    "slow": "does the work, then holds the answer back",
    "token_revoked": "no longer knows the key or session",
}
DUPLICATE: Final = "duplicate"
OFF: Final = "off"


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong for the next `left` requests (until it is mended when None) of `operation` (or any)."""

    kind: str
    operation: str | None
    left: int | None
    seconds: float

    def as_row(self) -> dict[str, Any]:
        """Return the fault as JSON for the demo page."""
        return {"kind": self.kind, "method": self.operation, "left": self.left, "seconds": self.seconds}


class FaultBoard:
    """The faults set on one simulator. They are experiments of the running demo and end with it."""

    def __init__(self, kinds: Mapping[str, str], operations: Collection[str]) -> None:
        self.kinds = dict(kinds)
        self._operations = sorted(operations)
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def set(self, kind: str, operation: str | None = None, count: int | None = 1, seconds: float = 5.0) -> None:
        """Let the next `count` requests meet the fault, or all until it is mended when that is 0 or None.

        The kind "off" takes every fault away. Raises ValueError naming what is possible for an unknown kind or
        operation, and for a count below nought.
        """
        if kind == OFF:
            with self._lock:
                self._faults.clear()
            return
        if kind not in self.kinds:
            raise ValueError(f"There is no fault {kind!r} here; there are {', '.join([*self.kinds, OFF])}.")
        if operation is not None and operation not in self._operations:
            raise ValueError(f"There is no method {operation!r} here; there are {', '.join(self._operations)}.")
        if count is not None and count < 0:
            raise ValueError("Give a count of 1 or more, or 0 for a fault that stays until it is mended.")
        with self._lock:
            self._faults.append(Fault(kind, operation, count or None, seconds))

    def take(self, operation: str, kinds: Collection[str]) -> Fault | None:
        """Return the oldest fault of these kinds that concerns the operation, using it up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in kinds and fault.operation in (None, operation):
                    if fault.left is not None:
                        fault.left -= 1
                    self._faults = [one for one in self._faults if one.left != 0]
                    return fault
        return None

    def active(self) -> list[dict[str, Any]]:
        """Return the faults that still wait for a request."""
        with self._lock:
            return [fault.as_row() for fault in self._faults]
