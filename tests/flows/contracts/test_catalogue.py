"""The product catalogue: what it says is billed, what is wrong in it is told, and what it lacks is asked."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from flows.billing import Contracted
from flows.contracts.catalogue import Catalogue, CatalogueError, Product, load_catalogue
from flows.contracts.mapping import terms_of_deal
from flows.contracts.problem import Problem
from flows.contracts.product_list import COLUMNS
from flows.contracts.product_parts import PART_NAMES
from flows.schedule import EarlyDiscount, Frequency, Timing
from flows.terms.model import Renewal, Terms
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


CONTRACT = 'csv = "products.csv"\n[contract]\nalignment = "calendar"\nproration = "thirty_360"\n'
ROWS = (
    {"account": "4010", "tax_code": "SAAS", "dimension.department": "Product", "dimension.region": "EU"},
    {"frequency": "quarterly", "timing": "arrears", "price_per": "annual", "arrears_on": "period_end"},
    {"meter": "calls", "aggregation": "max", "accumulate": "term", "unit": "call", "allowance": "1250.5"},
    {"renewal.kind": "fixed", "renewal.months": "12", "renewal.times": "2", "renewal.uplift_pct": "3.5"},
    {"renewal.kind": "evergreen", "proration": "daily_365", "fiscal_year_start_month": "4"},
    {"alignment": "anniversary", "anchor_day": "15", "proration": "none"},
)


def as_toml(row: dict[str, str]) -> str:
    """Write a row of the list as the table of a product: each column is a key, with a point inside a table."""
    names = {column: column.replace("dimension.", "dimensions.") for column in row}
    bare = (*("anchor_day", "fiscal_year_start_month"), *("renewal.months", "renewal.times"))
    return "[products.X]\n" + "".join(
        f"{names[column]} = {value if column in bare else repr(value)}\n" for column, value in row.items()
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: next(iter(row)))
def test_a_row_of_the_list_is_the_product_that_a_table_is(row: dict[str, str], tmp_path: Path) -> None:
    rows = f"code,{','.join(row)}\nX,{','.join(row.values())}\n"
    listed = catalogue(tmp_path, CONTRACT, products=rows).products["X"]
    table = catalogue(tmp_path, CONTRACT.partition("\n")[2] + as_toml(row)).products["X"]
    assert listed == table
    assert listed != Product("X"), "the row says something"


def test_the_list_has_a_column_for_every_key_that_is_one_value() -> None:
    page = (REPO_ROOT / "docs" / "billing.md").read_text(encoding="utf-8")
    table = page.partition("## The product catalogue")[2].partition("Products may also stand")[0]
    keys = {key for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", cell)}
    assert {"account", "proration"} < keys
    tables = {"dimensions", "price", *PART_NAMES}
    assert {column for column in COLUMNS if "." not in column} == (keys - tables) | {"code"}
    assert {column for row in ROWS for column in row} >= {*COLUMNS} - {"code"}, "each is read in a test"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("code,colour\nX,red\n", 'line 1: the column "colour" is not known; known are code, account'),
        ("code,anchor_dy\nX,3\n", 'line 1: the column "anchor_dy" is not known; did you mean "anchor_day"?'),
        ("code,price\nX,3\n", 'line 1: the column "price" is not known; prices, and'),
        ("code,price.tiers\nX,3\n", "prices, and parts that are lists, are for the TOML file."),
        ("code,unit,unit\nX,a,b\n", 'line 1: the column "unit" stands there 2 times; keep one of them.'),
        ("account\n4000\n", "line 1: the column code is missing"),
        ('code,unit\nX,"a\n', "products.csv line 2: cannot be read as CSV"),
        ("code,unit\nX,a,b\n", "line 2: has more values than columns"),
        ("code,anchor_day,alignment\nX,3rd,anniversary\n", 'line 2: X.anchor_day is the text "3rd", but must be'),
        ("code,anchor_day\nX,3\n", "line 2: X.anchor_day is for alignment: anniversary"),
        ("code,renewal.kind\nX,fixed\n", "line 2: X.renewal.months is missing; say for how many months"),
        ("code,renewal.kind,renewal.months\nX,fixed,a year\n", "line 2: X.renewal.months input should be a valid"),
        ("code,proration\nX,weekly\n", "line 2: X.proration is not supported"),
        ("code,arrears_on\nX,period_end\n", "line 2: X.arrears_on is for what is billed after its period"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_list_is_told_by_column_and_line(rows: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError) as told:
        catalogue(tmp_path, CONTRACT, products=rows)
    assert any(says in fault for fault in told.value.faults), told.value.faults


def test_what_a_line_says_of_its_dimensions_goes_before_the_catalogue_and_the_policy(tmp_path: Path) -> None:
    known = catalogue(tmp_path, '[products.SEAT]\ndimensions = { department = "300", region = "EU" }')
    said = deal(lines=(line(dimensions=(("project", "P7"), ("region", "US"))),))
    (seats,) = terms(terms_of_deal(said, BILL_TO, known, POLICY, since=TODAY)).lines
    # the class is the policy's, the department the catalogue's
    assert seats.dimensions == (("class", "saas"), ("department", "300"), ("project", "P7"), ("region", "US"))


def test_a_deal_may_say_that_it_is_billed_afterwards_unless_the_catalogue_knows_better(tmp_path: Path) -> None:
    late = deal(lines=(line(timing="arrears", frequency="semiannual"),))
    (seats,) = terms(terms_of_deal(late, BILL_TO, None, POLICY, since=TODAY)).lines
    assert (seats.timing, seats.frequency) == (Timing.ARREARS, Frequency.SEMIANNUAL)
    known = catalogue(tmp_path, '[products.SEAT]\ntiming = "advance"')
    (seats,) = terms(terms_of_deal(late, BILL_TO, known, POLICY, since=TODAY)).lines
    assert seats.timing is Timing.ADVANCE


def test_the_payment_terms_of_a_deal_are_those_of_its_contract() -> None:
    early = terms(terms_of_deal(deal(terms="2/10 net 30"), BILL_TO, None, POLICY, since=TODAY))
    assert early.payment == EarlyDiscount(days=30, discount_days=10, discount_pct=Decimal(2))


def test_the_renewal_that_a_deal_agrees_on_goes_before_the_catalogue(tmp_path: Path) -> None:
    known = catalogue(tmp_path, '[contract]\nrenewal = { kind = "evergreen" }\n[products.SEAT]')
    yearly = deal(renewal_months=Decimal(12), uplift_pct=Decimal("3.5"))
    found = terms(terms_of_deal(yearly, BILL_TO, known, POLICY, since=TODAY))
    assert found.renewal == Renewal(kind="fixed", months=12, uplift_pct=Decimal("3.5"))
    ending = terms(terms_of_deal(deal(renewal_months=Decimal(0)), BILL_TO, known, POLICY, since=TODAY))
    assert ending.renewal == Renewal()
    assert terms(terms_of_deal(DEAL, BILL_TO, known, POLICY, since=TODAY)).renewal.kind == "evergreen"
