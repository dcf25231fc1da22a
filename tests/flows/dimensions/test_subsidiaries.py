"""Several companies under one roof: which one issues an invoice, and whose periods decide about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dimensions import LineCoding, check, load_dimensions, next_open_date
from flows.dimensions.coding import code_content
from flows.dimensions.load import config_of
from flows.dimensions.model import AccountingPeriod, DimensionConfig, PeriodStatus
from flows.dimensions.rules import open_dates, period_of
from flows.dimensions.wording import sentence
from flows.invoicing.workflow import begin
from tests.faults.small_house import TEAM, SmallHouse
from tests.flows.cards.samples import content as sample
from tests.flows.dimensions.configs import SMALL
from tests.flows.dimensions.test_flow import PLATFORM, approved, content, form, invoice, mended, won
from tests.flows.dimensions.test_load import LISTS, faults, written

GROUP: dict[str, Any] = SMALL | {
    "subsidiary": "US",
    "subsidiaries": {"US": {}, "UK": {"name": "Acme Ltd", "customers": ["Brightwater"]}},
    "periods": [
        {"start": "2026-10-01", "end": "2026-10-31", "status": "closed"},
        {"start": "2026-11-01", "end": "2026-11-30", "status": "open", "name": "Nov 2026"},
        {"start": "2026-12-01", "end": "2026-12-31", "status": "open"},
        {"start": "2026-10-01", "end": "2026-10-31", "status": "open", "subsidiary": "UK"},
        {"start": "2026-11-01", "end": "2026-11-15", "status": "ar_locked", "subsidiary": "UK", "name": "Nov 2026"},
    ],
}


def group() -> DimensionConfig:
    """Return a company with two subsidiaries: the British one keeps its October open, and has locked half November."""
    return config_of(GROUP)


@pytest.mark.parametrize(
    ("subsidiary", "day", "found"),
    [
        (None, date(2026, 10, 5), ["period_closed"]),
        ("US", date(2026, 10, 5), ["period_closed"]),
        ("UK", date(2026, 10, 5), []),
        ("UK", date(2026, 11, 15), ["period_locked_ar"]),
        ("US", date(2026, 11, 15), []),
        ("UK", date(2026, 11, 16), []),
        ("UK", date(2027, 1, 1), ["no_period"]),
    ],
)
def test_a_subsidiarys_own_period_decides_and_otherwise_the_companys(
    subsidiary: str | None, day: date, found: list[str]
) -> None:
    coding = check(group(), LineCoding("4020", {}), posting_date=day, subsidiary=subsidiary)
    assert [error.code for error in coding.errors] == found


def test_the_open_dates_ahead_are_those_of_the_subsidiary() -> None:
    config, day = group(), date(2026, 11, 10)
    assert open_dates(config, day, "UK") == [date(2026, 11, 16), date(2026, 12, 1)]
    assert open_dates(config, day, "US") == [day, date(2026, 12, 1)]
    assert next_open_date(config, date(2026, 10, 1)) == date(2026, 11, 1)
    assert next_open_date(config, date(2026, 10, 1), "UK") == date(2026, 10, 1)


DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 28))
OWNERS = st.sampled_from([None, "US", "UK"])


@st.composite
def periods(draw: st.DrawFn) -> tuple[AccountingPeriod, ...]:
    """Give periods of the company and of its subsidiaries; those of one of them do not overlap."""
    found: list[AccountingPeriod] = []
    for owner in (None, "US", "UK"):
        edges = sorted(draw(st.lists(DAYS, max_size=6, unique=True)))
        for start, end in zip(edges[::2], edges[1::2], strict=False):
            found.append(AccountingPeriod(start, end, draw(st.sampled_from(PeriodStatus)), None, owner))
    return tuple(draw(st.permutations(found)))


@given(periods(), DAYS, OWNERS)
def test_an_offered_date_is_the_first_open_day_of_its_period(
    some: tuple[AccountingPeriod, ...], day: date, owner: str | None
) -> None:
    config = DimensionConfig({}, {}, some)
    ahead = [date.fromordinal(number) for number in range(day.toordinal(), date(2026, 3, 2).toordinal())]
    first: dict[AccountingPeriod, date] = {}
    for each in ahead:
        period = period_of(config, each, owner)
        if period is not None and period.status is PeriodStatus.OPEN:
            first.setdefault(period, each)
    assert open_dates(config, day, owner) == sorted(first.values())


def test_the_customer_decides_who_issues_and_the_sentence_names_them() -> None:
    some = sample(invoice_date=date(2026, 11, 10))
    ours = replace(some, bill_to=replace(some.bill_to, name="Brightwater"))
    british = code_content(group(), ours)
    said = [sentence(group(), ours, wrong) for wrong in british.errors if wrong.seq is None]
    assert said == ["The period Nov 2026 of Acme Ltd is closed for invoices."]
    american = code_content(group(), replace(some, bill_to=replace(some.bill_to, name="Somebody")))
    assert [wrong for wrong in american.errors if wrong.seq is None] == []


TOML = """\
subsidiary = "US"
subsidiaries_csv = "companies.csv"
accounts_csv = "accounts.csv"
periods_csv = "periods.csv"

