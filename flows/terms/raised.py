"""A price after it was raised: by an escalator, by an uplift on renewal, or by a ramp that names a new one."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any, Final

from flows.terms.lines import Escalator
from flows.terms.price import PriceModel, Tier
from flows.values.money import round_half_up

_DIGITS: Final = 60
_EACH: Final = ("fixed_per_event", "min_per_event", "max_per_event")
_MONEY: Final = ("unit_price", "package_price", "maximum_spend", "minimum_spend", *_EACH)


def raised(price: PriceModel, factor: Decimal, unit_price: Decimal | None, escalator: Escalator | None) -> PriceModel:
    """Return the price with every amount in it multiplied by `factor`; `unit_price` replaces that of the model first.

    A percentage stays what it is. A unit price is rounded when the escalator says to how many decimals.
    """
    changes: dict[str, Any] = {} if unit_price is None else {"unit_price": unit_price}
    if factor != 1:
        with localcontext() as context:
            context.prec = _DIGITS
            changes = _multiplied(price.model_copy(update=changes), factor)
        if escalator is not None and escalator.round_to is not None and "unit_price" in changes:
            changes["unit_price"] = round_half_up(changes["unit_price"], escalator.round_to)
    return price.model_copy(update=changes) if changes else price


def _multiplied(price: PriceModel, factor: Decimal) -> dict[str, Any]:
    changes: dict[str, Any] = {
        name: value * factor for name in _MONEY if isinstance(value := getattr(price, name, None), Decimal)
    }
    tiers = getattr(price, "tiers", ())
    if tiers and isinstance(tiers[0], Tier):
        changes["tiers"] = tuple(
            tier.model_copy(update={"unit_price": tier.unit_price * factor, "flat_fee": tier.flat_fee * factor})
            for tier in tiers
        )
    return changes
