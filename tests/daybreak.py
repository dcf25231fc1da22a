"""When the houses of the tests begin: always at the same instant, so that no story depends on when it is told.

`DUNWELL_STORIES_BEGIN` (an instant with its offset) tells them at another time, such as shortly before a midnight.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flows.values.clock import write_offset

BEGINS = datetime.fromisoformat(os.environ.get("DUNWELL_STORIES_BEGIN", "2027-01-12T09:00:00+00:00"))
"""A Tuesday morning."""


def set_clock(file: Path) -> None:
    """Let every clock on `file` say that it is `BEGINS` now, and go on from there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_offset(file, round((BEGINS - datetime.now(UTC)).total_seconds()))
