"""What a person types is checked, all of it, before any of it is taken over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.contracts.cards import MendView, mend_modal, read_fixes
from flows.contracts.problem import Problem
from flows.contracts.rules import BadFix, mend, mendable, problems
from flows.values.deal import Deal
from tests.flows.cards.gallery import MEND
from tests.flows.deals import DEAL, POLICY, TODAY, any_deal, deal, line


def test_what_was_missing_is_put_in() -> None:
    bad = deal(
        amount=None,
        currency=None,
        contact_email=None,
        terms="30 days end of month",
        start_date=None,
        lines=(line(quantity=None, billing=None),),
    )
    fixed = mend(
        bad,
        {
            "amount": "2,400.00",
            "currency": " usd ",
            "contact_email": "ap@northwind.example",
            "terms": "NET-45",
            "start_date": "2026-12-01",
            "line_1.quantity": "40",
            "line_1.billing": "Per unit",
        },
    )
    assert (fixed.amount, fixed.currency, fixed.terms) == (Decimal("2400.00"), "USD", "Net 45")
    assert (fixed.start_date, fixed.contact_email) == (date(2026, 12, 1), "ap@northwind.example")
    assert (fixed.lines[0].quantity, fixed.lines[0].billing) == (Decimal(40), "per_unit")
    assert problems(fixed, today=TODAY, policy=POLICY) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2/10 n/30", "2 % within 10 days, else net 30"),
        ("net 30 EOM", "30 days after the end of the month"),
        ("2 equal instalments: net 30; net 60", "2 equal instalments: net 30; net 60"),
    ],
)
def test_payment_terms_of_every_kind_can_be_typed(typed: str, kept: str) -> None:
    assert mend(DEAL, {"terms": typed}).terms == kept


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("contact_email", "ap@x.example\nBcc: y@z.example", "line break"),
        ("contact_email", "", "needs one @"),
        ("currency", "dollars", "ISO 4217"),
        ("terms", "30 days end of month", "Net 30"),  # from the month's end, or to it?
        ("amount", "1.200,50", "such as 12,400.00"),
        ("amount", "-5", "such as 12,400.00"),
        ("amount", "NaN", "such as 12,400.00"),
        ("amount", "1e5", "such as 12,400.00"),
        ("amount", "12,40.00", "such as 12,400.00"),
        ("amount", "٣٠", "such as 12,400.00"),
        ("amount", "99999999999999", "too large"),
        ("start_date", "01/12/2026", "2026-12-31"),
        ("start_date", "2026-02-30", "2026-12-31"),
        ("account_name", "  ", "Type something"),
        ("account_name", "N" * 5000, "5,000 characters"),
        ("po_number", "45\x00", "hidden control"),
        ("line_1.billing", "hourly", "one_time, flat, per_unit"),
        ("line_1.total", "5", "where the deal comes from"),
        ("line_2.quantity", "5", "no line 2"),
        ("line_0.quantity", "5", "where the deal comes from"),
        ("external_id", "006", "where the deal comes from"),
        ("__class__", "x", "where the deal comes from"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(field: str, typed: str, says: str) -> None:
    with pytest.raises(BadFix, match=says) as refused:
        mend(DEAL, {field: typed})
    assert refused.value.field == field


def test_every_bad_field_is_named_at_once_and_nothing_is_taken_over() -> None:
    with pytest.raises(BadFix) as refused:
        mend(DEAL, {"terms": "as usual", "amount": "much", "po_number": "77"})
    assert list(refused.value.errors) == ["amount", "terms"]
    assert refused.value.code == "deal.bad_fix"


def test_a_deal_without_products_can_be_billed_once_for_its_amount() -> None:
    bare = deal(lines=(), amount=None, start_date=None, end_date=None)
    with pytest.raises(BadFix, match="amount as well") as refused:
        mend(bare, {"line_1.description": "Consulting in November"})
    assert refused.value.field == "line_1.description"
    fixed = mend(bare, {"line_1.description": "Consulting in November", "amount": "5,000"})
    assert problems(fixed, today=TODAY, policy=POLICY) == ()
    assert [(one.description, one.billing, one.unit_price) for one in fixed.lines] == [
        ("Consulting in November", "one_time", Decimal(5000))
    ]
    with pytest.raises(BadFix, match="no line 1"):
        mend(bare, {"line_1.quantity": "2"})


def test_an_optional_field_may_be_emptied() -> None:
    assert mend(DEAL, {"po_number": " "}).po_number is None


def test_nothing_typed_changes_nothing() -> None:
    assert mend(DEAL, {}) == DEAL


@given(any_deal, st.dictionaries(st.sampled_from(["amount", "terms", "currency", "line_1.quantity", "x"]), st.text()))
def test_any_typing_is_taken_or_refused(one: Deal, fixes: dict[str, str]) -> None:
    refused: set[str] = set()
    try:
        mended = mend(one, fixes)
    except BadFix as error:
        refused, mended = set(error.errors), one
    assert refused <= set(fixes)
    assert mended.external_id == one.external_id


def test_fields_that_a_person_may_mend() -> None:
    assert mendable("amount")
    assert mendable("line_12.unit_price")
    assert not mendable("lines")
    assert not mendable("line_1.total")
    assert not mendable("is_won")


def unmapped(products: tuple[str, ...]) -> MendView:
    asked = Problem("deal.unmapped_product", "line_2.product_code", "Which is it?")
    return replace(MEND, problems=(asked,), products=products)


def field_of(view: MendView) -> dict[str, Any]:
    blocks = mend_modal("dea_1", view).payload["blocks"]
    (found,) = [dict(block["element"]) for block in blocks if block["type"] == "input"]
    return found


def test_an_unknown_product_is_chosen_from_the_catalogue() -> None:
    element = field_of(unmapped(("API", "SEATS")))
    assert (element["type"], [one["value"] for one in element["options"]]) == ("static_select", ["API", "SEATS"])
    chosen = {"line_2.product_code": {element["action_id"]: {"selected_option": {"value": "SEATS"}}}}
    assert read_fixes(chosen) == {"line_2.product_code": "SEATS"}


@pytest.mark.parametrize("products", [(), tuple(f"P{n}" for n in range(101)), ("P" * 76,)])
def test_it_is_typed_where_a_menu_would_not_hold_the_catalogue(products: tuple[str, ...]) -> None:
    assert field_of(unmapped(products))["type"] == "plain_text_input"
    assert field_of(unmapped(tuple(f"P{n}" for n in range(100))))["type"] == "static_select"
