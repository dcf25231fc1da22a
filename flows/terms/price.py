"""The price of one line of a contract: which model, its figures, and what limits the amount.

Amounts are in the currency of the contract and may be finer than its smallest coin; quantities may be fractional.
`flows.pricing.price` turns a price and a quantity into an amount. What a field means stands at it; a price that says
something else than the models here is refused when the terms are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, model_validator

from flows.terms.fields import Amount, Exact, Frozen, Quantity

Discount = Annotated[Exact, Field(ge=0, le=100)]
"""A percentage taken off: 0 to 100."""
Rate = Annotated[Exact, Field(ge=0, le=1000)]
"""A percentage of an amount: 2.9 is 2.9 %."""
Size = Annotated[Exact, Field(gt=0)]
MAX_TIERS: Final = 100
Rounding = Literal["up", "down", "nearest"]
ZeroUsage = Literal["charge_first_flat", "no_charge"]


def _whole(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError("must be a whole number, such as 3")
    return value


Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1_000_000_000)]


class Transform(Frozen):
    """Usage is counted in one unit and priced in another: seconds in minutes, tokens in thousands.

    `round` is what happens to a broken number of the priced units; "nearest" takes a half away from zero. Without it
    the broken number is priced, which only a divisor allows that divides every quantity exactly.
    """

    divide_by: Size
    round: Rounding | None = None

    @model_validator(mode="after")
    def _divides_exactly(self) -> Self:
        if self.round is None and not _ends(self.divide_by):
            raise ValueError(
                f"divide_by {self.divide_by:f} leaves endless decimals; say how to round: up, down or nearest"
            )
        return self


def _ends(divisor: Decimal) -> bool:
    """Tell whether every number divided by this one has an end: only 2 and 5 are in it."""
    rest = divisor.as_integer_ratio()[0]
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1


class _Limited(Frozen):
    """What is done to the amount of every model, in this order."""

    discount_pct: Discount = Decimal(0)
    maximum_spend: Amount | None = None
    """The most that a period costs, after the discount."""
    minimum_spend: Amount | None = None
    """The least that a period costs, billed on its last line; it wins over a lower maximum."""


class _Metered(_Limited):
    """What is done to the quantity of the models that have one, in this order, before it is priced."""

    transform: Transform | None = None
    usage_discount: Quantity = Decimal(0)
    """Units of the period that are not charged; like `free_units`, counted after the transform."""
    free_units: Quantity = Decimal(0)


class FlatPrice(_Limited):
    """One amount a period, whatever was used."""

    model: Literal["flat"] = "flat"
    unit_price: Amount


class StandardPrice(_Metered):
    """The same price for every unit."""

    model: Literal["standard"] = "standard"
    unit_price: Amount


class DynamicPrice(_Metered):
    """The quantity is an amount already, such as what a carrier charged; it is passed on with a factor."""

    model: Literal["dynamic"] = "dynamic"
    multiplier: Amount = Decimal(1)


class PackagePrice(_Metered):
    """Units are sold in packages; a package that was opened is charged whole, or (`down`) not at all."""

    model: Literal["package"] = "package"
    package_size: Size
    package_price: Amount
    package_round: Literal["up", "down"] = "up"


class _Step(Frozen):
    up_to: Size | None = None
    """The last quantity of the tier, inclusive; None leaves the last tier open."""
    flat_fee: Amount = Decimal(0)
    """Charged once when the tier is used."""


class Tier(_Step):
    """The units above the tier before, up to `up_to`."""

    unit_price: Amount = Decimal(0)

    @model_validator(mode="after")
    def _is_priced(self) -> Self:
        if not self.model_fields_set & {"unit_price", "flat_fee"}:
            raise ValueError("needs a unit_price or a flat_fee; write unit_price: 0 for a tier that is free")
        return self


class PercentTier(_Step):
    """The share of an amount above the tier before, up to `up_to`."""

    rate_pct: Rate


Steps = TypeVar("Steps", bound=Sequence[_Step])


def _ascending(tiers: Steps) -> Steps:
    """Refuse tiers that overlap, stand in the wrong order or go on after an open one."""
    if not 1 <= len(tiers) <= MAX_TIERS:
        raise ValueError(f"needs 1 to {MAX_TIERS} tiers, and there are {len(tiers)}")
    before = Decimal(0)
    for number, tier in enumerate(tiers, start=1):
        if tier.up_to is None:
            if number < len(tiers):
                raise ValueError(f"tier {number} has no up_to; only the last tier may be open")
        elif tier.up_to <= before:
            raise ValueError(
                f"tier {number} ends at {tier.up_to:f}, not above {before:f} where the one before it ends; "
                "write the tiers from the lowest to the highest"
            )
        else:
            before = tier.up_to
    return tiers


Tiers = Annotated[tuple[Tier, ...], AfterValidator(_ascending)]
PercentTiers = Annotated[tuple[PercentTier, ...], AfterValidator(_ascending)]


class _Tiered(_Metered):
    zero_usage: ZeroUsage = "charge_first_flat"
    """Whether the first tier's flat fee is due when nothing was used."""


class GraduatedPrice(_Tiered):
    """Every tier that is reached charges its own share of the units, and its flat fee once."""

    model: Literal["graduated"] = "graduated"
    tiers: Tiers


class VolumePrice(_Tiered):
    """The tier that holds the whole quantity prices all of it; billed at the end of the period only."""

    model: Literal["volume"] = "volume"
    tiers: Tiers


class GraduatedPercentagePrice(_Tiered):
    """The quantity is an amount; every tier that is reached charges a percentage of its own share of it."""

    model: Literal["graduated_percentage"] = "graduated_percentage"
    tiers: PercentTiers


class PercentagePrice(_Limited):
    """A percentage of each event's amount and a fixed fee for each: payments taken, transfers made.

    An event is free while its number is at most `free_events` and while `free_amount` lasts, where they are given; the
    event that crosses the free amount is free in part. A wholly free event costs nothing at all.
    """

    model: Literal["percentage"] = "percentage"
    rate_pct: Rate
    fixed_per_event: Amount = Decimal(0)
    free_events: Count | None = None
    free_amount: Amount | None = None
    min_per_event: Amount | None = None
    max_per_event: Amount | None = None

    @model_validator(mode="after")
    def _limits_in_order(self) -> Self:
        low, high = self.min_per_event, self.max_per_event
        if low is not None and high is not None and low > high:
            raise ValueError(f"min_per_event {low:f} is above max_per_event {high:f}; one of them is wrong")
        return self


MeteredPrice = StandardPrice | DynamicPrice | PackagePrice | GraduatedPrice | VolumePrice | GraduatedPercentagePrice
PriceModel = Annotated[FlatPrice | PercentagePrice | MeteredPrice, Field(discriminator="model")]

_PRICE: Final[TypeAdapter[PriceModel]] = TypeAdapter(PriceModel)


def read_price(raw: object) -> PriceModel:
    """Return the price that a table of fields describes.

    Raises pydantic.ValidationError, which names every field that is wrong and what is right.
    """
    return _PRICE.validate_python(raw)
