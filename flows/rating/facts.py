"""What rating has to know beside the terms: what was used, and what was billed so far. Frozen values, no table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from flows.errors import UserError
from flows.values.money import Money, total
from flows.values.periods import Period
from flows.values.words import day

if TYPE_CHECKING:
    from flows.rating.rated import RatedLine


class Usage(Protocol):
    """What one meter came to in one period; `flows.usage.UsageTotal` is one."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def amounts(self) -> Collection[Decimal]: ...  # each event's quantity by time, for prices that need them
    @property
    def sources(self) -> Iterable[object]: ...  # where the events stand; written with str()


class UsageMissing(UserError):
    """A metered line cannot be rated because nobody said what was used; nothing used is a total of 0."""

    code = "rating.usage_missing"

    def __init__(self, meter: str, period: Period) -> None:
        self.meter, self.period = meter, period
        super().__init__(
            f"There is no total of {meter} for {day(period.start)} to {day(period.end)}; add up its usage."
        )


@dataclass(frozen=True, slots=True)
class Billed:
    """What one key came to on all invoices so far: the quantity that was measured or agreed, and the money."""

    quantity: Decimal
    amount: Money


@dataclass(frozen=True, slots=True)
class Facts:
    """Usage by meter and period, and by line key what was billed on the invoices before, in their order.

    An earlier period whose usage is not given is left as it was billed. `credited` is what credit memos gave back, with
    the sign of the line: it stays billed, or cumulative prices would bill it again, but is not given back twice. What
    they gave back because usage was corrected is billed no more; windows of those keys (`reopened`) are priced again
    also where the quantity is as it was billed. `days` are those of what was taken back, by its key.
    """

    usage: Mapping[tuple[str, Period], Usage] = field(default_factory=dict)
    billed: Mapping[str, Billed] = field(default_factory=dict)
    credited: Mapping[str, Money] = field(default_factory=dict)
    reopened: frozenset[str] = frozenset()
    days: Mapping[str, Period] = field(default_factory=dict)

    def after(self, lines: Iterable[RatedLine]) -> Facts:
        """Return the facts as they are when an invoice with these lines has been billed as well."""
        billed = dict(self.billed)
        for line in lines:
            before = billed.get(line.key)
            quantity, amount = line.measured, line.amount
            billed[line.key] = (
                Billed(before.quantity + quantity, before.amount + amount) if before else Billed(quantity, amount)
            )
        return replace(self, billed=billed)

    def used(self, meter: str, period: Period) -> Usage:
        """Return what a meter came to. Raises UsageMissing."""
        try:
            return self.usage[meter, period]
        except KeyError:
            raise UsageMissing(meter, period) from None

    def billed_for(self, subjects: Collection[str], within: Period, currency: str) -> Money:
        """Return what was billed for these lines, discounts taken off, for service that begins within some days."""
        return total((found.amount for key, found in self.billed.items() if is_for(key, subjects, within)), currency)


def key_of(subject: str, on: date, part: str = "") -> str:
    """Return the key of a line: what is charged, which part of it, and from which day on: seats/trial@2026-01-15."""
    return f"{subject}/{part}@{on}" if part else f"{subject}@{on}"


def is_for(key: str, subjects: Collection[str], within: Period) -> bool:
    """Tell whether a key is of one of the subjects, and begins within some days."""
    name, _, on = key.rpartition("@")
    return name.partition("/")[0] in subjects and date.fromisoformat(on) in within
