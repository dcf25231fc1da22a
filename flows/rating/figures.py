"""Figures in the words of an invoice's arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from flows.pricing.figures import Figures
from flows.values.currency import minor_units
from flows.values.extension import decimals
from flows.values.money import Money, round_half_up

_PLACES: Final = 6  # decimals that are shown of a number that has no end


def shown(value: Decimal, currency: str) -> str:
    """Write an exact amount without its currency: 60.00, 0.0125; one with more decimals ends in an ellipsis."""
    figures = Figures(minor_units(currency), "")
    if decimals(value) <= 2 * _PLACES:
        return figures.money(value)
    return f"{figures.money(round_half_up(value, _PLACES))}…"


def rounding(exact: Decimal, currency: str) -> tuple[str, ...]:
    """Return the sentence that rounds an exact amount, or nothing where there is nothing to round."""
    amount = Money.rounded(exact, currency).amount
    return () if amount == exact else (f"{shown(exact, currency)} rounded to {shown(amount, currency)}",)
