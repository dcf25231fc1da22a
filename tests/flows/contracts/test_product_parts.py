"""What a product brings beside its price: each part is billed, and docs/billing.md comes to what it says."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from flows.billing import Contracted
from flows.billing.rules import billed_otherwise
from flows.contracts.catalogue import Catalogue, CatalogueError, load_catalogue
from flows.contracts.mapping import terms_of_deal
from flows.contracts.problem import Problem
from flows.rating import plan, quote
from flows.terms.model import Terms
from flows.values.deal import Deal, DealLine, line_source
from tests.flows.deals import BILL_TO, POLICY, TODAY, deal, line
from tests.places import REPO_ROOT

PAGE = (REPO_ROOT / "docs" / "billing.md").read_text(encoding="utf-8")
CASES = re.findall(r"```toml\n(.*?)```\n(.*?\*\*(USD [\d.,]+)\*\*)", PAGE, re.DOTALL)
SOLD = re.compile(r"(\d+) ([A-Z-]+) at (\d+\.\d+) (monthly|quarterly|annual|once)")
UP_TO = re.compile(r"[Uu]p to\s(\d{4}-\d\d-\d\d)")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
PROJECT = """
[products.PROJECT]
milestones = [
    { description = "Kick-off", pct = "33.33", after_months = 0 },
    { description = "Go-live", pct = "33.33", event = "go-live" },
    { description = "Acceptance", pct = "33.34", event = "accepted" },
]
"""
METERED = """
[products.CALLS]
meter = "calls"
frequency = "monthly"
price = { model = "standard", unit_price = "0.10" }
"""


def catalogue(folder: Path, text: str) -> Catalogue:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return load_catalogue(path)


def sold(quantity: str, code: str, price: str, often: str, number: int = 1) -> DealLine:
    once = often == "once"
    return line(
        source_id=f"00k{number}",
        product_code=code,
        description=code.title(),
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        billing="one_time" if once else "per_unit",
        frequency=None if once else often,
    )


def year(*lines: DealLine, start: date = YEAR[0], end: date | None = YEAR[1]) -> Deal:
    return deal(lines=lines, start_date=start, end_date=end)


def mapped(one: Deal, known: Catalogue) -> Contracted | tuple[Problem, ...]:
    return terms_of_deal(one, BILL_TO, known, POLICY, since=TODAY)


def terms(one: Deal, known: Catalogue) -> Terms:
    found = mapped(one, known)
    assert isinstance(found, Contracted), found
    return found.terms


@pytest.mark.parametrize(("text", "words", "total"), CASES, ids=range(len(CASES)))
def test_an_example_comes_to_what_the_page_says(text: str, words: str, total: str, tmp_path: Path) -> None:
    lines = [
        sold(quantity, code, price, often, number)
        for number, (quantity, code, price, often) in enumerate(SOLD.findall(words), start=1)
    ]
    until = UP_TO.search(words)
    found = terms(year(*lines), catalogue(tmp_path, text))
    assert str(quote(found, until=date.fromisoformat(until[1]) if until else None).total) == total


def test_every_example_of_the_page_is_billed() -> None:
    assert len(CASES) == PAGE.count("```toml") == 9


def test_shares_of_milestones_lose_no_cent_and_each_line_has_events_of_its_own(tmp_path: Path) -> None:
    two = year(sold("1", "PROJECT", "1000.00", "once"), sold("1", "PROJECT", "50.00", "once", number=2))
    found = terms(two, catalogue(tmp_path, PROJECT))
    # 333.30, 333.30 and what is left of 1,000.00; 16.67 (16.665), 16.67 and what is left of 50.00
    assert [str(one.amount) for one in found.milestones] == ["333.30", "333.30", "333.40", "16.67", "16.67", "16.66"]
    assert [one.event for one in found.milestones if one.event] == [
        "00k1.go-live", "00k1.accepted", "00k2.go-live", "00k2.accepted",
    ]  # fmt: skip
    reached = {"00k2.go-live": date(2026, 5, 4)}
    planned = plan(found, horizon=YEAR[1], reached=reached)
    assert [(one.key, str(one.invoice_date)) for one in planned] == [
        ("2026-01-01", "2026-01-01"),
        ("milestone:00k2.go-live", "2026-05-04"),
    ]


def test_what_the_deal_cannot_say_of_a_line_is_not_compared_with_it(tmp_path: Path) -> None:
    plain, measured, stages = (
        sold("2", "SEAT", "9.00", "monthly"),
        *(
            sold("1", code, "1000.00", often, number)
            for number, (code, often) in enumerate((("CALLS", "monthly"), ("PROJECT", "once")), start=2)
        ),
    )
    one = year(plain, measured, stages)
    found = mapped(one, catalogue(tmp_path, METERED + PROJECT + "[products.SEAT]\n"))
    assert isinstance(found, Contracted)
    otherwise = billed_otherwise(found)
    assert otherwise == {line_source(one, measured), line_source(one, stages)}


def test_steps_and_stretches_end_with_the_contract(tmp_path: Path) -> None:
    text = """
