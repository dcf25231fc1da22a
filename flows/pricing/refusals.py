"""What cannot be priced, and why. A quantity that a price does not cover is refused, never approximated."""

from __future__ import annotations

from decimal import Decimal

from flows.errors import UserError


class CannotPrice(UserError):
    """The price does not say what this usage costs; the sentence tells what is missing."""

    code = "pricing.cannot_price"


class BeyondLastTier(CannotPrice):
    """More was used than the tiers cover, and the last one is closed."""

    code = "pricing.beyond_last_tier"

    def __init__(self, used: str, limit: Decimal) -> None:
        self.limit = limit
        super().__init__(
            f"The tiers of this price end at {limit:,f}, and there are {used}. "
            "Add a tier for them, or leave the last tier open (up_to: null)."
        )


class BelowZero(CannotPrice):
    """A period comes to less than nothing, which only a price per unit can credit."""

    code = "pricing.below_zero"

    def __init__(self, used: str, model: str) -> None:
        self.model = model
        super().__init__(
            f"The period comes to {used}, and a {model} price starts at 0. "
            "Check the corrections, or price them with the period in which the usage was billed."
        )
