"""One price and a quantity: the exact amount, the rounded one, and the arithmetic in words.

What a period costs is always reckoned from all of its usage, less what was billed before; so the sum of its invoices
does not depend on how the period is cut. The words are what an approver reads under "why this amount": their figures
add up to the exact amount, and the last sentence rounds it where there is anything to round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from flows.pricing.figures import EXACT, ZERO, Figures, number, percent_of
from flows.pricing.models import Charge, charge_quantity
from flows.pricing.percentage import charge_events
from flows.pricing.refusals import CannotPrice
from flows.terms.price import FlatPrice, PercentagePrice, PriceModel, VolumePrice
from flows.values.currency import minor_units
from flows.values.money import Money, round_half_up

_DIGITS = 24  # of a quantity before the point
_LISTED = 6  # buckets that are worded one by one


@dataclass(frozen=True, slots=True)
class Priced:
    """What a line costs: `exact` before rounding, `amount` rounded half away from zero, and how it came to be."""

    exact: Decimal
    amount: Money
    words: tuple[str, ...]


def price(
    model: PriceModel,
    quantity: Decimal,
    currency: str,
    *,
    events: Sequence[Decimal] = (),
    prior_quantity: Decimal = ZERO,
    previously_billed: Decimal | None = None,
    is_final_line: bool = True,
    unit: str = "unit",
) -> Priced:
    """Price what was used since the last invoice of a period, of which `prior_quantity` was billed before.

    A flat price ignores the quantity. A percentage price takes the amounts of all the period's `events` instead of it.
    What was billed is `previously_billed` or, when that is None, what the prior quantity alone cost before the final
    line: without the minimum, and nothing for a volume price. A correction may be negative, and so may the amount.
    `unit` is the name of one unit, for the words.

    Raises BeyondLastTier, BelowZero or CannotPrice for what the price does not cover, UnknownCurrency for the currency.
    """
    write = Figures(minor_units(currency), _named(model, unit))
    if not is_final_line and isinstance(model, VolumePrice):
        return _nothing_yet(currency, write)
    with localcontext(EXACT):
        used = _readable(prior_quantity) + _readable(quantity)
        charge = _limited(model, _charge(model, used, events, write), is_final_line, write)
        if prior_quantity and not isinstance(model, FlatPrice | PercentagePrice):
            charge.words.insert(0, f"{number(prior_quantity)} earlier and {number(quantity)} now = {write.count(used)}")
        if previously_billed is None and prior_quantity:
            previously_billed = _billed_before(model, prior_quantity, write)
    return _priced(charge, previously_billed or ZERO, currency, write)


def price_buckets(
    model: PriceModel,
    buckets: Sequence[Decimal],
    currency: str,
    *,
    previously_billed: Decimal | None = None,
    is_final_line: bool = True,
    unit: str = "unit",
) -> Priced:
    """Price each number on its own, such as the highest use of each hour, and add up the results.

    The quantity's modifiers and the model are applied to each bucket; discount, maximum and minimum to their sum.
    Raises what `price` raises, and CannotPrice for a price that takes no quantity.
    """
    if isinstance(model, FlatPrice | PercentagePrice):
        raise CannotPrice(f"A {model.model} price has no quantity, so there are no buckets to price one by one.")
    write = Figures(minor_units(currency), unit)
    if not is_final_line and isinstance(model, VolumePrice):
        return _nothing_yet(currency, write)
    with localcontext(EXACT):
        charges = [charge_quantity(model, _readable(bucket), write) for bucket in buckets]
        charge = Charge(sum((charge.amount for charge in charges), ZERO), _bucket_words(buckets, charges, write))
        charge = _limited(model, charge, is_final_line, write)
    return _priced(charge, previously_billed or ZERO, currency, write)


def _named(model: PriceModel, unit: str) -> str:
    return "event" if unit == "unit" and isinstance(model, PercentagePrice) else unit


def _readable(quantity: Decimal) -> Decimal:
    if not quantity.is_finite() or quantity.adjusted() >= _DIGITS or len(quantity.as_tuple().digits) > 2 * _DIGITS:
        raise CannotPrice(f"A quantity must be a number of at most {_DIGITS} digits before the point.")
    return quantity


def _nothing_yet(currency: str, write: Figures) -> Priced:
    words = f"a volume price is billed when the period is complete: {write.money(ZERO)} now"
    return Priced(ZERO, Money.zero(currency), (words,))


def _charge(model: PriceModel, quantity: Decimal, events: Sequence[Decimal], write: Figures) -> Charge:
    if isinstance(model, FlatPrice):
        return Charge(model.unit_price, [f"fixed price of {write.money(model.unit_price)}"])
    if isinstance(model, PercentagePrice):
        return charge_events(model, events, write)
    return charge_quantity(model, quantity, write)


def _limited(model: PriceModel, charge: Charge, is_final_line: bool, write: Figures) -> Charge:
    """Take off the discount, then hold the amount to the maximum and, on the final line, raise it to the minimum."""
    amount, words = charge.amount, charge.words
    if model.discount_pct and amount:
        off = percent_of(model.discount_pct, amount)
        words.append(f"less {number(model.discount_pct)}% of {write.money(amount)} = {write.money(off)}")
        amount -= off
    if model.maximum_spend is not None and amount > model.maximum_spend:
        words.append(f"maximum {write.money(model.maximum_spend)} applies instead of {write.money(amount)}")
        amount = model.maximum_spend
    if is_final_line and model.minimum_spend is not None and amount < model.minimum_spend:
        words.append(f"minimum {write.money(model.minimum_spend)} applies instead of {write.money(amount)}")
        amount = model.minimum_spend
    return Charge(amount, words)


def _billed_before(model: PriceModel, prior_quantity: Decimal, write: Figures) -> Decimal:
    if isinstance(model, PercentagePrice):
        raise CannotPrice("A percentage price is reckoned from all events of the period; say what was billed before.")
    if isinstance(model, VolumePrice):
        return ZERO
    return _limited(model, _charge(model, prior_quantity, (), write), False, write).amount


def _bucket_words(buckets: Sequence[Decimal], charges: Sequence[Charge], write: Figures) -> list[str]:
    if len(charges) <= _LISTED:
        return [words for charge in charges for words in charge.words] or ["nothing was measured: no charge"]
    total = write.money(sum((charge.amount for charge in charges), ZERO))
    used = write.count(sum(buckets, ZERO))
    return [f"{len(charges):,} measurements of {used} in all, each priced on its own = {total}"]


def _priced(charge: Charge, billed: Decimal, currency: str, write: Figures) -> Priced:
    """Take off what was billed, and round. What was billed in whole coins is taken off the rounded price of the period.

    Otherwise half a coin could be rounded up on one invoice and away again on the next.
    """
    period, words = Money.rounded(charge.amount, currency), charge.words
    if not billed:
        exact, amount = charge.amount, period
    else:
        words = [*words, f"less {write.money(billed)} already billed"]
        with localcontext(EXACT):
            exact, left = charge.amount - billed, period.amount - billed
        amount = Money.rounded(left if billed == round_half_up(billed, write.places) else exact, currency)
    if amount.amount != exact:
        words = [*words, f"{write.money(exact)} rounded to {write.money(amount.amount)}"]
    return Priced(exact, amount, tuple(words))
