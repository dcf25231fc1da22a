"""Strategies: prices of every model with every modifier, and quantities for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from flows.terms.price import PercentagePrice, PriceModel, read_price

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])


def exact(low: str, high: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    """Give numbers from low to high, whole ones and ones with up to `places` decimals."""
    whole = st.integers(int(Decimal(low)), int(Decimal(high))).map(Decimal)
    coins = st.integers(int(Decimal(low) * 10**places), int(Decimal(high) * 10**places))
    return whole | coins.map(lambda number: Decimal(number).scaleb(-places))


QUANTITIES = exact("0", "3000", 3)
AMOUNTS = exact("0", "500")
SIZES = exact("1", "200", 2)
CUTS = st.lists(QUANTITIES, min_size=1, max_size=5)


def or_nothing(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def tiers(draw: st.DrawFn, price: dict[str, st.SearchStrategy[Any]]) -> list[dict[str, Any]]:
    ends = sorted(draw(st.lists(exact("1", "2000", 1), max_size=4, unique=True)))
    return [{"up_to": end, **draw(st.fixed_dictionaries(price))} for end in [*ends, None]]


FEES = st.just(Decimal(0)) | AMOUNTS
TIERS = tiers({"unit_price": FEES, "flat_fee": FEES})
PERCENT_TIERS = tiers({"rate_pct": exact("0", "100", 2), "flat_fee": FEES})
LIMITS = {"discount_pct": exact("0", "100", 2), "maximum_spend": AMOUNTS, "minimum_spend": AMOUNTS}
TRANSFORMS = st.fixed_dictionaries({"divide_by": SIZES, "round": st.sampled_from(["up", "down", "nearest"])})
METERED = LIMITS | {"transform": TRANSFORMS, "usage_discount": QUANTITIES, "free_units": QUANTITIES}
ZERO_USAGE = st.sampled_from(["charge_first_flat", "no_charge"])


def of(model: str, modifiers: dict[str, Any] = METERED, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give prices of one model, each with some of the modifiers."""
    return st.fixed_dictionaries({"model": st.just(model), **fields}, optional=modifiers).map(read_price)


TIERED: st.SearchStrategy[PriceModel] = st.one_of(
    of("graduated", tiers=TIERS, zero_usage=ZERO_USAGE),
    of("volume", tiers=TIERS, zero_usage=ZERO_USAGE),
    of("graduated_percentage", tiers=PERCENT_TIERS, zero_usage=ZERO_USAGE),
)
METERED_PRICES: st.SearchStrategy[PriceModel] = st.one_of(
    of("standard", unit_price=AMOUNTS),
    of("dynamic", multiplier=exact("0", "3")),
    of(
        "package",
        package_size=SIZES,
        package_price=AMOUNTS,
        package_round=st.sampled_from(["up", "down"]),
    ),
    TIERED,
)
PERCENTAGES: st.SearchStrategy[PercentagePrice] = of(
    "percentage",
    LIMITS,
    rate_pct=exact("0", "10", 2),
    fixed_per_event=FEES,
    free_events=or_nothing(st.integers(0, 5)),
    free_amount=or_nothing(AMOUNTS),
    min_per_event=or_nothing(exact("0", "3")),
    max_per_event=or_nothing(exact("3", "20")),
)
FLAT: st.SearchStrategy[PriceModel] = of("flat", LIMITS, unit_price=AMOUNTS)
EVENTS = st.lists(exact("0", "400", 2), max_size=8)
