"""What the engine kept of finished work is deleted after a while, so that an idle program does not fill its disk.

Looking for changed deals, or at the dimensions file, happens all the time and finds nothing most of the time: it is
kept for an hour. All other work is kept for thirty days, to be looked into when somebody asks. By the machine's clock,
as the engine writes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flows.runtime import runtime

EVERY_SECONDS: Final = 600
KEEP: Final = timedelta(days=30)
KEEP_POLLS: Final = timedelta(hours=1)
POLL: Final = "poll_crm"
LOOK: Final = "look_at_dimensions"
AT_ONCE: Final = 200  # one short transaction, so that nobody waits for the only connection of an SQLite file


def forget_finished_work() -> int:
    """Delete the engine's records of work that ended long enough ago. Return how many there were."""
    now, engine, forgotten = runtime().wall.now(), runtime().engine, 0
    for before, only in ((now - KEEP_POLLS, POLL), (now - KEEP_POLLS, LOOK), (now - KEEP, None)):
        while found := engine.forget_finished(before, only=only, at_most=AT_ONCE):
            forgotten += found
    return forgotten
