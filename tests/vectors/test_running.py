"""The runner itself: a wrong answer is told, and so is a folder that holds no vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.comparing import differences
from tests.vectors.families import families
from tests.vectors.reading import OURS, Vector, read_vectors, without_nulls
from tests.vectors.test_vectors import test_vector as answer

ROUNDING: dict[str, Any] = {"id": "rounding-0", "family": "rounding", "input": {"amount": "0.005", "currency": "USD"}}


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ({"amount": "1.0"}, {"amount": "1.00"}),
        ({"amount": "1.00"}, {}),
        ({"cycles": 2}, {"cycles": "2"}),
        ({"valid": True}, {"valid": 1}),
        ({"amount_exact": "1.1"}, {"amount_exact": "1.10001"}),
        ({"final": "1"}, {"final": None}),
        ({"lines": [{"amount": "1"}]}, {"lines": []}),
        ({"lines": [{"amount": "1"}]}, {"lines": [{"amount": "2"}]}),
    ],
)
def test_what_differs_is_told_once(expected: Any, given: Any) -> None:
    assert len(list(differences(expected, given))) == 1


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ({"amount": "1.00"}, {"amount": "1.00", "words": ["more"]}),
        ({"amount_exact": "1.1"}, {"amount_exact": "1.1000"}),
        ({"credit": "5"}, {"credit": "5.00"}),
        ({"lines": [{"final": "0"}]}, {"lines": [{"final": "0.00", "days": 3}]}),
        ({"suggestion": None}, {"suggestion": None}),
    ],
)
def test_exact_figures_are_numbers_and_an_answer_may_say_more(expected: Any, given: Any) -> None:
    assert list(differences(expected, given)) == []


def test_vectors_are_read_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "money.json").write_text(json.dumps([{**ROUNDING, "expected": {"amount": "0.01"}}]))
    (vector,) = read_vectors(tmp_path)
    answer(vector)


@pytest.mark.parametrize(
    ("family", "given", "nulls"),
    [
        ("tax", {"taxable_amount": "50.00", "rates_pct": ["19"], "currency": "EUR"}, {"discount": None}),
        ("discount", {"price": "9.99", "amount_off": "3.00", "currency": "EUR"}, {"percent_off": None}),
        ("split", {"total": "10.00", "n": 3, "currency": "EUR"}, {"percents": None, "remainder": None}),
        ("due_date", {"invoice_date": "2026-04-10", "terms": {"type": "eom", "days": None}}, {"amount": None}),
        (
            "pricing",
            {
                "model": "volume",
                "quantity": "7",
                "currency": "EUR",
                "tiers": [{"up_to": None, "unit_price": "2", "flat_fee": None}],
            },
            {"is_final_line": None, "buckets": None, "prior_quantity": None, "minimum_spend": None},
        ),
        (
            "cycles",
            {"start": "2026-04-10", "target": "2026-06-01", "anchor_day": 20, "period": "monthly"},
            {"end": None},
        ),
        (
            "schedule",
            {
                "start": "2026-04-10",
                "end": "2026-07-09",
                "frequency": "monthly",
                "currency": "EUR",
                "amount_per_period": "30.00",
            },
            dict.fromkeys(["timing", "alignment", "proration", "arrears_on", "anchor_day", "fiscal_year_start_month"]),
        ),
    ],
)
def test_an_optional_key_that_is_null_is_as_good_as_absent(
    tmp_path: Path, family: str, given: dict[str, Any], nulls: dict[str, None]
) -> None:
    expected = families()[family](without_nulls(given))
    raw = {"id": f"{family}-0", "family": family, "input": given | nulls, "expected": expected}
    (tmp_path / "nulls.json").write_text(json.dumps([raw]))
    (vector,) = read_vectors(tmp_path)
    answer(vector)


def test_a_change_that_only_adds_or_only_removes_names_one_price() -> None:
    change = {"change_date": "2026-06-16", "period_start": "2026-06-01", "period_end": "2026-06-30", "currency": "EUR"}
    added = families()["proration_change"](change | {"new_unit_price": "12", "new_quantity": "3"})
    assert (added["credit"], added["charge"], added["net"]) == ("0.00", "18.00", "18.00")
    removed = families()["proration_change"](change | {"old_unit_price": "12", "old_quantity": "3"})
    assert (removed["credit"], removed["charge"], removed["net"]) == ("-18.00", "0.00", "-18.00")


def test_a_service_that_ends_before_it_starts_has_no_day() -> None:
    full = {"amount": "80.00", "currency": "EUR", "period_start": "2026-05-01", "period_end": "2026-05-31"}
    service = {"service_start": "2026-06-15", "service_end": "2026-05-31"}  # free until the middle of June
    part = families()["proration"](full | service)
    assert (part["amount"], part["service_days"], part["period_days"]) == ("0.00", 0, 31)


def test_a_wrong_answer_fails() -> None:
    with pytest.raises(AssertionError, match=r"expected '0\.00', got '0\.01'"):
        answer(Vector(**ROUNDING, expected={"amount": "0.00"}, file=OURS))


def test_a_family_that_nothing_answers_fails_with_a_sentence() -> None:
    with pytest.raises(pytest.fail.Exception, match="nothing answers the family 'alchemy' yet"):
        answer(Vector("alchemy-0", "alchemy", {}, {}, OURS / "gold.json"))


def test_a_folder_without_vectors_is_refused(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="there is no vector"):
        read_vectors(tmp_path)
    with pytest.raises(pytest.UsageError, match="there is no folder"):
        read_vectors(tmp_path / "nowhere")
    (tmp_path / "broken.json").write_text('[{"id": "x"}]')
    with pytest.raises(pytest.UsageError, match=r"broken\.json is not an array of vectors"):
        read_vectors(tmp_path)


def test_no_family_of_pricing_or_money_is_left_out() -> None:
    assert {"pricing", "rounding", "subtotal", "tax", "discount", "commitment"} <= families().keys()
