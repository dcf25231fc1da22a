"""Parts of a total add up to it, and none of them is a surprise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.schedule import Remainder, ScheduleError, split_by_percents, split_equally
from flows.values.money import Money, total
from tests.flows.schedule.strategies import percents
from tests.thorough import thorough

MONEY = st.builds(Money.of_minor, st.integers(-(10**12), 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
PLACES = st.sampled_from(Remainder)


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


@thorough
@given(MONEY, st.integers(1, 60), PLACES)
@example(Money.of_minor(5, "JPY"), 10, Remainder.LAST)
def test_equal_parts_add_up_to_the_total(whole: Money, parts: int, remainder: Remainder) -> None:
    amounts = split_equally(whole, parts, remainder)
    assert len(amounts) == parts
    assert total(amounts, whole.currency) == whole
    assert all(part.minor * whole.minor >= 0 for part in amounts)
    others = amounts[1:] if remainder is Remainder.FIRST else amounts[:-1]
    assert len(set(others)) <= 1


@thorough
@given(MONEY, percents(), PLACES)
def test_percentages_add_up_to_the_total(whole: Money, shares: list[Decimal], remainder: Remainder) -> None:
    amounts = split_by_percents(whole, shares, remainder)
    assert len(amounts) == len(shares)
    assert total(amounts, whole.currency) == whole
    assert all(part.minor * whole.minor >= 0 for part in amounts)


@pytest.mark.parametrize(
    ("whole", "parts", "remainder", "amounts"),
    [
        ("100.00", 3, Remainder.LAST, ["33.33", "33.33", "33.34"]),
        ("100.00", 3, Remainder.FIRST, ["33.34", "33.33", "33.33"]),
        ("200.00", 3, Remainder.LAST, ["66.67", "66.67", "66.66"]),
        ("0.01", 3, Remainder.FIRST, ["0.01", "0.00", "0.00"]),
        ("0.05", 10, Remainder.LAST, ["0.00"] * 9 + ["0.05"]),  # rounded up, the last would be -0.04
        ("-100.00", 3, Remainder.LAST, ["-33.33", "-33.33", "-33.34"]),
        ("12.34", 1, Remainder.LAST, ["12.34"]),
    ],
)
def test_equal_parts(whole: str, parts: int, remainder: Remainder, amounts: list[str]) -> None:
    assert split_equally(usd(whole), parts, remainder) == tuple(map(usd, amounts))


def test_the_first_part_may_take_what_rounding_leaves() -> None:
    shares = [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert split_by_percents(usd("0.10"), shares, Remainder.FIRST) == (usd("0.04"), usd("0.03"), usd("0.03"))


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        (["50", "49.99"], "The parts add up to 99.99 %, and must add up to 100 %."),
        (["150", "-50"], "A part of a total cannot be a negative percentage."),
        ([], "The parts add up to 0 %, and must add up to 100 %."),
    ],
)
def test_parts_that_make_no_whole_are_refused(shares: list[str], sentence: str) -> None:
    with pytest.raises(ScheduleError) as refusal:
        split_by_percents(usd("10"), [Decimal(share) for share in shares])
    assert str(refusal.value) == sentence


def test_no_parts_at_all_are_refused() -> None:
    with pytest.raises(ScheduleError, match="cannot be split in 0 parts"):
        split_equally(usd("10"), 0)
