"""Whether a number from a source can be money, a quantity or a price at all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from flows.contracts.problem import Problem
from flows.values import words
from flows.values.currency import MINOR_UNITS
from flows.values.extension import decimals

LARGEST: Final = Decimal(10) ** 13  # far over any invoice, and whole minor units fit a 64-bit column
MOST_DECIMALS: Final = 12  # of a quantity or a unit price; the payment processor takes no more


def check_number(value: Decimal, field: str, what: str) -> Iterator[Problem]:
    """Yield why `value` cannot be reckoned with: not a number, far too large, or finer than we keep."""
    if not value.is_finite():
        yield Problem("deal.not_a_number", field, f"{what} is {words.number(value)}, which is not a number.")
    elif not value.is_zero() and value.adjusted() >= LARGEST.adjusted():
        yield Problem("deal.too_large", field, f"{what} is {words.number(value)}; that is too large to be right.")
    elif too_fine(value, MOST_DECIMALS):
        text = f"{what} is {words.number(value)}; I keep at most {MOST_DECIMALS} decimals."
        yield Problem("deal.too_precise", field, text)


def check_whole(value: Decimal, field: str, what: str, currency: str) -> Iterator[Problem]:
    """Yield a problem when an amount is finer than the smallest unit of its currency."""
    places = MINOR_UNITS[currency]
    if too_fine(value, places):
        has = "no decimals" if places == 0 else f"{places} decimals"
        text = f"{what} is {words.number(value)}, but {currency} has {has}. Is the currency right?"
        yield Problem("deal.too_precise", field, text)


def too_fine(value: Decimal, places: int) -> bool:
    """Tell whether a finite number has more decimals than `places`, whatever its size."""
    if value.is_zero():
        return False
    if value.adjusted() < -MOST_DECIMALS - 1:  # so small that writing it out would be a waste
        return True
    return decimals(value) > places
