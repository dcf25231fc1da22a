"""One line against the chart, the dimensions, the periods and their relationships, rule by rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows.dimensions import LineCoding, check, next_open_date
from flows.dimensions.rules import Posting
from flows.dimensions.suggestions import fitting
from tests.flows.dimensions.configs import NOVEMBER, small

P_TO_D = {"from": "project", "to": "department"}


def errors(account: str | None, dimensions: dict[str, str], day: date = NOVEMBER, **more: Any) -> list[str]:
    """Return what is wrong with a line as "field code suggestion"."""
    around = {key: more.pop(key, None) for key in ("subsidiary", "customer", "currency")}
    coding = check(small(**more), LineCoding(account, dimensions), posting_date=day, **around)
    assert coding.valid is (not coding.errors)
    return [f"{each.field} {each.code} {each.suggestion or ''}".strip() for each in coding.errors]


def test_a_line_that_is_coded_as_asked_has_no_errors() -> None:
    assert errors("4010", {"department": "ENG", "location": "NYC"}, subsidiary="US") == []


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (None, "account required"),
        ("  ", "account required"),
        ("9999", "account unknown_value"),
        (" 4020", "account unknown_value 4020"),
        ("402", "account unknown_value 4020"),
        ("40205", "account unknown_value 4020"),
        ("5001", "account unknown_value 5000"),
        ("4030", "account unknown_value"),  # 4000, 4010 and 4020 are as near; 4090 is not active
        ("4091", "account unknown_value"),
        ("4", "account not_postable"),
        ("4090", "account inactive 4000"),
    ],
)  # fmt: skip
def test_the_account(account: str | None, expected: str) -> None:
    assert [each for each in errors(account, {}) if each.startswith("account")] == [expected]


def test_an_account_of_one_currency_takes_no_other() -> None:
    assert errors("5000", {}, currency="EUR") == ["account currency_mismatch"]
    assert errors("5000", {}, currency="USD") == errors("5000", {}) == errors("4020", {}, currency="EUR") == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ENG", []),
        ("ALL", ["department not_postable"]),
        ("OPS", ["department inactive ENG"]),
        ("OLD", ["department inactive ENG"]),  # replaced by OPS, which was replaced itself
        ("eng", ["department unknown_value ENG"]),
        (" Sales ", ["department unknown_value SALES"]),
        ("SALE", ["department unknown_value SALES"]),
        ("enge", ["department unknown_value ENG"]),
        ("ESG", ["department unknown_value ENG"]),
        ("EGN", ["department unknown_value"]),  # letters that changed places are two edits
        ("OPSS", ["department unknown_value"]),  # near to an inactive one only
        ("AL", ["department unknown_value"]),  # nothing may be booked on ALL
    ],
)
def test_the_value_of_a_dimension(value: str, expected: list[str]) -> None:
    assert errors("4000", {"department": value}) == expected


def test_two_values_as_near_are_no_suggestion_but_the_same_word_is() -> None:
    assert errors("4020", {"cost_centre": "CC30"}) == ["cost_centre unknown_value"]
    assert errors("4020", {"cost_centre": "cc10"}) == ["cost_centre unknown_value CC10"]


def test_a_dimension_that_nobody_knows_is_said_whatever_its_value() -> None:
    assert errors("4020", {"region": "X"}) == ["region unknown_dimension"]


@pytest.mark.parametrize(
    ("dimensions", "day", "wrong"),
    [
        ({"location": "PAR"}, date(2026, 6, 30), False),
        ({"location": "PAR"}, date(2026, 7, 1), True),
        ({"project": "P-200"}, date(2026, 6, 30), True),
        ({"project": "P-200"}, date(2026, 7, 1), False),
    ],
)
def test_both_bounds_of_validity_are_included(dimensions: dict[str, str], day: date, wrong: bool) -> None:
    assert errors("4020", dimensions, day) == [f"{name} outside_validity" for name in dimensions if wrong]


def test_a_value_of_other_subsidiaries_is_refused_only_when_the_line_names_one() -> None:
    assert errors("4020", {"location": "LON"}, subsidiary="US") == ["location not_in_subsidiary"]
    assert errors("4020", {"location": "LON"}) == errors("4020", {"location": "PAR"}, date(2026, 6, 1)) == []


def test_what_an_account_requires_is_said_once_with_what_the_customer_usually_has() -> None:
    assert errors("4010", {}, customer="ACME") == ["department required SALES", "location required"]
    assert errors("4010", {}, customer="LATE") == ["department required", "location required"]  # OPS is inactive
    assert errors("4000", {"department": " "}) == ["department required"]
    assert errors("4000", {}, required_always=["department", "project"]) == [
        "department required",
        "project required",
    ]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 8, 31), "no_period"),
        (date(2026, 9, 1), "period_closed"),
        (date(2026, 9, 30), "period_closed"),
        (date(2026, 10, 31), "period_locked_ar"),
        (date(2026, 12, 1), "no_period"),
    ],
)
def test_the_period_of_the_posting_date(day: date, code: str) -> None:
    assert errors("4020", {}, day) == [f"posting_date {code}"]


def test_the_next_open_date_is_the_first_day_ahead_on_which_one_may_book() -> None:
    dates = {
        day: next_open_date(small(), date.fromisoformat(day)) for day in ("2026-08-01", "2026-11-20", "2026-12-01")
    }
    assert dates == {"2026-08-01": date(2026, 11, 1), "2026-11-20": date(2026, 11, 20), "2026-12-01": None}


def test_filling_in_cascades_and_never_changes_what_is_written() -> None:
    config = small(
        relationships=[
            P_TO_D | {"autofill": True, "map": {"P-100": "ENG", "P-200": ["ENG", "SALES"]}},
            {"from": "department", "to": "location", "autofill": True, "map": {"ENG": "NYC", "SALES": "LON"}},
        ]
    )

    def filled(dimensions: dict[str, str]) -> dict[str, str]:
        return dict(check(config, LineCoding("4010", dimensions), posting_date=NOVEMBER).autofilled)

    assert filled({"project": "P-100"}) == {"department": "ENG", "location": "NYC"}
    assert filled({"project": "P-100", "department": "SALES"}) == {"location": "LON"}
    assert filled({"project": "P-200"}) == filled({"project": "P-300"}) == filled({}) == {}


def test_a_relationship_may_start_from_the_customer_and_from_the_account() -> None:
    config = small(
        relationships=[
            {"from": "customer", "to": "department", "autofill": True, "map": {"ACME": "SALES"}},
            {"from": "account", "to": "location", "autofill": True, "map": {"4010": "NYC"}},
        ]
    )
    coding = check(config, LineCoding("4010", {}), posting_date=NOVEMBER, customer="ACME")
    assert coding.valid and dict(coding.autofilled) == {"department": "SALES", "location": "NYC"}


def test_a_restriction_refuses_what_is_outside_its_map_and_allows_what_has_no_entry() -> None:
    restrict = [P_TO_D | {"restrict": True, "map": {"P-100": "ENG", "P-200": ["SALES", "ENG"]}}]

    def found(project: str, department: str) -> list[str]:
        dimensions = {"project": project, "department": department}
        return [each for each in errors("4000", dimensions, relationships=restrict) if "combination" in each]

    assert found("P-100", "SALES") == ["department invalid_combination ENG"]
    assert found("P-200", "ALL") == ["department invalid_combination"]
    assert found("P-200", "ENG") == found("P-300", "SALES") == []


def test_what_is_filled_in_is_held_to_the_restrictions_before_it() -> None:
    relationships = [
        {"from": "location", "to": "department", "restrict": True, "map": {"NYC": "SALES"}},
        P_TO_D | {"autofill": True, "map": {"P-100": "ENG"}},
    ]
    found = errors("4000", {"project": "P-100", "location": "NYC"}, relationships=relationships)
    assert found == ["department invalid_combination SALES"]


def test_dimensions_are_counted_after_filling_in() -> None:
    fill = [P_TO_D | {"autofill": True, "map": {"P-100": "ENG"}}]
    assert errors("4020", {"project": "P-100"}, max_dimensions=1, relationships=fill) == [
        "dimensions too_many_dimensions"
    ]
    assert errors("4020", {"project": "P-100"}, max_dimensions=1) == []


def test_every_error_is_said_at_once_sorted_by_field_then_code() -> None:
    dimensions = {"region": "X", "department": "OPS", "location": "LON", "project": "P-100"}
    restrict = [P_TO_D | {"restrict": True, "map": {"P-100": "ENG"}}]
    assert errors("9999", dimensions, date(2026, 9, 15), subsidiary="US", max_dimensions=3, relationships=restrict) == [
        "account unknown_value",
        "department inactive ENG",
        "department invalid_combination ENG",
        "dimensions too_many_dimensions",
        "location not_in_subsidiary",
        "posting_date period_closed",
        "region unknown_dimension",
    ]


def test_a_select_offers_only_what_fits_the_rest_of_the_line() -> None:
    config = small(relationships=[P_TO_D | {"restrict": True, "map": {"P-100": "ENG"}}])
    line = LineCoding("4000", {"department": "SALES", "project": "P-100", "location": "PAR"})
    posting = Posting(NOVEMBER, subsidiary="US")
    assert fitting(config, line, "department", posting) == ("ENG",)
    assert fitting(config, line, "project", posting) == ("P-200",)
    assert fitting(config, line, "location", posting) == ("NYC",)
    assert fitting(config, line, "account", posting) == ("4000", "4010", "4020", "5000")
    assert fitting(config, line, "region", posting) == ()
