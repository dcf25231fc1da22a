"""From a price model and a quantity to an amount, to the cent, with the arithmetic in words. Pure."""

from flows.pricing.line import Priced, price, price_buckets
from flows.pricing.refusals import BelowZero, BeyondLastTier, CannotPrice
from flows.pricing.totals import Discounted, Taxes, amount_off, percent_off, subtotal, taxes, true_up

__all__ = [
    "BelowZero",
    "BeyondLastTier",
    "CannotPrice",
    "Discounted",
    "Priced",
    "Taxes",
    "amount_off",
    "percent_off",
    "price",
    "price_buckets",
    "subtotal",
    "taxes",
    "true_up",
]
