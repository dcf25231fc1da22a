"""Metered usage: events in, once each, and what they add up to in a billing period.

For a quote or a forecast, without a database: `read_usage_file(path, wanted, zone=…)` adds up a CSV file of any size.
`wanted` has one `Metered(meter, aggregation, periods)` for each meter; the answer's `totals[meter, period]` are
`UsageTotal`s with their quantity, number of events and the lines of the file they stand in.

For billing, from storage: `usage_totals` in the transaction that drafts, `close_period` beside it, `late_usage` for
what came to periods that were billed, `reopen` when an invoice is voided; `when_usage_comes` to be told of it. For
alerts: `watch_with`, `check_thresholds`.

Pure rules that must not touch storage import `flows.usage.rules` and `flows.usage.event`. What needs storage is loaded
when it is first asked for, so that a quote stays small.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from flows.usage.event import EventRefused, ReadingRules, UsageEvent
from flows.usage.header import FileRefused
from flows.usage.quoting import UsageReading, read_usage_file
from flows.usage.rules import Aggregation, Metered, UsageSource, UsageTotal, usage_total

if TYPE_CHECKING:
    from flows.usage.alerts import check_thresholds
    from flows.usage.closing import (
        BilledLine,
        LateUsage,
        close_period,
        closed_periods,
        late_usage,
        reopen,
        settle_closings,
    )
    from flows.usage.intake import Answer
    from flows.usage.totals import usage_totals
    from flows.usage.watching import Came, Watched, watch_with, when_usage_comes

__all__ = [
    "Aggregation",
    "Answer",
    "BilledLine",
    "Came",
    "EventRefused",
    "FileRefused",
    "LateUsage",
    "Metered",
    "ReadingRules",
    "UsageEvent",
    "UsageReading",
    "UsageSource",
    "UsageTotal",
    "Watched",
    "check_thresholds",
    "close_period",
    "closed_periods",
    "late_usage",
    "read_usage_file",
    "reopen",
    "settle_closings",
    "usage_total",
    "usage_totals",
    "watch_with",
    "when_usage_comes",
]

_LATER: Final = {
    "alerts": ("check_thresholds",),
    "closing": ("BilledLine", "LateUsage", "close_period", "closed_periods", "late_usage", "reopen", "settle_closings"),
    "intake": ("Answer",),
    "totals": ("usage_totals",),
    "watching": ("Came", "Watched", "watch_with", "when_usage_comes"),
}


def __getattr__(name: str) -> Any:
    """Load what needs storage when it is first asked for."""
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"flows.usage.{module}"), name)
    raise AttributeError(f"flows.usage has no {name}")
