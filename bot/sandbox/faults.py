"""What can be made to go wrong between the app and Slack."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import DemoRefused

KINDS = {
    "429": "refuses with ratelimited and Retry-After",
    "5xx": "answers 503, nothing done",
    "drop_before": "closes the connection before anything is done",
    "drop_after": "does the work, then closes the connection without an answer",
    "slow": "does the work, but answers late",
    "token_revoked": "refuses the bot's token",
    "duplicate": "delivers the next interaction or event twice",
}
CLEAR = "off"
OTHER_WORDS = {
    "accept_then_drop": "drop_after", "drop": "drop_after", "500": "5xx", "502": "5xx", "503": "5xx",
    "slow_answer": "slow", "slow_answers": "slow", "rate_limit": "429", "rate_limited": "429", "ratelimited": "429",
    "duplicate_delivery": "duplicate", "none": CLEAR, "clear": CLEAR,
}  # fmt: skip
CALL_KINDS = tuple(kind for kind in KINDS if kind != "duplicate")


def meant(kind: str) -> str:
    """Return the kind of fault that is meant by a word in any spelling: "Accept, then drop" is drop_after."""
    said = "_".join(re.findall(r"[a-z0-9]+", kind.lower()))
    return OTHER_WORDS.get(said, said)


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong `left` more times (for ever when None), for one method or for all."""

    kind: str
    method: str | None
    left: int | None
    seconds: float


class Faults:
    """The faults that wait for a call; they end with the running demo."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._waiting: list[Fault] = []

    def set(self, kind: str, method: str | None, count: int | None, seconds: float) -> None:
        """Let the next `count` calls (all, when None) meet the fault, until "off" takes every fault away."""
        if kind == CLEAR:
            self._waiting.clear()
        elif kind not in KINDS:
            raise DemoRefused(f"Slack cannot do {kind!r}; it can do {', '.join([*KINDS, CLEAR, 'disconnect'])}.")
        elif count is not None and count < 1:
            raise DemoRefused("A fault happens at least once: give a count of 1 or more.")
        else:
            self._waiting.append(Fault(kind, method, count, seconds))
        self._changed()

    def take(self, kinds: Collection[str], method: str = "") -> Fault | None:
        """Return the oldest fault of these kinds for `method`, using it up by one."""
        for fault in self._waiting:
            if fault.kind in kinds and fault.method in (None, method):
                if fault.left is not None:
                    fault.left -= 1
                self._waiting = [one for one in self._waiting if one.left != 0]
                self._changed()
                return fault
        return None

    def active(self) -> list[dict[str, Any]]:
        """Return the faults that still wait, as `state` shows them."""
        return [
            {"where": "slack", "kind": f.kind, "method": f.method, "left": f.left, "seconds": f.seconds}
            for f in self._waiting
        ]
