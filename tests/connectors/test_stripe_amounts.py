"""How Stripe counts money. The expected numbers are those of Stripe's page on currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.stripe.amounts import from_stripe, to_stripe
from flows.errors import Rejected
from flows.values.currency import MINOR_UNITS
from flows.values.money import Money


@pytest.mark.parametrize(
    ("amount", "currency", "counted"),
    [
        ("10.50", "USD", 1050),
        ("0.01", "EUR", 1),
        ("-10.50", "USD", -1050),
        ("500", "JPY", 500),
        ("500", "XPF", 500),
        ("5.120", "KWD", 5120),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("10", "MGA", 10),
        ("10.45", "HUF", 1045),
        ("800.45", "TWD", 80045),
    ],
)
def test_stripe_counts(amount: str, currency: str, counted: int) -> None:
    money = Money(Decimal(amount), currency)
    assert to_stripe(money) == counted
    assert from_stripe(counted, currency.lower()) == money


@pytest.mark.parametrize(
    ("amount", "currency", "step"), [("5.124", "KWD", "0.010"), ("0.001", "TND", "0.010"), ("10.20", "MGA", "1")]
)
def test_what_stripe_cannot_hold_is_refused_in_words(amount: str, currency: str, step: str) -> None:
    with pytest.raises(Rejected) as caught:
        to_stripe(Money(Decimal(amount), currency))
    assert f"steps of {step}, so {currency} " in caught.value.reason


@given(st.sampled_from(sorted(MINOR_UNITS)), st.integers(-(10**12), 10**12))
def test_what_goes_to_stripe_comes_back_the_same(currency: str, minor: int) -> None:
    money = Money.of_minor(minor, currency)
    try:
        counted = to_stripe(money)
    except Rejected:
        return
    assert from_stripe(counted, currency.lower()) == money
