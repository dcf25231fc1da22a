"""What a measurement gives: percentiles, and one row of the table with its goal and its floor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `goal` and `floor` are words; `met` is whether the goal was reached in this run."""

    what: str
    goal: str
    floor: str
    measured: str
    ratio: str
    met: bool


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """Return minimum / median / maximum in words."""
    low, middle, high = min(values), percentile(values, 0.5), max(values)
    digits = 0 if high >= 10 else 2
    return f"{low:.{digits}f} / {middle:.{digits}f} / {high:.{digits}f} {unit}"


def load_average() -> float:
    """Return how many processes wanted to run in the last minute: above the number of cores, times mean little."""
    return float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])
