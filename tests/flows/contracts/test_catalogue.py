"""The product catalogue: what it says is billed, what is wrong in it is told, and what it lacks is asked."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from flows.billing import Contracted
from flows.contracts.catalogue import Catalogue, CatalogueError, load_catalogue
from flows.contracts.mapping import terms_of_deal
from flows.contracts.problem import Problem
from flows.schedule import Frequency, Timing
from flows.terms.model import Terms
from tests.flows.deals import BILL_TO, DEAL, POLICY, TODAY, deal, line
from tests.places import REPO_ROOT

TIERS = """
[products.API]
account = "4030"
tax_code = "SAAS"
meter = "calls"
unit = "call"
frequency = "quarterly"
dimensions = { department = "300", region = "EU" }
[products.API.price]
model = "graduated"
tiers = [{ up_to = 1000, unit_price = "0.10" }, { unit_price = "0.08" }]
"""


def catalogue(folder: Path, text: str, **lists: str) -> Catalogue:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    for name, rows in lists.items():
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    return load_catalogue(path)


def terms(found: Contracted | tuple[Problem, ...]) -> Terms:
    assert isinstance(found, Contracted), found
    return found.terms


def test_the_example_is_in_order() -> None:
    found = load_catalogue(REPO_ROOT / "catalogue.example.toml")
    assert set(found.products) == {"PLATFORM", "SEATS", "SUPPORT", "API", "ONBOARDING 2026"}


def test_a_product_is_priced_metered_and_booked_as_the_catalogue_says(tmp_path: Path) -> None:
    usage = line(source_id="a", product_code="API", billing="flat", quantity=None, unit_price=Decimal(0))
    found = terms_of_deal(
        deal(lines=(*DEAL.lines, usage)), BILL_TO, catalogue(tmp_path, TIERS + "[products.SEAT]\n"), POLICY, since=TODAY
    )
    seats, calls = terms(found).lines
    assert (calls.meter, calls.unit, calls.frequency) == ("calls", "call", Frequency.QUARTERLY)
    assert calls.price.model == "graduated"
    assert (calls.account, calls.tax_code) == ("4030", "SAAS")
    assert calls.dimensions == (("department", "300"), ("region", "EU"))
    assert calls.source == "salesforce OpportunityLineItem a"
    assert terms(found).timing(calls) is Timing.ARREARS
    # what the catalogue leaves open is as the deal and the policy say
    assert (seats.account, seats.quantity, seats.frequency) == ("4010", Decimal(40), Frequency.MONTHLY)
    assert seats.dimensions == (("class", "saas"), ("department", "200"))


def test_a_list_beside_the_file_holds_products_too(tmp_path: Path) -> None:
    rows = "code,account,timing,dimension.department\nSEAT,4999,arrears,700\nBASE,,,\n"
    found = catalogue(tmp_path, 'csv = "products.csv"\n' + TIERS, products=rows)
    assert set(found.products) == {"API", "SEAT", "BASE"}
    (seats,) = terms(terms_of_deal(DEAL, BILL_TO, found, POLICY, since=TODAY)).lines
    assert (seats.account, seats.timing) == ("4999", Timing.ARREARS)
    assert seats.dimensions == (("class", "saas"), ("department", "700"))


def test_a_product_that_is_not_in_it_is_a_question_with_the_choices(tmp_path: Path) -> None:
    other = line(source_id="b", product_code=None, description="Mystery")
    found = terms_of_deal(deal(lines=(*DEAL.lines, other)), BILL_TO, catalogue(tmp_path, TIERS), POLICY, since=TODAY)
    assert isinstance(found, tuple)
    assert [(problem.code, problem.field) for problem in found] == [
        ("deal.unmapped_product", "line_1.product_code"),
        ("deal.unmapped_product", "line_2.product_code"),
    ]
    assert found[0].message == (
        "Line 1 (Seats) has the product “SEAT”, and I do not know how that is billed. Which is it? "
        "The catalogue has: API."
    )
    assert "has no product code" in found[1].message


def test_a_deal_without_products_needs_no_catalogue(tmp_path: Path) -> None:
    whole = line(source_id="", product_code=None, billing="one_time", frequency=None)
    found = terms_of_deal(deal(lines=(whole,)), BILL_TO, catalogue(tmp_path, TIERS), POLICY, since=TODAY)
    assert terms(found).fees[0].account == "4000"


def test_every_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    text = """csv = "products.csv"
[products.A]
meter = "has blanks"
frequency = "weekly"
colour = "red"
[products.B]
meter = "calls"
timing = "advance"
[products.C]
price = { model = "graduated", tiers = [] }
[products.D]
aggregation = "mean"
"""
    rows = "code,timing\nA,advance\nE,sometimes\nE,arrears\n,\n"
    with pytest.raises(CatalogueError) as told:
        catalogue(tmp_path, text, products=rows)
    faults = told.value.faults
    for expected in (
        "catalogue.toml line 3: products.A.meter must be at most 64",
        "catalogue.toml line 4: products.A.frequency is not supported",
        "catalogue.toml line 5: products.A.colour is not a setting",
        "catalogue.toml line 8: products.B.timing is advance",
        "catalogue.toml line 10: products.C.price",
        'catalogue.toml line 12: products.D.aggregation is "mean"',
        "products.csv: the product A stands in catalogue.toml too",
        "products.csv line 3: E.timing is not supported",
        "products.csv line 4: has the product E twice",
        "products.csv line 5: has no code",
    ):
        assert any(fault.startswith(expected) for fault in faults), (expected, faults)
    assert len(faults) == 10


@pytest.mark.parametrize("text", ["[products", "[products.A]\nprice = 3\n", 'csv = "absent.csv"\n'])
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogueError, match=r"catalogue\.toml|absent\.csv"):
        catalogue(tmp_path, text)
