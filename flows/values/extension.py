"""The extension of a line, as accountants call quantity x price, and how its parts are written."""

from __future__ import annotations

from decimal import Decimal, localcontext

from flows.values.currency import minor_units
from flows.values.deal import Billing, DealLine
from flows.values.money import Money

_EXACT_DIGITS = 60  # 15 digits before and 12 after the point, twice, and room


def exact_product(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Return quantity x price with every digit, however many the surrounding decimal context would keep."""
    with localcontext() as context:
        context.prec = _EXACT_DIGITS
        return quantity * unit_price


def charged_quantity(line: DealLine) -> Decimal | None:
    """Return how many the line charges for: its quantity, or 1 for a flat fee that has none."""
    return Decimal(1) if line.quantity is None and line.billing == Billing.FLAT else line.quantity


def extend(quantity: Decimal, unit_price: Decimal, currency: str) -> Money:
    """Return what a line costs: quantity x price, rounded half away from zero to the currency's minor unit."""
    return Money.rounded(exact_product(quantity, unit_price), currency)


def decimals(number: Decimal) -> int:
    """Return how many decimals a finite number really has: 2 for 1.50 is 1, for 40.00 it is 0."""
    text = format(number, "f")
    return len(text.partition(".")[2].rstrip("0"))


def format_quantity(quantity: Decimal) -> str:
    """Write a quantity with thousands separated and no idle zeros: 1500.50 is 1,500.5."""
    return f"{quantity:,.{decimals(quantity)}f}"


def format_price(price: Decimal, currency: str) -> str:
    """Write a unit price with all the currency's decimals and, when it is finer, its own: 60.00, 0.0125."""
    return f"{price:,.{max(decimals(price), minor_units(currency))}f}"
