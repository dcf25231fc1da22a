"""What is reckoned from amounts rather than quantities: subtotal, tax, discount, and the true-up of a commitment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from flows.pricing.figures import EXACT, ZERO, percent_of
from flows.pricing.refusals import CannotPrice
from flows.values.money import Money, total


@dataclass(frozen=True, slots=True)
class Taxes:
    """One tax a rate, in the order of the rates, and what they come to together."""

    taxes: tuple[Money, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class Discounted:
    """What is taken off a price and what is left; `final` may be finer than a coin, as prices are."""

    discount: Money
    final: Decimal


def subtotal(line_amounts: Iterable[Decimal], currency: str) -> Money:
    """Return the sum of the lines, each of them rounded first, as they stand on the invoice."""
    return total((Money.rounded(amount, currency) for amount in line_amounts), currency)


def taxes(taxable: Decimal, rates_pct: Sequence[Decimal], currency: str, *, discount: Decimal = ZERO) -> Taxes:
    """Return the tax of each rate on the taxable amount less the discount; each rate is rounded on its own."""
    with localcontext(EXACT):
        exact = [percent_of(rate, taxable - discount) for rate in rates_pct]
    each = tuple(Money.rounded(tax, currency) for tax in exact)
    return Taxes(each, total(each, currency))


def percent_off(price: Decimal, percent: Decimal, currency: str) -> Discounted:
    """Take a percentage off a price; the discount is rounded, and never more than the price.

    Raises CannotPrice for a price below zero: there is nothing to take off.
    """
    with localcontext(EXACT):
        off = percent_of(percent, price)
    return _taken_off(price, off, currency)


def amount_off(price: Decimal, amount: Decimal, currency: str) -> Discounted:
    """Take an amount off a price, and never more than the price.

    Raises CannotPrice for a price below zero: there is nothing to take off.
    """
    return _taken_off(price, amount, currency)


def _taken_off(price: Decimal, off: Decimal, currency: str) -> Discounted:
    if price < 0:
        raise CannotPrice(f"Nothing can be taken off a price of {price:,f}.")
    discount = Money.rounded(min(off, price), currency)
    with localcontext(EXACT):
        return Discounted(discount, max(ZERO, price - discount.amount))


def true_up(commitment: Decimal, billed_amounts: Iterable[Decimal], currency: str) -> Money:
    """Return what is still owed of a minimum commitment: nothing when more was billed.

    The amounts billed are added first and their sum is rounded.
    """
    with localcontext(EXACT):
        billed = sum(billed_amounts, ZERO)
    rounded = Money.rounded(billed, currency).amount
    with localcontext(EXACT):
        left = max(ZERO, commitment - rounded)
    return Money.rounded(left, currency)
