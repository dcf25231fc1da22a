"""Sums of amounts, reckoned by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flows.pricing import CannotPrice, amount_off, percent_off, subtotal, taxes, true_up
from flows.values.money import Money


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def test_a_subtotal_rounds_each_line_first() -> None:
    assert subtotal([Decimal("0.005")] * 3, "USD") == usd("0.03")
    assert subtotal([Decimal("-0.005"), Decimal("0.004")], "USD") == usd("-0.01")
    assert subtotal([], "USD") == usd("0")


def test_each_tax_is_rounded_on_its_own() -> None:
    due = taxes(Decimal("10.50"), [Decimal(5), Decimal(5)], "USD", discount=Decimal("0.40"))
    assert due.taxes == (usd("0.51"), usd("0.51"))
    assert due.total == usd("1.02")
    assert taxes(Decimal("-10.10"), [Decimal(5)], "USD").total == usd("-0.51")


def test_a_discount_is_never_above_the_price() -> None:
    assert percent_off(Decimal("0.15"), Decimal(50), "USD").discount == usd("0.08")
    assert amount_off(Decimal(10), Decimal(15), "USD").discount == usd("10")
    fine = amount_off(Decimal("9.999"), Decimal(15), "USD")
    assert fine.discount == usd("10.00")
    assert fine.final == 0
    with pytest.raises(CannotPrice, match=r"off a price of -1\.00"):
        amount_off(Decimal("-1.00"), Decimal(1), "USD")


def test_a_true_up_is_what_is_left_of_the_commitment() -> None:
    assert true_up(Decimal(100), [Decimal("33.333"), Decimal("33.333")], "USD") == usd("33.33")
    assert true_up(Decimal(100), [Decimal(120)], "USD") == usd("0")
    assert true_up(Decimal(100), [Decimal(120), Decimal(-40)], "USD") == usd("20")
