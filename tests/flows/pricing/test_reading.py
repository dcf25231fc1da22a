"""A price is read from a table of fields; what is wrong is named with what is right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from flows.terms.price import GraduatedPrice, PercentagePrice, StandardPrice, read_price


def refused(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the place and the sentence of everything that is wrong with a price."""
    with pytest.raises(ValidationError) as caught:
        read_price(fields)
    return [
        (".".join(map(str, error["loc"])), error["msg"].removeprefix("Value error, "))
        for error in caught.value.errors()
    ]


def test_figures_are_read_from_text_whole_numbers_and_decimals() -> None:
    for figure in ("2", 2, Decimal(2), " 2 "):
        read = read_price({"model": "standard", "unit_price": figure})
        assert isinstance(read, StandardPrice)
        assert read.unit_price == 2
    read = read_price({"model": "percentage", "rate_pct": "1", "free_events": "3", "free_amount": None})
    assert isinstance(read, PercentagePrice)
    assert read.free_events == 3


def test_a_price_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        StandardPrice(unit_price=Decimal(1)).unit_price = Decimal(2)


def test_the_last_tier_may_be_open_or_closed() -> None:
    for last in ({"up_to": None, "unit_price": 1}, {"unit_price": 1}, {"up_to": 9, "unit_price": 1}):
        read = read_price({"model": "graduated", "tiers": [{"up_to": 5, "unit_price": 2}, last]})
        assert isinstance(read, GraduatedPrice)
        assert len(read.tiers) == 2


@pytest.mark.parametrize(
    ("fields", "place", "sentence"),
    [
        ({"model": "standard", "unit_price": 0.1}, "standard.unit_price", "not be given as a float"),
        ({"model": "standard", "unit_price": "1e3"}, "standard.unit_price", "is not a plain number"),
        ({"model": "standard", "unit_price": "-1"}, "standard.unit_price", "greater than or equal to 0"),
        ({"model": "standard", "unit_price": 1, "colour": 2}, "standard.colour", "not permitted"),
        ({"model": "standard", "unit_price": 1, "discount_pct": 101}, "standard.discount_pct", "equal to 100"),
        (
            {"model": "standard", "unit_price": 1, "transform": {"divide_by": 60}},
            "standard.transform",
            "say how to round",
        ),
        (
            {"model": "standard", "unit_price": 1, "transform": {"divide_by": 0}},
            "standard.transform.divide_by",
            "than 0",
        ),
        ({"model": "flat", "unit_price": 1, "free_units": 1}, "flat.free_units", "not permitted"),
        ({"model": "package", "package_size": 0, "package_price": 1}, "package.package_size", "greater than 0"),
        ({"model": "volume", "tiers": []}, "volume.tiers", "needs 1 to 100 tiers, and there are 0"),
        ({"model": "volume", "tiers": [{"up_to": 5}]}, "volume.tiers.0", "needs a unit_price or a flat_fee"),
        ({"model": "percentage", "rate_pct": 1, "free_events": 1.0}, "percentage.free_events", "whole number"),
        ({"model": "percentage", "rate_pct": -1}, "percentage.rate_pct", "greater than or equal to 0"),
        (
            {"model": "percentage", "rate_pct": 1, "min_per_event": 3, "max_per_event": 2},
            "percentage",
            "min_per_event 3 is above max_per_event 2",
        ),
        (
            {"model": "volume", "tiers": [{"up_to": 5, "unit_price": 1}, {"up_to": 5, "unit_price": 1}]},
            "volume.tiers",
            "tier 2 ends at 5, not above 5 where the one before it ends",
        ),
        (
            {"model": "volume", "tiers": [{"unit_price": 1}, {"up_to": 5, "unit_price": 1}]},
            "volume.tiers",
            "tier 1 has no up_to; only the last tier may be open",
        ),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], place: str, sentence: str) -> None:
    ((where, what),) = refused(fields)
    assert where == place
    assert sentence in what


@pytest.mark.parametrize("divisor", ["1", "1000", "0.5", "1024", "2.5"])
def test_a_divisor_without_an_end_needs_rounding_and_the_others_do_not(divisor: str) -> None:
    read_price({"model": "standard", "unit_price": 1, "transform": {"divide_by": divisor}})
