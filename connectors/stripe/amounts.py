"""Stripe's integer amounts. They mostly count the ISO minor unit, with exceptions that cost money when missed.

MGA is counted whole although ISO 4217 gives it two decimals; ISK and UGX are counted in hundredths although they have
none; of the currencies with three decimals Stripe takes only amounts whose last digit is 0.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from flows.errors import Rejected
from flows.values.currency import minor_units
from flows.values.money import Money, format_amount

_STRIPE_PLACES: Final = {"MGA": 0, "ISK": 2, "UGX": 2}


def to_stripe(money: Money) -> int:
    """Return the integer that Stripe counts `money` in. Raises Rejected for an amount that Stripe cannot hold."""
    counted = money.amount.scaleb(_places(money.currency))
    if counted != int(counted) or (_places(money.currency) == 3 and int(counted) % 10):
        step = format_step(money.currency)
        raise Rejected("Stripe", f"it counts {money.currency} in steps of {step}, so {money} cannot be invoiced there.")
    return int(counted)


def from_stripe(amount: int, currency: str) -> Money:
    """Return the money that Stripe's integer stands for. `currency` is Stripe's code, in lower case."""
    code = currency.upper()
    return Money(Decimal(amount).scaleb(-_places(code)), code)


def format_step(currency: str) -> str:
    """Write the smallest step that Stripe takes of a currency: 0.010 for KWD, 1 for MGA."""
    step = Decimal(10).scaleb(-3) if _places(currency) == 3 else Decimal(1).scaleb(-_places(currency))
    return f"{step:f}" if step == 1 else format_amount(step, currency)


def _places(currency: str) -> int:
    return _STRIPE_PLACES.get(currency, minor_units(currency))
