"""Adding up a stream of usage events by subject, meter and period, keeping the sums and not the events.

The wanted periods of a meter may overlap (a monthly and a quarterly line): they are cut at each other's ends, every
event is counted in one stretch between two cuts, and the stretches of a period are put together at the end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from flows.usage.event import UsageEvent, exact
from flows.usage.rules import Metered, UsageSource, UsageTotal, instants, total_of
from flows.values.periods import Period


@dataclass(slots=True)
class _Stretch:
    """What came in between two cuts, by everything that any aggregation needs; only what is wanted is filled."""

    events: int = 0
    first_line: int = 0
    last_line: int = 0
    by_decimals: dict[int, int] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)
    largest: Decimal | None = None
    latest: tuple[datetime, str, Decimal] | None = None
    single: list[tuple[datetime, str, Decimal]] = field(default_factory=list)


class Tally:
    """Counts events in the periods that are wanted of each meter; `outside` are those of no wanted period."""

    def __init__(self, wanted: Iterable[Metered], zone: str) -> None:
        self._wanted = {one.meter: one for one in wanted}
        self._spans = {
            meter: {period: instants(period, zone) for period in one.periods} for meter, one in self._wanted.items()
        }
        self._cuts = {
            meter: sorted({end for span in spans.values() for end in span}) for meter, spans in self._spans.items()
        }
        self._stretches: dict[tuple[str, str], list[_Stretch]] = {}
        self.subjects: dict[str, int] = {}
        self.meters: dict[str, int] = {}
        self.outside = 0
        self._is_in = {meter: self._inside(meter) for meter in self._wanted}

    def add(self, event: UsageEvent) -> None:
        """Count one event that counts: not a void, and not corrected by another one."""
        subject, meter, at = event[1], event[2], event[5]
        self.meters[meter] = self.meters.get(meter, 0) + 1
        stretches = self._stretches.get((subject, meter))
        if stretches is None:
            self.subjects.setdefault(subject, event.line)
            cuts = self._cuts.get(meter)
            if cuts is None:
                return
            stretches = self._stretches[subject, meter] = [_Stretch() for _ in range(len(cuts) + 1)]
        place = bisect_right(self._cuts[meter], at)
        if not self._is_in[meter][place]:
            self.outside += 1
            return
        stretch, line = stretches[place], event[10]
        stretch.events += 1
        if not stretch.first_line or line < stretch.first_line:
            stretch.first_line = line
        stretch.last_line = max(stretch.last_line, line)
        _COUNT[self._wanted[meter].aggregation](stretch, event)
        if self._wanted[meter].each:
            stretch.single.append((at, event[0], event.quantity))

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
        stretches = [s for s in self._stretches.get((subject, wanted.meter), [])[first:last] if s.events]
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

    def _inside(self, meter: str) -> list[bool]:
        """Tell for each stretch between two cuts whether any wanted period covers it."""
        cuts, spans = self._cuts[meter], self._spans[meter].values()
        return [
            False,
            *(any(start <= cut < end for start, end in spans) for cut in cuts),
        ]


def _add_units(stretch: _Stretch, event: UsageEvent) -> None:
    sums, decimals = stretch.by_decimals, event[4]
    sums[decimals] = sums.get(decimals, 0) + event[3]


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
