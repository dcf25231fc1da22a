"""What a deal would bill before it closes: its schedule, the questions that stand in the way, and the modal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.blockkit import check
from flows.contracts.catalogue import Catalogue, Product
from flows.contracts.product_parts import Parts
from flows.contracts.quote_view import no_quote_modal, quote_modal
from flows.contracts.quoting import Preview, deal_id_in, preview
from flows.values.deal import Deal
from flows.values.money import format_money, total
from flows.values.words import day
from tests.flows.cards.reading import foreign_markup, words
from tests.flows.deals import DEAL, POLICY, TODAY, any_deal, line, sound_deals

OPEN = replace(DEAL, is_won=False, close_date=date(2026, 12, 15))
SETUP = line(source_id="00k2", product_code="SETUP", description="Setup", quantity=Decimal(1),
             unit_price=Decimal("500.00"), total=None, billing="one_time", frequency=None)  # fmt: skip


def of(deal: Deal = OPEN, catalogue: Catalogue | None = None, **changes: Any) -> Preview:
    """Return the preview of a deal, on the tests' day."""
    return preview(replace(deal, **changes), catalogue, POLICY, today=TODAY)


def test_an_open_deal_is_billed_on_paper_from_the_day_on_which_it_closes() -> None:
    found = of()
    assert (found.questions, found.is_known, str(found.total)) == ((), True, "USD 28,800.00")
    billed = [(one.invoice_date, one.first, one.last, str(one.amount)) for one in found.invoices]
    # twelve months of 40 x 60.00; the first two are due by 1 Jan, none is dated before the deal closes
    assert billed[:3] == [
        (date(2026, 12, 15), date(2026, 12, 1), date(2026, 12, 31), "USD 2,400.00"),
        (date(2027, 1, 1), date(2027, 1, 1), date(2027, 1, 31), "USD 2,400.00"),
        (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 28), "USD 2,400.00"),
    ]
    assert len(billed) == 12


def test_a_close_date_that_has_passed_bills_nothing_before_today() -> None:
    assert of(close_date=date(2026, 11, 2)).invoices[0].invoice_date == TODAY
    assert of(is_won=True, close_date=date(2026, 11, 2)).invoices[0].invoice_date == date(2026, 11, 2)


def test_one_time_fees_stand_on_the_first_invoice() -> None:
    found = of(lines=(*OPEN.lines, SETUP), amount=Decimal("2900.00"))
    assert found.questions == ()
    assert [str(one.amount) for one in found.invoices[:2]] == ["USD 2,900.00", "USD 2,400.00"]


def test_an_unmapped_product_is_a_question_and_not_a_guess() -> None:
    found = of(catalogue=Catalogue({"OTHER": Product("OTHER")}))
    assert ([one.code for one in found.questions], found.is_known) == (["deal.unmapped_product"], False)
    shown = words(quote_modal(found))
    assert "has the product “SEAT”" in shown and "once these are answered" in shown and "USD" not in shown


@pytest.mark.parametrize("field", ["contact_email", "account_name", "amount"])
def test_what_does_not_bear_on_the_schedule_is_asked_beside_it(field: str) -> None:
    missing: dict[str, Any] = {field: None}
    found = of(**missing)
    assert [one.field for one in found.questions] == [field]
    assert (len(found.invoices), str(found.total)) == (12, "USD 28,800.00")


def test_missing_payment_terms_are_asked_beside_the_schedule() -> None:
    found = preview(replace(OPEN, terms=None), None, replace(POLICY, default_terms=None), today=TODAY)
    assert ([one.code for one in found.questions], len(found.invoices)) == (["deal.unknown_terms"], 12)


def test_the_payment_terms_are_told_in_the_words_of_the_invoice() -> None:
    assert "Payment terms: 2 % within 10 days, else net 30" in words(quote_modal(of(terms="2/10 net 30")))
    assert "Payment terms" not in words(quote_modal(of(terms="as usual")))  # they are asked about


def test_what_is_measured_is_named_and_counted_as_nothing() -> None:
    calls = line(source_id="00k9", product_code="API", billing="flat", quantity=None, unit_price=Decimal("0.10"),
                 total=None)  # fmt: skip
    catalogue = Catalogue({"SEAT": Product("SEAT"), "API": Product("API", meter="calls")})
    found = of(catalogue=catalogue, lines=(*OPEN.lines, calls), amount=Decimal("2400.10"))
    assert (found.meters, str(found.total)) == (("calls",), "USD 28,800.00")
    assert "(calls) is counted as 0" in words(quote_modal(found))