[products.SEATS]
ramp = [{ months = 2, quantity = 10 }, { months = 2, price_pct = 90 }, { quantity_pct = 100, unit_price = 50 }]
free = [{ after_months = 2, months = 6 }, { after_months = 9, months = 1 }]
discounts = [{ amount = 5, after_months = 1 }, { pct = 5, after_months = 12 }]
"""
    short = year(sold("40", "SEATS", "60.00", "monthly"), end=date(2026, 3, 31))
    (seats,) = terms(short, catalogue(tmp_path, text)).lines
    assert [(str(one.start), one.end, one.quantity, one.unit_price) for one in seats.ramp] == [
        ("2026-01-01", date(2026, 2, 28), Decimal(10), None),
        ("2026-03-01", None, None, Decimal("54.00")),  # 90 % of 60.00
    ]
    assert [(one.start, one.end) for one in seats.free] == [(date(2026, 3, 1), date(2026, 3, 31))]
    assert [(one.start, one.end) for one in seats.discounts] == [(date(2026, 2, 1), date(2026, 3, 31))]


def test_a_minimum_and_a_credit_stand_at_the_lines_they_are_for(tmp_path: Path) -> None:
    text = METERED + (
        "commitment = { amount = 100, per = 'period', alert_at_pct = [75] }\n"
        "credit = { amount = 250, price = 0, months = 6 }\n"
    )
    found = terms(year(sold("1", "CALLS", "0.10", "monthly")), catalogue(tmp_path, text))
    ((minimum,), (credit,)) = (found.commitments, found.credits)
    assert minimum.lines == credit.lines == ("00k1",)
    assert (minimum.amount, minimum.per, minimum.alert_at_pct) == (Decimal(100), "period", (Decimal(75),))
    assert (credit.amount, credit.price, credit.expires) == (Decimal(250), Decimal(0), date(2026, 6, 30))
    assert minimum.source == credit.source == "salesforce OpportunityLineItem 00k1"


def test_a_minimum_for_what_the_deal_has_not_is_asked_about(tmp_path: Path) -> None:
    text = METERED + "[products.LEAST]\ncommitment = { products = ['CALLS'] }\n[products.SEATS]\n"
    deal_ = year(sold("2", "SEATS", "60.00", "monthly"), sold("1", "LEAST", "900.00", "once", number=2))
    (asked,) = mapped(deal_, catalogue(tmp_path, text))  # type: ignore[misc]
    assert isinstance(asked, Problem)
    assert (asked.code, asked.field) == ("deal.terms_refused", "line_2.product_code")
    assert asked.message.startswith("Line 2 is a minimum for CALLS, but the deal has no such line.")


def test_periods_are_those_of_the_calendar_where_the_catalogue_says_so(tmp_path: Path) -> None:
    known = catalogue(tmp_path, "[products.Q]\nalignment = 'calendar'\n[products.M]\n")
    found = terms(year(sold("1", "Q", "910.00", "quarterly"), start=date(2026, 2, 15)), known)
    # 15 Feb to 31 Mar 2026 are 14 + 31 = 45 of the quarter's 31 + 28 + 31 = 90 days: 455.00
    invoices = quote(found).invoices
    assert [(str(one.invoice_date), str(one.total.amount)) for one in invoices] == [
        ("2026-02-15", "455.00"), ("2026-04-01", "910.00"), ("2026-07-01", "910.00"), ("2026-10-01", "910.00"),
    ]  # fmt: skip
    mixed = year(sold("1", "Q", "910.00", "quarterly"), sold("1", "M", "10.00", "monthly", number=2))
    (asked,) = mapped(mixed, known)  # type: ignore[misc]
    assert isinstance(asked, Problem)
    assert asked.message.startswith("Line 1 (Q) has the alignment “calendar” and line 2 (M) has “anniversary”. One")


PERIODS = """
[contract]
proration = "thirty_360"
renewal = { kind = "fixed", months = 12, times = 2, uplift_pct = 3 }
[products.PLAIN]
[products.OTHER]
proration = "none"
renewal = { kind = "evergreen" }
anchor_day = 15
[products.USED]
meter = "calls"
price = { model = "standard", unit_price = "0.10" }
arrears_on = "period_end"
[products.LATE]
timing = "arrears"
[products.CALENDAR]
alignment = "calendar"
fiscal_year_start_month = 4
"""


def test_a_contract_goes_by_what_the_catalogue_says_of_all_and_a_product_of_its_own(tmp_path: Path) -> None:
    known = catalogue(tmp_path, PERIODS)
    plain = terms(year(sold("1", "PLAIN", "9.00", "monthly")), known)
    assert (plain.billing.proration, plain.renewal.kind, plain.renewal.times) == ("thirty_360", "fixed", 2)
    other = terms(year(sold("1", "OTHER", "9.00", "monthly")), known)
    assert (other.billing.proration, other.renewal.kind, other.billing.anchor_day) == ("none", "evergreen", 15)
    year_ = terms(year(sold("1", "CALENDAR", "9.00", "quarterly")), known)
    assert (year_.billing.alignment, year_.billing.fiscal_year_start_month) == ("calendar", 4)
    # what is charged once is not asked, and neither is a line in advance for its day in arrears
    used = terms(year(sold("1", "USED", "0.10", "monthly"), sold("1", "PLAIN", "9.00", "monthly", number=2)), known)
    assert used.billing.arrears_on == "period_end"
    once = terms(year(sold("1", "OTHER", "9.00", "once"), sold("1", "PLAIN", "9.00", "monthly", number=2)), known)
    assert once.billing.proration == "thirty_360"
    assert terms(year(sold("1", "OTHER", "9.00", "once")), known).renewal.kind == "none"
    endless = terms(year(sold("1", "PLAIN", "9.00", "monthly"), end=None), known)
    assert endless.renewal.kind == "none", "what never ends is not renewed"


def test_what_two_products_of_a_deal_have_differently_is_asked_with_both_names(tmp_path: Path) -> None:
    known = catalogue(tmp_path, PERIODS)
    found = mapped(year(sold("1", "PLAIN", "9", "monthly"), sold("1", "OTHER", "9", "monthly", number=2)), known)
    assert [one.message.partition(". One")[0] for one in found] == [  # type: ignore[union-attr]
        (
            "Line 1 (PLAIN) has the renewal “for 12 months, 2 times, prices rise by 3% each time” and line 2 "
            "(OTHER) has “it goes on until it is cancelled”"
        ),
        "Line 1 (PLAIN) has the anchor_day “the contract's first day” and line 2 (OTHER) has “day 15”",
        "Line 1 (PLAIN) has the proration “thirty_360” and line 2 (OTHER) has “none”",
    ]
    (asked,) = mapped(  # type: ignore[misc]
        year(sold("1", "USED", "0.10", "monthly"), sold("1", "LATE", "9", "monthly", number=2)), known
    )
    assert "line 2 (LATE) has “day_after”" in asked.message


def test_a_product_that_is_renewed_on_a_deal_without_an_end_is_named(tmp_path: Path) -> None:
    text = "[products.S]\nrenewal = { kind = 'fixed', months = 12 }\n[products.ONCE]\n"
    lines = sold("1", "S", "60.00", "monthly"), sold("1", "ONCE", "9.00", "once", number=2)
    (asked,) = mapped(year(*lines, end=None), catalogue(tmp_path, text))  # type: ignore[misc]
    assert isinstance(asked, Problem)
    assert (asked.code, asked.field) == ("deal.terms_refused", "end_date"), "the card has a field for it"
    assert asked.message == (
        "Line 1 (S): the product is renewed (for 12 months), and the deal has no end date at which it could be. "
        "Give the deal an end, or correct the renewal in the product catalogue."
    )
    assert terms(year(*lines), catalogue(tmp_path, text)).renewal.kind == "fixed"


def test_what_is_to_last_goes_on_through_renewals(tmp_path: Path) -> None:
    text = "[products.S]\nrenewal = { kind = 'fixed', months = 12 }\ndiscounts = [{ pct = 10 }]\n"
    found = terms(year(sold("1", "S", "100.00", "annual")), catalogue(tmp_path, text))
    assert [str(one.total) for one in quote(found, until=date(2027, 12, 31)).invoices] == ["USD 90.00", "USD 90.00"]


def test_an_agreed_price_can_be_for_another_time_than_it_is_billed(tmp_path: Path) -> None:
    known = catalogue(tmp_path, "[products.S]\nfrequency = 'quarterly'\nprice_per = 'annual'\n")
    found = terms(year(sold("40", "S", "720.00", "annual")), known)
    assert [str(one.total) for one in quote(found).invoices] == ["USD 7,200.00"] * 4


def test_a_contract_that_cannot_be_is_told_on_the_deal(tmp_path: Path) -> None:
    known = catalogue(tmp_path, METERED + "commitment = { per = 'term', amount = 900 }\n")
    found = mapped(year(sold("1", "CALLS", "0.10", "monthly"), end=None), known)
    assert isinstance(found, tuple)
    assert "the contract has no term that ends" in found[0].message


def test_every_mistake_is_told_with_its_line_and_its_place(tmp_path: Path) -> None:
    text = """[products.A]