[dimensions.department]
values_csv = "departments.csv"

[dimensions.location]

[subsidiaries.DE]
customers_csv = "german.csv"
"""
COMPANIES = LISTS | {
    "dimensions.toml": TOML,
    "companies.csv": "code,name,customers\nUS,Acme Inc.,\nUK,Acme Ltd,Brightwater;Tarn\n",
    "german.csv": 'customer\n"Kessel, Söhne & Co."\n',
    "departments.csv": "code,subsidiaries\nSALES,US;UK\n",
    "periods.csv": (
        "start,end,status,subsidiary\n2026-11-01,2026-11-30,open,\n2026-11-01,2026-11-30,closed,UK\n"
        "2026-11-01,2026-11-30,closed,DE\n"
    ),
}


def test_subsidiaries_their_customers_and_their_periods_may_stand_in_lists(tmp_path: Path) -> None:
    config = load_dimensions(written(tmp_path, COMPANIES))
    assert [config.issuer(name) for name in ("Tarn", "Kessel, Söhne & Co.", "Nobody", None)] == ["UK", "DE", "US", "US"]
    day = date(2026, 11, 5)
    assert [next_open_date(config, day, code) for code in ("US", "UK", "DE")] == [day, None, None]


def test_every_subsidiary_that_is_named_must_be_known_and_a_customer_has_one(tmp_path: Path) -> None:
    bad = COMPANIES | {
        "dimensions.toml": TOML.replace('"US"', '"USA"'),
        "german.csv": "customer\nTarn\n",
        "departments.csv": "code,subsidiaries\nSALES,US;GB\n",
        "periods.csv": "start,end,status,subsidiary\n2026-11-01,2026-11-30,open,UK\n2026-11-30,2026-12-31,open,UK\n"
        "2026-11-01,2026-11-30,open,FR\n",
    }
    assert faults(tmp_path, bad) == [
        'dimensions.toml line 1: subsidiary names "USA", which is no subsidiary here; did you mean "US"?',
        'companies.csv line 3: customers names "Tarn", a customer of DE already; keep one of the two.',
        'departments.csv line 2: subsidiaries names "GB", which is no subsidiary here.',
        ("periods.csv line 3: start is 2026-11-30, but the period that begins on 2026-11-01 ends only on 2026-11-30."),
        'periods.csv line 4: subsidiary names "FR", which is no subsidiary here.',
    ]


def locked(config: DimensionConfig | None, *, until: date) -> DimensionConfig:
    """Return the demo company with the invoices of its customer issued by a subsidiary whose books are locked."""
    assert config is not None
    own = AccountingPeriod(date(2026, 11, 1), until, PeriodStatus.AR_LOCKED, "Nov 2026", "UK")
    british = config_of({"subsidiaries": {"UK": {"name": "Acme Ltd", "customers": [CUSTOMER]}}}).subsidiaries
    return replace(config, subsidiaries=british, periods=(*config.periods, own))


CUSTOMER = "Northwind GmbH"


def test_a_draft_is_held_against_the_books_of_its_own_subsidiary(house: SmallHouse) -> None:
    house.runtime.dimensions = locked(house.runtime.dimensions, until=date(2026, 11, 25))
    assert won(house, PLATFORM).state == "needs coding"
    assert content(house).bill_to.name == CUSTOMER
    assert form(house).view.problems == ("The period Nov 2026 of Acme Ltd is closed for invoices.",)
    (question,) = form(house).questions
    assert list(question.offered)[:2] == ["2026-11-26", "2026-12-01"]
    assert mended(house, posting_date="2026-11-26") == "awaiting approval"
    assert content(house).invoice_date == date(2026, 11, 26)


def test_books_that_only_the_subsidiary_has_locked_stop_its_issue(house: SmallHouse) -> None:
    found = approved(house, PLATFORM)
    house.runtime.dimensions = locked(house.runtime.dimensions, until=date(2026, 11, 30))
    assert not begin(TEAM, found.id, 1)
    assert invoice(house).state == "needs coding"