def test_the_modal_lists_date_period_and_amount_with_the_total() -> None:
    shown = words(quote_modal(of()))
    assert shown.startswith("*Northwind GmbH · USD 28,800.00*")
    assert "not closed yet; here it closes on 15 Dec 2026" in shown
    assert "• 1 Jan 2027 · 1 Jan 2027 - 31 Jan 2027 · USD 2,400.00" in shown
    assert "*12 invoices, USD 28,800.00*" in shown and "Nothing was stored." in shown


def test_ten_years_are_all_listed() -> None:
    found = of(end_date=date(2036, 11, 30))
    view = quote_modal(found)
    check(view)
    listed, told = words(view).split("*How each comes about*")
    assert listed.count("• ") == 120 and "USD 288,000.00" in listed and "120 invoices of USD 2,400.00" in told


def test_each_invoice_says_how_it_comes_about_and_those_alike_once() -> None:
    found = of(end_date=date(2027, 2, 15))
    (line,) = found.invoices[-1].lines
    assert line.why.words == (
        "40 units at 60.00 = 2,400.00",
        "15 of 28 days: 2,400.00 x 15/28 = 1,285.714286…",
        "1,285.714286… rounded to 1,285.71",
    )
    shown = words(quote_modal(found))
    assert "*15 Dec 2026 to 1 Jan 2027 · 2 invoices of USD 2,400.00*\n• Seats · USD 2,400.00\n40 units at" in shown
    assert "*1 Feb 2027 · USD 1,285.71*" in shown and "2,400.00 x 15/28 = 1,285.714286…" in shown
    assert "the deal at Salesforce OpportunityLineItem 00k1" in shown and shown.count("40 units at") == 2


def test_what_slack_has_no_room_for_is_said_to_be_left_out() -> None:
    lines = tuple(replace(OPEN.lines[0], source_id=f"00k{number}", description="S" * 190) for number in range(100))
    parts = Parts.model_validate({"escalator": {"pct": 1, "every_months": 1}})
    rising = Catalogue({"SEAT": Product("SEAT", parts=parts)})
    found = of(catalogue=rising, lines=lines, amount=None)
    view = quote_modal(found)
    check(view)
    shown = words(view)
    told = shown.count("40 units at") // 100  # invoices with a hundred lines each
    assert 2 <= told < 12 and shown.count("40 units at") % 100 == 0
    left = found.invoices[told:]
    whole = format_money(total((one.amount for one in left), "USD"))
    assert f"how the {len(left)} invoices from {day(left[0].invoice_date)} on come to {whole}, as Slack" in shown


def test_milestones_that_wait_for_an_event_are_listed_beside_the_total() -> None:
    stages = ({"description": "Go-live", "event": "live", "pct": 60}, {"description": "End", "event": "end", "pct": 40})
    project = Catalogue({"SETUP": Product("SETUP", parts=Parts.model_validate({"milestones": stages}))})
    found = of(catalogue=project, lines=(SETUP,), amount=Decimal("500.00"))
    waiting = [(one.description, str(one.amount)) for one in found.waiting]
    assert waiting == [("Go-live", "USD 300.00"), ("End", "USD 200.00")]
    shown = words(quote_modal(found))
    assert "*Not in it: USD 500.00, each billed when" in shown and "• Go-live · USD 300.00\n• End" in shown


@settings(max_examples=100)
@given(st.one_of(any_deal, sound_deals()))
def test_whatever_the_source_wrote_is_shown_within_slacks_limits(deal: Deal) -> None:
    for view in (quote_modal(of(replace(deal, is_won=False))), no_quote_modal(deal.name)):
        check(view)
        assert foreign_markup(view) == []


@pytest.mark.parametrize(
    ("typed", "deal_id"),
    [
        ("006Hs00001AbCdEIAV", "006Hs00001AbCdEIAV"),
        (" 006-0042 ", "006-0042"),
        ("<https://a.lightning.force.com/lightning/r/Opportunity/006Hs00001AbCdEIAV/view>", "006Hs00001AbCdEIAV"),
        ("<https://a.my.salesforce.com/006Hs00001AbCdE|the deal>", "006Hs00001AbCdE"),
        ("https://a.example/one/one.app#/sObject/006Hs00001AbCdE/view?x=12345678", "006Hs00001AbCdE"),
        ("https://a.example/nothing", "https://a.example/nothing"),
        ("https://[", "https://["),
    ],
)
def test_an_id_is_found_in_a_link(typed: str, deal_id: str) -> None:
    assert deal_id_in(typed) == deal_id