ramp = [
    { months = 3, quantty = 4 },
    { quantity = 4 },
]
[[products.B.milestones]]
description = "Kick-off"
pct = 30
event = "start"
[[products.B.milestones]]
description = "Go-live"
pct = 60
event = "start"
[products.C]
commitment = { per = "week" }
[products.D]
commitment = { products = ["NOBODY"] }
meter = "calls"
[products.E]
credit = { price = 0 }
commitment = {}
[products.F]
fees = { amount = 3 }
escalator = { pct = 3, every_months = 0 }
[products.G]
free = [{ after_months = -1 }]
[products.H]
ramp = [{ quantity = 1, quantity_pct = 3 }, { months = 2, unit_price = 4.5 }]
alignment = "lunar"
[products.I]
anchor_day = 32
alignment = "calendar"
proration = "weekly"
arrears_on = "period_end"
renewal = { kind = "sometimes" }
[products.J]
fiscal_year_start_month = 4
renewal = { kind = "fixed", month = 3 }
[contract]
anchor_day = "first"
fiscal_year_start_month = 2
renewal = { kind = "fixed" }
colour = "red"
"""
    with pytest.raises(CatalogueError) as told:
        catalogue(tmp_path, text)
    for expected in (
        'line 2: products.A.ramp[1].quantty is not a setting; did you mean "quantity"?',
        "line 6: products.B.milestones their percentages add up to 90; they must be 100.",
        "line 13: products.B.milestones[2].event start stands here twice",
        "line 15: products.C.commitment.per is not supported; use one of: period or term.",
        'line 17: products.D.commitment.products[1] is "NOBODY", which is not in the catalogue.',
        "line 18: products.D.meter is for a product with a price, and this one is nothing but its commitment",
        "line 20: products.E.credit has no amount",
        "line 21: products.E.commitment has no amount",
        "line 23: products.F.fees must be a list of tables",
        "line 24: products.F.escalator.every_months input should be greater than or equal to 1.",
        "line 26: products.G.free[1].after_months input should be greater than or equal to 0.",
        "line 26: products.G.free[1].months is missing; add it.",
        "line 28: products.H.ramp[1].quantity_pct stands beside quantity; keep one of the two.",
        "line 29: products.H.alignment is not supported",
        "line 31: products.I.anchor_day is 32, but must be between 1 and 31.",
        "line 31: products.I.anchor_day is for alignment: anniversary",
        "line 33: products.I.proration is not supported",
        "line 34: products.I.arrears_on is for what is billed after its period",
        "line 35: products.I.renewal.kind is not supported; use one of: none, fixed or evergreen.",
        "line 37: products.J.fiscal_year_start_month is for alignment: calendar",
        'line 38: products.J.renewal.month is not a setting; did you mean "months"?',
        'line 40: contract.anchor_day is the text "first", but must be a whole number',
        "line 41: contract.fiscal_year_start_month is for alignment: calendar",
        "line 42: contract.renewal.months is missing; say for how many months",
        "line 43: contract.colour is not a setting",
    ):
        assert any(fault.startswith(f"catalogue.toml {expected}") for fault in told.value.faults), told.value.faults
