"""Exact arithmetic, and how its figures are written: every digit that counts, so that a reader can add them up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Final

ZERO: Final = Decimal(0)
EXACT: Final = Context(prec=200, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""The context of all pricing: a result that would lose a digit raises decimal.Inexact instead."""


def percent_of(rate: Decimal, amount: Decimal) -> Decimal:
    """Return rate percent of an amount, exactly: 2.9 of 100 is 2.9. To be called inside EXACT."""
    return (rate * amount).scaleb(-2)


def number(value: Decimal) -> str:
    """Write a number with thousands separated and no idle zeros: 1500.50 is 1,500.5."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plural(word: str) -> str:
    """Write the name of a unit for more than one of it: calls, entries, boxes; GB and hours stay."""
    if not word or word.isupper() or word.endswith("s") or not word[-1].isalpha():
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("x", "ch", "sh")) else f"{word}s"


@dataclass(frozen=True, slots=True)
class Figures:
    """Writes the figures of one line: money with the `places` of its currency, quantities with the name of the unit."""

    places: int
    unit: str

    def money(self, value: Decimal) -> str:
        """Write an amount with all the currency's decimals and, when it is finer, its own: 60.00, 0.0125."""
        whole, _, cents = f"{value:,f}".partition(".")
        cents = cents.rstrip("0").ljust(self.places, "0")
        return f"{whole}.{cents}" if cents else whole

    def count(self, quantity: Decimal) -> str:
        """Write a quantity with its unit: 1 call, 1,200 calls."""
        return f"{number(quantity)} {self.unit if quantity == 1 else plural(self.unit)}"
