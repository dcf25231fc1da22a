"""What a changed contract adds to its invoices: the lines that put right what was billed, until all are billed. Pure.

Lines that somebody confirmed stay with every later version of the contract. Each invoice that is drafted takes of them
what it can: charges whole, credits as far as its total stays at nothing or above. What is left waits for the next one,
so no cent is lost and no invoice is negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flows.rating import Billed, Facts, RatedLine, taken_back
from flows.values.invoice import InvoiceLine
from flows.values.money import Money, total
from flows.values.periods import Period

AMEND: Final = "amend:"  # begins the key of an entry that bills a change by itself; the contract's version follows

LATE: Final = "late:"  # begins the key of an entry for usage that came after the last invoice; a day follows
APART: Final = (AMEND, LATE)  # entries that no schedule brings, and that planning it again leaves alone


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """One line that puts right what was billed; `path` is its name within the contract, `key` what rating calls it.

    `measured` belongs to the whole line: a part of it that is billed counts none, but for the last.
    """

    path: str  # "amendments[v3][2]"
    key: str
    measured: Decimal
    words: tuple[str, ...]
    line: InvoiceLine

    @property
    def amount(self) -> Money:
        """What is credited (negative) or charged."""
        return self.line.amount


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change that somebody confirmed: from which day on, who, and what puts right what was billed ahead."""

    version: int  # of the contract, which has the change for the first time
    effective: date
    by: str  # Slack user id
    lines: tuple[AdjustmentLine, ...]


def adjustment_lines(version: int, rated: Sequence[RatedLine], sources: Mapping[str, str]) -> Iterator[AdjustmentLine]:
    """Give the lines of a change as they stand on invoices; `sources` are the deal's names of the lines, by id."""
    for number, one in enumerate(rated, start=1):
        source = sources.get(one.subject) or one.provenance.deal_field or one.provenance.terms_path
        line = replace(one.as_invoice_line(1), source=source)
        yield AdjustmentLine(f"amendments[v{version}][{number}]", one.key, one.measured, one.words, line)


def pending(amendments: Sequence[Amendment], billed: Mapping[str, int]) -> tuple[AdjustmentLine, ...]:
    """Return what of the confirmed lines is not on an invoice; `billed` has the minor units that are, by path."""
    return tuple(left for amendment in amendments for line in amendment.lines if (left := _left(line, billed)))


def drawn(waiting: Sequence[AdjustmentLine], room: Money) -> tuple[AdjustmentLine, ...]:
    """Return what of the waiting lines an invoice takes whose own lines come to `room`, never below zero with them."""
    left = room + total((line.amount for line in waiting if line.amount.amount > 0), room.currency)
    taken: list[AdjustmentLine] = []
    for line in waiting:
        if line.amount.amount > 0:
            taken.append(line)
        elif left:
            part = max(line.amount.amount, -left.amount)
            taken.append(line if part == line.amount.amount else _part(line, part, measured=Decimal(0)))
            left = left + Money(part, room.currency)
    return tuple(taken)


def with_pending(facts: Facts, waiting: Sequence[AdjustmentLine]) -> Facts:
    """Return the facts as they are when everything that waits has been billed."""
    billed = dict(facts.billed)
    for one in waiting:
        before = billed.get(one.key)
        quantity, amount = one.measured, one.amount
        if before is not None:
            quantity, amount = quantity + before.quantity, amount + before.amount
        billed[one.key] = Billed(quantity, amount)
    return replace(facts, billed=billed)


def days_taken_back(amendments: Sequence[Amendment]) -> dict[str, Period]:
    """Return by key the days of what the changes took back of what was billed."""
    return {
        one.key: Period(one.line.period_start, one.line.period_end)
        for amendment in amendments
        for one in amendment.lines
        if taken_back(one.key) and one.line.period_start and one.line.period_end
    }


def _left(line: AdjustmentLine, billed: Mapping[str, int]) -> AdjustmentLine | None:
    done = billed.get(line.path, 0)
    if done == line.amount.minor:
        return None
    rest = Money.of_minor(line.amount.minor - done, line.amount.currency)
    return line if not done else _part(line, rest.amount, measured=line.measured)


def _part(line: AdjustmentLine, amount: Decimal, *, measured: Decimal) -> AdjustmentLine:
    """Return a part of a credit, as one of the amount."""
    money = Money(amount, line.amount.currency)
    part = replace(line.line, quantity=Decimal(1), unit_price=money.amount, amount=money)
    return replace(line, measured=measured, line=part, words=(*line.words, f"of it {money} here"))


def as_plain(amendment: Amendment) -> dict[str, Any]:
    """Return an amendment as plain values for JSON."""
    return asdict(amendment)


def from_plain(raw: Mapping[str, Any]) -> Amendment:
    """Read back what `as_plain` gave, after JSON."""
    lines = tuple(_line_from(line) for line in raw["lines"])
    return Amendment(raw["version"], date.fromisoformat(raw["effective"]), raw["by"], lines)


def _line_from(raw: Mapping[str, Any]) -> AdjustmentLine:
    told = raw["line"]
    money = Money(Decimal(told["amount"]["amount"]), told["amount"]["currency"])
    dates = {name: told[name] and date.fromisoformat(told[name]) for name in ("period_start", "period_end")}
    numbers = {name: Decimal(told[name]) for name in ("quantity", "unit_price")}
    pairs = tuple((name, value) for name, value in told["dimensions"])
    line = InvoiceLine(**(told | numbers | dates | {"amount": money, "dimensions": pairs, "filled": ()}))
    return AdjustmentLine(raw["path"], raw["key"], Decimal(raw["measured"]), tuple(raw["words"]), line)
