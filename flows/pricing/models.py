"""The models that price a quantity. Each returns the exact amount and its arithmetic in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flows.pricing.figures import ZERO, Figures, number, percent_of
from flows.pricing.quantity import charged, whole_parts
from flows.pricing.refusals import BelowZero, BeyondLastTier
from flows.terms.price import (
    DynamicPrice,
    GraduatedPercentagePrice,
    GraduatedPrice,
    MeteredPrice,
    PackagePrice,
    PercentTier,
    StandardPrice,
    Tier,
    VolumePrice,
)


@dataclass(frozen=True, slots=True)
class Charge:
    """An exact amount, before any rounding, and the sentences that lead to it."""

    amount: Decimal
    words: list[str]


def charge_quantity(model: MeteredPrice, quantity: Decimal, write: Figures) -> Charge:
    """Price a quantity: transform, free units, then the model. Must run inside EXACT.

    No tier holds a quantity below zero, so tiers charge nothing for it. Raises BeyondLastTier for what lies beyond
    them, and BelowZero for less than no package.
    """
    quantity, write, words = charged(model, quantity, write)
    if isinstance(model, StandardPrice):
        amount = quantity * model.unit_price
        words.append(f"{write.count(quantity)} at {write.money(model.unit_price)} = {write.money(amount)}")
        return Charge(amount, words)
    if isinstance(model, DynamicPrice):
        amount = quantity * model.multiplier
        words.append(f"{write.count(quantity)} × {number(model.multiplier)} = {write.money(amount)}")
        return Charge(amount, words)
    if isinstance(model, PackagePrice):
        return _packages(model, quantity, write, words)
    return _tiers(model, quantity, write, words)


def _packages(model: PackagePrice, quantity: Decimal, write: Figures, words: list[str]) -> Charge:
    if quantity < 0:
        raise BelowZero(write.count(quantity), model.model)
    packages = whole_parts(quantity, model.package_size, model.package_round)
    amount = packages * model.package_price
    named = Figures(write.places, "package").count(packages)
    words.append(
        f"{write.count(quantity)} in packages of {number(model.package_size)}: "
        f"{named} at {write.money(model.package_price)} = {write.money(amount)}"
    )
    return Charge(amount, words)


def _tiers(
    model: GraduatedPrice | VolumePrice | GraduatedPercentagePrice,
    quantity: Decimal,
    write: Figures,
    words: list[str],
) -> Charge:
    if quantity < 0:
        return Charge(ZERO, [*words, f"{write.count(quantity)}, which no tier holds: no charge"])
    if quantity == 0:
        return _nothing_used(model, write, words)
    last = model.tiers[-1].up_to
    if last is not None and quantity > last:
        raise BeyondLastTier(write.count(quantity), last)
    if isinstance(model, VolumePrice):
        return _volume(model, quantity, write, words)
    return _graduated(model, quantity, write, words)


def _nothing_used(
    model: GraduatedPrice | VolumePrice | GraduatedPercentagePrice, write: Figures, words: list[str]
) -> Charge:
    fee = model.tiers[0].flat_fee if model.zero_usage == "charge_first_flat" else ZERO
    due = f"a fee of {write.money(fee)}" if fee else "no charge"
    words.append(f"{write.count(ZERO)}: {due}")
    return Charge(fee, words)


def _volume(model: VolumePrice, quantity: Decimal, write: Figures, words: list[str]) -> Charge:
    tier = next(tier for tier in model.tiers if tier.up_to is None or quantity <= tier.up_to)
    amount, worded = _share(tier, quantity, write.count(quantity), write)
    words.append(worded)
    return Charge(amount, words)


def _graduated(
    model: GraduatedPrice | GraduatedPercentagePrice, quantity: Decimal, write: Figures, words: list[str]
) -> Charge:
    amount, below, parts = ZERO, ZERO, []
    for tier in model.tiers:
        top = quantity if tier.up_to is None else min(quantity, tier.up_to)
        share = top - below
        written = number(share) if isinstance(tier, Tier) else write.money(share)
        charge, worded = _share(tier, share, f"{'next' if below else 'first'} {written}", write)
        amount += charge
        parts.append(worded)
        below = top
        if below == quantity:
            break
    total = write.count(quantity) if isinstance(model, GraduatedPrice) else f"{write.money(quantity)} in all"
    words.append(f"{total}: {'; '.join(parts)}")
    return Charge(amount, words)


def _share(tier: Tier | PercentTier, share: Decimal, named: str, write: Figures) -> tuple[Decimal, str]:
    """Price one tier's share of the quantity, and say so: "first 1 at 10.00 = 10.00 plus a fee of 2.00"."""
    if isinstance(tier, Tier):
        price, rate = share * tier.unit_price, write.money(tier.unit_price)
    else:
        price, rate = percent_of(tier.rate_pct, share), f"{number(tier.rate_pct)}%"
    fee = tier.flat_fee
    if not price:
        return fee, f"{named} for a fee of {write.money(fee)}" if fee else f"{named} free"
    worded = f"{named} at {rate} = {write.money(price)}"
    return price + fee, f"{worded} plus a fee of {write.money(fee)}" if fee else worded
