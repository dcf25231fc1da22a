"""What a new version of the terms changes, as a person reads it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from flows.rating import with_quantity, with_unit_price
from flows.terms.differences import differences
from flows.terms.model import Terms
from flows.values.money import Money
from tests.flows.terms.contracts import CALLS, SEATS, contracts, terms


def words(old: Terms, new: Terms) -> list[str]:
    return [difference.words for difference in differences(old, new)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lines": [SEATS | {"quantity": 42}]}, ["seats: 40 -> 42, USD 2,400.00 -> USD 2,520.00 a month"]),
        (
            {"lines": [SEATS | {"price": {"model": "standard", "unit_price": "66.00"}}]},
            ["seats: USD 2,400.00 -> USD 2,640.00 a month", "seats price.unit_price: 60 -> 66"],
        ),
        ({"end": "2027-03-31"}, ["end: 31 Dec 2026 -> 31 Mar 2027"]),
        ({"end": None}, ["end: 31 Dec 2026 -> not given"]),
        ({"po_number": "PO-7"}, ["po_number: not given -> PO-7"]),
        ({"payment": {"type": "net", "days": 45}}, ["payment.days: 30 -> 45"]),
        (
            {"billing": {"frequency": "quarterly"}},
            ["billing.frequency: monthly -> quarterly", "seats: USD 2,400.00 a month -> USD 2,400.00 a quarter"],
        ),
        ({"lines": [SEATS, CALLS]}, ["calls: is added, by use"]),
        ({"lines": [CALLS]}, ["seats: is taken out, USD 2,400.00 a month", "calls: is added, by use"]),
        ({"fees": [{"id": "setup", "description": "Setup", "amount": 500}]}, ["setup: is added"]),
        (
            {"lines": [SEATS | {"ramp": [{"start": "2026-01-01", "quantity": 40}]}]},
            ["seats ramp: is written differently; quantity and price stay"],
        ),
        ({"lines": [SEATS | {"discounts": [{"pct": 5}]}]}, ["seats discounts[1].pct: not given -> 5"]),
    ],
)
def test_a_change_is_said_in_words_and_money(changes: dict[str, Any], expected: list[str]) -> None:
    assert words(terms(), terms(**changes)) == expected


def test_a_change_from_a_day_on_names_the_day() -> None:
    upgraded = with_quantity(terms(), "seats", Decimal(60), effective=date(2026, 4, 16))
    assert words(terms(), upgraded) == ["seats: 40 -> 60 from 16 Apr 2026, USD 2,400.00 -> USD 3,600.00 a month"]
    dearer = with_unit_price(terms(), "seats", Decimal(66), effective=date(2026, 7, 1))
    assert words(terms(), dearer) == ["seats: USD 2,400.00 -> USD 2,640.00 a month from 1 Jul 2026"]


def test_money_can_be_compared_by_a_machine() -> None:
    (only,) = differences(terms(), terms(SEATS | {"quantity": 42}))
    assert (only.before, only.after) == (Money(Decimal(2400), "USD"), Money(Decimal(2520), "USD"))


@given(contracts(), contracts())
def test_equal_terms_have_no_difference_and_others_have_one(one: Terms, other: Terms) -> None:
    assert differences(one, one) == ()
    assert (differences(one, other) == ()) == (one == other)
