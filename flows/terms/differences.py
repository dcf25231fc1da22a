"""What a new version of the terms changes, in words and money: what a person is shown before approving it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flows.pricing import price
from flows.schedule.proration import Fraction
from flows.terms.lines import PriceLine
from flows.terms.model import Terms
from flows.terms.raised import raised
from flows.terms.timeline import price_factor, segment_on
from flows.terms.writing import as_tree
from flows.values.extension import format_quantity
from flows.values.money import Money
from flows.values.words import day, shortened

_A_PERIOD: Final = {1: "a month", 3: "a quarter", 6: "half a year", 12: "a year"}
_BY_ID: Final = ("lines", "fees", "milestones", "commitments", "credits")
_SAID_OTHERWISE: Final = ("quantity", "ramp")  # as quantities and money, day by day


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `words` say it all; `before` and `after` are a billing period's price, where it changes one."""

    words: str
    before: Money | None = None
    after: Money | None = None


def differences(old: Terms, new: Terms) -> tuple[Difference, ...]:
    """Return what changes, in the order of the terms; nothing for equal terms.

    Like "seats: 40 -> 42, USD 2,400.00 -> USD 2,520.00 a month", "end: 31 Dec 2026 -> 31 Mar 2027".
    """
    return tuple(_differences(old, new))


def _differences(old: Terms, new: Terms) -> Iterator[Difference]:
    whole_old, whole_new = as_tree(old, whole=True), as_tree(new, whole=True)
    parts = {name: (whole_old.pop(name, []), whole_new.pop(name, [])) for name in _BY_ID}
    yield from _fields("", _flat(whole_old), _flat(whole_new))
    for name, (before, after) in parts.items():
        by_id = {part["id"]: part for part in before}, {part["id"]: part for part in after}
        for id in dict.fromkeys([*by_id[0], *by_id[1]]):  # noqa: A001 - that is what it is
            was, becomes = by_id[0].get(id), by_id[1].get(id)
            if was is None or becomes is None:
                yield _come_or_gone(id, old if becomes is None else new, is_line=name == "lines", gone=becomes is None)
                continue
            if name == "lines" and not (old.line(id).is_metered or new.line(id).is_metered):
                yield from _agreed(old, new, id)
                was, becomes = _without(was), _without(becomes)
            yield from _fields(id, _flat(was), _flat(becomes))


def _come_or_gone(id: str, terms: Terms, *, is_line: bool, gone: bool) -> Difference:
    verb = "is taken out" if gone else "is added"
    if not is_line:
        return Difference(f"{id}: {verb}")
    line = terms.line(id)
    if line.is_metered:
        return Difference(f"{id}: {verb}, by use")
    agreed = _on(terms, line, terms.starts(line))
    return Difference(f"{id}: {verb}, {agreed}", agreed.price if gone else None, None if gone else agreed.price)


def _agreed(old: Terms, new: Terms, id: str) -> Iterator[Difference]:
    """Give the changes of quantity and price of a line, each with the day from which it holds."""
    was, becomes = old.line(id), new.line(id)
    first = max(old.starts(was), new.starts(becomes))
    told: list[tuple[_Agreed, _Agreed]] = []
    for on in sorted({first} | {part.start for part in (*was.ramp, *becomes.ramp) if part.start > first}):
        pair = _on(old, was, on), _on(new, becomes, on)
        if pair[0] != pair[1] and pair not in told[-1:]:
            told.append(pair)
            yield _change(id, *pair, "" if on == first else f" from {day(on)}")
    if not told and (was.quantity, was.ramp) != (becomes.quantity, becomes.ramp):
        yield Difference(f"{id} ramp: is written differently; quantity and price stay")


def _change(id: str, before: _Agreed, after: _Agreed, since: str) -> Difference:
    money = f"{before.price} -> {after}"
    if before.months != after.months:
        money = f"{before} -> {after}"
    if before.quantity == after.quantity:
        return Difference(f"{id}: {money}{since}", before.price, after.price)
    counts = f"{format_quantity(before.quantity)} -> {format_quantity(after.quantity)}"
    return Difference(f"{id}: {counts}{since}, {money}", before.price, after.price)


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What is agreed on one day: the quantity, and the price of a whole billing period of so many months."""

    quantity: Decimal
    price: Money
    months: int

    def __str__(self) -> str:
        return f"{self.price} {_A_PERIOD[self.months]}"


def _on(terms: Terms, line: PriceLine, on: date) -> _Agreed:
    """Return what is agreed for a line, which is not measured, on a day."""
    place = segment_on(line, on)
    segment = line.ramp[place] if place is not None else None
    agreed = segment.quantity if segment is not None and segment.quantity is not None else line.quantity
    quantity = Decimal(1) if agreed is None else agreed
    model = raised(line.price, price_factor(terms, line, on), segment.unit_price if segment else None, line.escalator)
    per = (line.price_per or line.frequency or terms.billing.frequency).months
    exact = Fraction(terms.months(line), per).of(price(model, quantity, terms.currency).exact)
    return _Agreed(quantity, Money.rounded(exact, terms.currency), terms.months(line))


def _without(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in _SAID_OTHERWISE}


def _fields(of: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        was, becomes = before.get(name), after.get(name)
        if was != becomes:
            yield Difference(f"{of + ' ' if of else ''}{name}: {was or 'not given'} -> {becomes or 'not given'}")


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """Return every plain value below one, written for people, by its place: "price.tiers[2].unit_price"."""
    if isinstance(value, dict):
        inner = [_flat(item, f"{path}.{name}" if path else name) for name, item in value.items()]
    elif isinstance(value, list):
        inner = [_flat(item, f"{path}[{number}]") for number, item in enumerate(value, start=1)]
    else:
        return {path: _written(value)}
    return {name: text for part in inner for name, text in part.items()}


def _written(value: object) -> str:
    if isinstance(value, Decimal):
        return format_quantity(value)
    return day(value) if isinstance(value, date) else shortened(str(value), 80)
