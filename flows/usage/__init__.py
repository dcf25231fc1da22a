"""Metered usage: events in, once each, and what they add up to in a billing period.

For a quote or a forecast, without a database: `read_usage_file(path, wanted, zone=…)` adds up a CSV file of any size.
`wanted` has one `Metered(meter, aggregation, periods)` for each meter; the answer's `totals[meter, period]` are
`UsageTotal`s with their quantity, number of events and the lines of the file they stand in.

Pure rules that must not touch storage import `flows.usage.rules` and `flows.usage.event`.
"""

from flows.usage.event import EventRefused, ReadingRules, UsageEvent
from flows.usage.header import FileRefused
from flows.usage.quoting import UsageReading, read_usage_file
from flows.usage.rules import Aggregation, Metered, UsageSource, UsageTotal, usage_total

__all__ = [
    "Aggregation",
    "EventRefused",
    "FileRefused",
    "Metered",
    "ReadingRules",
    "UsageEvent",
    "UsageReading",
    "UsageSource",
    "UsageTotal",
    "read_usage_file",
    "usage_total",
]
