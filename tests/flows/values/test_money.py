"""Money adds up exactly, rounds half away from zero, and never mixes currencies."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import CurrencyMismatch, NotWholeMinorUnits, UnknownCurrency
from flows.values.currency import MINOR_UNITS
from flows.values.extension import extend, format_price, format_quantity
from flows.values.money import Money, format_money, total
from tests.places import SHARED

CODES = st.sampled_from(["USD", "EUR", "JPY", "KWD"])
MINORS = st.integers(-(10**18), 10**18)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Money, Money, Money]:
    code = draw(CODES)
    return Money.of_minor(draw(MINORS), code), Money.of_minor(draw(MINORS), code), Money.of_minor(draw(MINORS), code)


@pytest.mark.parametrize(
    ("value", "currency", "rounded"),
    [
        ("10.225", "USD", "10.23"),  # binary floats hold 10.2249999…
        ("-10.225", "USD", "-10.23"),  # away from zero, not towards plus infinity
        ("10.224999999999999999999999999", "USD", "10.22"),
        ("0.5", "JPY", "1"),
        ("-0.5", "JPY", "-1"),
        ("2.5", "JPY", "3"),  # a half to the even digit would give 2
        ("1.0005", "KWD", "1.001"),
        ("-0.001", "USD", "0.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero(value: str, currency: str, rounded: str) -> None:
    assert str(Money.rounded(Decimal(value), currency).amount) == rounded


def cases(family: str) -> list[Any]:
    path = SHARED / "vectors" / "pricing" / "money.json"
    found = json.loads(path.read_text()) if path.exists() else []
    return [vector for vector in found if vector["family"] == family]


@pytest.mark.needs_shared
def test_published_roundings() -> None:
    vectors = cases("rounding")
    assert len(vectors) >= 9
    for vector in vectors:
        given_ = vector["input"]
        answer = Money.rounded(Decimal(given_["amount"]), given_["currency"])
        assert str(answer.amount) == vector["expected"]["amount"], vector["id"]


@pytest.mark.needs_shared
def test_published_subtotals_round_each_line_then_add() -> None:
    vectors = cases("subtotal")
    assert len(vectors) >= 2
    for vector in vectors:
        code = vector["input"]["currency"]
        lines = [Money.rounded(Decimal(amount), code) for amount in vector["input"]["line_amounts"]]
        assert str(total(lines, code).amount) == vector["expected"]["amount"], vector["id"]


@given(pairs())
def test_addition_is_associative_commutative_and_undone_by_subtraction(three: tuple[Money, Money, Money]) -> None:
    a, b, c = three
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a + b) - b == a
    assert a - a == Money.zero(a.currency)
    assert a + (-a) == Money.zero(a.currency)


@given(pairs())
def test_order_agrees_with_subtraction(three: tuple[Money, Money, Money]) -> None:
    a, b, _ = three
    assert (a < b) == ((a - b).amount < 0)
    assert (a <= b) == (a < b or a == b)
    assert bool(a) == (a.minor != 0)


@given(MINORS, st.sampled_from(sorted(MINOR_UNITS)))
def test_minor_units_survive_the_table(minor: int, code: str) -> None:
    assert Money.of_minor(minor, code).minor == minor


def test_currencies_never_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(Decimal(1), "USD") + Money(Decimal(1), "EUR")
    with pytest.raises(CurrencyMismatch):
        total([Money(Decimal(1), "EUR")], "USD")


@pytest.mark.parametrize(("amount", "code"), [("1.005", "USD"), ("0.5", "JPY"), ("0.0001", "KWD"), ("NaN", "USD")])
def test_money_finer_than_its_coin_is_refused(amount: str, code: str) -> None:
    with pytest.raises(NotWholeMinorUnits):
        Money(Decimal(amount), code)


@pytest.mark.parametrize("code", ["usd", "", "XXX", "US", "USDT", "XAU"])
def test_only_iso_codes_are_money(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        Money(Decimal(1), code)


@pytest.mark.parametrize(
    ("quantity", "price", "code", "amount"),
    [
        ("40", "60.00", "USD", "2400.00"),
        ("3", "0.335", "USD", "1.01"),  # 1.005
        ("12.5", "0.0125", "USD", "0.16"),  # 0.15625
        ("2.5", "333", "JPY", "833"),  # 832.5
        ("3", "0.0005", "KWD", "0.002"),  # 0.0015
        ("1000000000.999999999999", "0.005", "USD", "5000000.00"),  # 5,000,000.004999999999995, just under the half
        (
            "999999999999.999999999999",
            "9.999999999999",
            "USD",
            "9999999999999.00",
        ),  # 9,999,999,999,998.999999999989999…
    ],
)
def test_an_extension_is_exact_before_it_is_rounded(quantity: str, price: str, code: str, amount: str) -> None:
    assert str(extend(Decimal(quantity), Decimal(price), code).amount) == amount


def test_figures_are_written_in_full() -> None:
    assert format_money(Money(Decimal(12400), "EUR")) == "EUR 12,400.00"
    assert format_money(Money(Decimal(12400), "JPY")) == "JPY 12,400"
    assert format_money(Money(Decimal("-1.5"), "KWD")) == "KWD -1.500"
    assert format_quantity(Decimal("1500.50")) == "1,500.5"
    assert format_quantity(Decimal("1E+3")) == "1,000"
    assert format_price(Decimal(60), "USD") == "60.00"
    assert format_price(Decimal("0.01250"), "USD") == "0.0125"
    assert format_price(Decimal("60.0"), "JPY") == "60"
