"""How long to wait before the next post to a channel, and what to do about one that did not go through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

TELL_AFTER = 8  # about a minute of trouble: a person is told, and it is tried on
MOST_TRIES = 40  # about half an hour: the message is given up until a person asks for it again
LONGEST_WAIT = 60.0
HOMES_PER_SECOND = 1.5
"""How fast the Homes of a workspace are published, all together: Slack takes some 100 of `views.publish` a minute."""
HOMES_AT_ONCE = 10


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
    """Wait so long and try again; `tell` a person that it takes long; or, when `give_up`, try no more until asked."""

    wait: float
    tell: bool = False
    give_up: bool = False


def after_failure(tries: int, *, asked_wait: int | None) -> NextTry:
    """Return when to try a post again after `tries` tries: as long as Slack asked, else twice as long each time.

    While a post waits nothing passes it in its channel, so an outage of half an hour loses and reorders nothing.
    """
    if tries >= MOST_TRIES:
        return NextTry(0.0, give_up=True)
    own = min(LONGEST_WAIT, 0.5 * 2.0 ** (min(tries, 10) - 1))
    return NextTry(float(asked_wait) if asked_wait is not None else own, tell=tries == TELL_AFTER)
