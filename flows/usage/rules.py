"""What usage adds up to in a period, and which alerts it calls for. Pure: the same events in any order, the same total.

An event counts once, however often it was delivered, unless another one corrects it; a void counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, localcontext
from typing import Final, Literal
from zoneinfo import ZoneInfo

from flows.usage.event import UsageEvent, exact
from flows.values.periods import Period

Aggregation = Literal["sum", "max", "last", "unique_count"]
AGGREGATIONS: Final[tuple[Aggregation, ...]] = ("sum", "max", "last", "unique_count")
ALERT_AT: Final = (Decimal(50), Decimal(80), Decimal(100))
_EXACT_DIGITS: Final = 60


@dataclass(frozen=True, slots=True)
class UsageSource:
    """Where counted events stand: so many of them between two lines (both included) of one file or signed request.

    `batch_id` is the stored file's or request's id; "" for a file that was only read.
    """

    name: str
    batch_id: str
    first_line: int
    last_line: int
    events: int

    def __str__(self) -> str:
        lines = f"lines {self.first_line:,} to {self.last_line:,}" if self.events > 1 else f"line {self.first_line:,}"
        return f"{self.name}, {lines} ({self.events:,} {'event' if self.events == 1 else 'events'})"


@dataclass(frozen=True, slots=True)
class UsageTotal:
    """What one meter came to in one period. No event at all is a quantity of 0 and 0 events.

    `amounts` are the single quantities by time, where they were asked for (prices that are a percentage of each).
    """

    meter: str
    period: Period
    quantity: Decimal
    events: int
    sources: tuple[UsageSource, ...] = ()
    amounts: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Metered:
    """What is wanted of one meter: how it is counted, in which periods, and whether each single quantity is wanted."""

    meter: str
    aggregation: Aggregation
    periods: tuple[Period, ...]
    each: bool = False


def instants(period: Period, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of a period and the first one after it, in UTC, as its days are in the time zone.

    A day on which the clocks are moved has 23 or 25 hours; where midnight is skipped the day begins at the next
    instant there is. Raises ZoneInfoNotFoundError for an unknown zone.
    """
    return _midnight(period.start, zone), _midnight(period.end + timedelta(days=1), zone)


def counted(events: Iterable[UsageEvent]) -> tuple[UsageEvent, ...]:
    """Return the events that count: each key once, without those that are corrected, and without voids."""
    by_key: dict[str, UsageEvent] = {}
    for event in events:
        by_key.setdefault(event.key, event)
    corrected = {event.corrects for event in by_key.values()}
    return tuple(event for event in by_key.values() if event.key not in corrected and not event.is_void)


def usage_total(
    events: Iterable[UsageEvent], wanted: Metered, *, zone: str, source: str = "", subject: str | None = None
) -> tuple[UsageTotal, ...]:
    """Return what the meter came to in each of the wanted periods, in their order. None as subject means everybody's.

    sum adds, max takes the largest, last the latest (of two at one instant the one with the greater key), and
    unique_count counts the different values. In a period without events each of them is 0.
    """
    own = [e for e in counted(events) if e.meter == wanted.meter and subject in (None, e.subject)]
    return tuple(_in_period(own, wanted, period, zone, source) for period in wanted.periods)


def aggregate(events: Sequence[UsageEvent], aggregation: Aggregation) -> Decimal:
    """Return what the events come to; see `usage_total`."""
    if not events:
        return Decimal(0)
    if aggregation == "sum":
        return total_of((event.units, event.decimals) for event in events)
    if aggregation == "max":
        return max(event.quantity for event in events)
    if aggregation == "last":
        return max(events, key=lambda event: (event.occurred_at, event.key)).quantity
    return Decimal(len({event.value for event in events if event.value is not None}))


def total_of(parts: Iterable[tuple[int, int]]) -> Decimal:
    """Add up quantities, each so many units with so many decimals, exactly."""
    by_decimals: dict[int, int] = {}
    for units, decimals in parts:
        by_decimals[decimals] = by_decimals.get(decimals, 0) + units
    finest = max(by_decimals, default=0)
    units = sum(units * 10 ** (finest - decimals) for decimals, units in by_decimals.items())
    return exact(units, finest)


def shares_reached(
    used: Decimal, allowance: Decimal, told: Collection[Decimal], at_pct: Sequence[Decimal] = ALERT_AT
) -> tuple[Decimal, ...]:
    """Return which percentages of an allowance (more than 0) have been reached and were not told yet, smallest first.

    Exactly 80 % of it has reached 80.
    """
    with localcontext() as context:
        context.prec = _EXACT_DIGITS
        return tuple(pct for pct in sorted(set(at_pct)) if pct not in told and used * 100 >= allowance * pct)


def merged(sources: Iterable[UsageSource]) -> tuple[UsageSource, ...]:
    """Return one source for each file or request: from the first line to the last, with all the events."""
    found: dict[tuple[str, str], UsageSource] = {}
    for each in sources:
        before = found.get((each.batch_id, each.name), each)
        found[each.batch_id, each.name] = UsageSource(
            each.name,
            each.batch_id,
            min(before.first_line, each.first_line),
            max(before.last_line, each.last_line),
            each.events if before is each else before.events + each.events,
        )
    return tuple(found[key] for key in sorted(found))


def _in_period(events: Sequence[UsageEvent], wanted: Metered, period: Period, zone: str, source: str) -> UsageTotal:
    start, end = instants(period, zone)
    inside = [event for event in events if start <= event.occurred_at < end]
    by_time = sorted(inside, key=lambda event: (event.occurred_at, event.key)) if wanted.each else []
    return UsageTotal(
        wanted.meter,
        period,
        aggregate(inside, wanted.aggregation),
        len(inside),
        merged(UsageSource(source, "", event.line, event.line, 1) for event in inside),
        tuple(event.quantity for event in by_time),
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def unpriced(meters: Mapping[str, int], wanted: Iterable[Metered]) -> dict[str, int]:
    """Return the meters (with their number of events) that no price is for: kept, and shown as unassigned."""
    known = {one.meter for one in wanted}
    return {meter: events for meter, events in sorted(meters.items()) if meter not in known}
