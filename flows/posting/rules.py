"""How long to wait before the next post to a channel, and what to do about one that did not go through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_TRIES = 8
LONGEST_WAIT = 60.0


def pause(sent: Sequence[datetime], now: datetime, *, per_second: float, burst: int) -> float:
    """Return the seconds to wait so that any `burst` posts are spread over at least `burst / per_second` seconds.

    `sent` are the instants of the latest posts to the channel, in any order; fewer than `burst` of them cost no wait.
    """
    latest = sorted(sent, reverse=True)[:burst]
    if len(latest) < burst:
        return 0.0
    allowed = latest[-1] + timedelta(seconds=burst / per_second)
    return max(0.0, (allowed - now).total_seconds())


@dataclass(frozen=True, slots=True)
class NextTry:
    """Wait so long and try again; or, when `give_up`, ask a person."""

    wait: float
    give_up: bool


def after_failure(tries: int, *, asked_wait: int | None) -> NextTry:
    """Return when to try a post again after `tries` tries: as long as Slack asked, else twice as long each time."""
    if tries >= MOST_TRIES:
        return NextTry(0.0, True)
    return NextTry(float(asked_wait) if asked_wait is not None else min(LONGEST_WAIT, 0.5 * 2 ** (tries - 1)), False)
