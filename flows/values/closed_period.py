"""A day on which the books take nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A day on which nothing can be booked: why ("the period Nov 2026 is closed"), and the open dates ahead."""

    why: str
    open_dates: tuple[date, ...]
