"""Adding up a stream of usage events by subject, meter and period, keeping the sums and not the events.

The wanted periods of a meter may overlap (a monthly and a quarterly line): they are cut at each other's ends, every
event is counted in one stretch between two cuts, and the stretches of a period are put together at the end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from flows.usage.event import UsageEvent, exact
from flows.usage.rules import Metered, UsageSource, UsageTotal, instants, total_of
from flows.values.periods import Period

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Stretch:
    """What came in between two cuts, by everything that any aggregation needs; only what is wanted is filled."""

    events: int = 0
    first_line: int = 0
    last_line: int = 0
    by_decimals: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    values: set[str] = field(default_factory=set)
    largest: Decimal | None = None
    latest: tuple[datetime, str, Decimal] | None = None
    single: list[tuple[datetime, str, Decimal]] = field(default_factory=list)


class _Group:
    """The events of one subject on one meter. `stretch` is the one between `low` and `high`, where the last event was:
    most files are nearly in the order of time. None where no wanted period is."""

    __slots__ = ("count", "cuts", "each", "events", "first_line", "high", "low", "outside", "stretch", "stretches")

    def __init__(self, cuts: Sequence[datetime], inside: Sequence[bool], wanted: Metered | None, line: int) -> None:
        self.cuts, self.first_line = cuts, line
        self.stretches = [_Stretch() if one else None for one in inside]
        self.count = _COUNT[wanted.aggregation] if wanted else _COUNT["sum"]
        self.each = wanted is not None and wanted.each
        self.events = self.outside = 0
        self.low = self.high = _BEGINNING
        self.stretch: _Stretch | None = None

    def move(self, at: datetime) -> None:
        """Go to the stretch in which an instant lies."""
        cuts = self.cuts
        place = bisect_right(cuts, at)
        self.low = cuts[place - 1] if place else _BEGINNING
        self.high = cuts[place] if place < len(cuts) else _END
        self.stretch = self.stretches[place]


class Tally:
    """Counts events in the periods that are wanted of each meter."""

    def __init__(self, wanted: Iterable[Metered], zone: str) -> None:
        self._wanted = {one.meter: one for one in wanted}
        self._spans = {
            meter: {period: instants(period, zone) for period in one.periods} for meter, one in self._wanted.items()
        }
        self._cuts = {
            meter: sorted({end for span in spans.values() for end in span}) for meter, spans in self._spans.items()
        }
        self._inside = {meter: self._is_inside(meter) for meter in self._wanted}
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, event: UsageEvent) -> None:
        """Count one event that counts: not a void, and not corrected by another one. Lines must not go back."""
        key, subject, meter, _units, _decimals, at, *_more, line = event
        group = self._groups.get((subject, meter))
        if group is None:
            group = self._groups[subject, meter] = _Group(
                self._cuts.get(meter, ()), self._inside.get(meter, (False,)), self._wanted.get(meter), line
            )
        group.events += 1
        if not group.low <= at < group.high:
            group.move(at)
        stretch = group.stretch
        if stretch is None:
            group.outside += 1
            return
        if not stretch.events:
            stretch.first_line = line
        stretch.events += 1
        stretch.last_line = line
        group.count(stretch, event)
        if group.each:
            stretch.single.append((at, key, event.quantity))

    @property
    def subjects(self) -> dict[str, int]:
        """Whose usage was counted, each with the first line."""
        found: dict[str, int] = {}
        for (subject, _meter), group in self._groups.items():
            found[subject] = min(found.get(subject, group.first_line), group.first_line)
        return found

    @property
    def meters(self) -> dict[str, int]:
        """How many events each meter has, wanted or not."""
        found: dict[str, int] = {}
        for (_subject, meter), group in self._groups.items():
            found[meter] = found.get(meter, 0) + group.events
        return found

    @property
    def outside(self) -> int:
        """How many events of wanted meters lie in no wanted period."""
        return sum(group.outside for (_subject, meter), group in self._groups.items() if meter in self._wanted)

    def totals(self, subject: str, source: str) -> dict[tuple[str, Period], UsageTotal]:
        """Return what each wanted meter came to in each of its periods for one subject; 0 where there was nothing."""
        return {
            (meter, period): self._total(subject, one, period, source)
            for meter, one in self._wanted.items()
            for period in one.periods
        }

    def _total(self, subject: str, wanted: Metered, period: Period, source: str) -> UsageTotal:
        start, end = self._spans[wanted.meter][period]
        cuts = self._cuts[wanted.meter]
        first, last = bisect_right(cuts, start), bisect_right(cuts, end)
        group = self._groups.get((subject, wanted.meter))
        stretches = [s for s in group.stretches[first:last] if s is not None and s.events] if group else []
        if not stretches:
            return UsageTotal(wanted.meter, period, Decimal(0), 0)
        events = sum(stretch.events for stretch in stretches)
        lines = (min(s.first_line for s in stretches), max(s.last_line for s in stretches))
        single = sorted(one for stretch in stretches for one in stretch.single)
        return UsageTotal(
            wanted.meter,
            period,
            _put_together(stretches, wanted),
            events,
            (UsageSource(source, "", *lines, events),),
            tuple(quantity for _at, _key, quantity in single),
        )

    def _is_inside(self, meter: str) -> list[bool]:
        """Tell for each stretch between two cuts whether any wanted period covers it."""
        cuts, spans = self._cuts[meter], self._spans[meter].values()
        return [
            False,
            *(any(start <= cut < end for start, end in spans) for cut in cuts),
        ]


def _add_units(stretch: _Stretch, event: UsageEvent) -> None:
    stretch.by_decimals[event[4]] += event[3]


def _keep_largest(stretch: _Stretch, event: UsageEvent) -> None:
    quantity = exact(event.units, event.decimals)
    if stretch.largest is None or quantity > stretch.largest:
        stretch.largest = quantity


def _keep_latest(stretch: _Stretch, event: UsageEvent) -> None:
    if stretch.latest is None or (event.occurred_at, event.key) > stretch.latest[:2]:
        stretch.latest = (event.occurred_at, event.key, event.quantity)


def _keep_value(stretch: _Stretch, event: UsageEvent) -> None:
    if event.value is not None:
        stretch.values.add(event.value)


_COUNT = {"sum": _add_units, "max": _keep_largest, "last": _keep_latest, "unique_count": _keep_value}


def _put_together(stretches: Sequence[_Stretch], wanted: Metered) -> Decimal:
    if wanted.aggregation == "sum":
        return total_of((units, decimals) for s in stretches for decimals, units in s.by_decimals.items())
    if wanted.aggregation == "max":
        return max(s.largest for s in stretches if s.largest is not None)
    if wanted.aggregation == "last":
        return max(s.latest for s in stretches if s.latest is not None)[2]
    return Decimal(len(set().union(*(s.values for s in stretches))))
