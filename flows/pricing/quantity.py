"""What is done to a quantity before it is priced: counted in another unit, then less what is not charged."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from flows.pricing.figures import ZERO, Figures, number
from flows.terms.price import MeteredPrice, Transform

_ROUNDED: Final = {"up": " rounded up", "down": " rounded down", "nearest": " rounded", None: ""}


def charged(model: MeteredPrice, quantity: Decimal, write: Figures) -> tuple[Decimal, Figures, list[str]]:
    """Return the quantity to price, who writes it from here on, and the arithmetic that led to it."""
    words = []
    if model.transform is not None:
        blocks = transformed(model.transform, quantity)
        rounding = _ROUNDED[model.transform.round]
        counted = Figures(write.places, "block")
        divisor = number(model.transform.divide_by)
        words.append(f"{write.count(quantity)} / {divisor}{rounding} = {counted.count(blocks)}")
        quantity, write = blocks, counted
    for free, why in ((model.usage_discount, "discounted"), (model.free_units, "free")):
        if free:
            words.append(_less(quantity, free, why, write))
            quantity = max(ZERO, quantity - free)
    return quantity, write, words


def transformed(transform: Transform, quantity: Decimal) -> Decimal:
    """Return the quantity in the units that are priced; a quantity below zero is rounded like the same above it."""
    if transform.round is None:
        return quantity / transform.divide_by
    return whole_parts(quantity, transform.divide_by, transform.round)


def whole_parts(quantity: Decimal, size: Decimal, rounding: str) -> Decimal:
    """Return how many parts of `size` there are, rounded on the magnitude: -1.5 is -2 when rounded up or to nearest."""
    parts, rest = divmod(abs(quantity), size)
    if rest and (rounding == "up" or (rounding == "nearest" and rest + rest >= size)):
        parts += 1
    return parts if quantity >= 0 else ZERO - parts


def _less(quantity: Decimal, free: Decimal, why: str, write: Figures) -> str:
    if quantity <= free:
        return f"{write.count(quantity)}, all within {number(free)} {why}"
    return f"{write.count(quantity)} less {number(free)} {why} = {number(quantity - free)}"
