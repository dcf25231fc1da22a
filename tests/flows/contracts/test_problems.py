"""Everything that keeps a deal from being billed is said at once, in words that name what to do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.contracts.rules import Problem, problems
from flows.policy.model import BillingPolicy
from flows.values.deal import Deal
from tests.flows.deals import DEAL, POLICY, SEATS, TODAY, any_deal, deal, line, sound_deals


def found(one: Deal) -> dict[str, Problem]:
    return {f"{problem.field} {problem.code}": problem for problem in problems(one, today=TODAY, policy=POLICY)}


def test_a_deal_in_order_has_no_problem() -> None:
    assert problems(DEAL, today=TODAY, policy=POLICY) == ()


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"amount": None}, "amount deal.missing_amount", "no amount"),
    ({"amount": Decimal("NaN")}, "amount deal.not_a_number", "NaN"),
    ({"amount": Decimal("sNaN")}, "amount deal.not_a_number", "sNaN"),
    ({"amount": Decimal("Infinity")}, "amount deal.not_a_number", "Infinity"),
    ({"amount": Decimal("1E+50")}, "amount deal.too_large", "too large"),
    ({"amount": Decimal(-2400)}, "amount deal.negative_amount", "USD -2,400.00"),
    ({"amount": Decimal("2400.005")}, "amount deal.too_precise", "USD has 2 decimals"),
    ({"currency": None}, "currency deal.unknown_currency", "such as USD"),
    ({"currency": "usd"}, "currency deal.unknown_currency", "write USD"),
    ({"currency": "DOGE"}, "currency deal.unknown_currency", "“DOGE”"),
    ({"contact_email": None}, "contact_email deal.no_contact", "no contact"),
    ({"contact_email": "  "}, "contact_email deal.no_contact", "no contact"),
    ({"contact_email": "ap@x.example\nBcc: evil@x.example"}, "contact_email deal.bad_email", "line break"),
    ({"account_name": None}, "account_name deal.no_customer", "no customer"),
    ({"account_name": " "}, "account_name deal.no_customer", "no customer"),
    ({"account_name": "N" * 5000}, "account_name deal.text_too_long", "5,000 characters"),
    ({"account_name": "Acme \u202emoc.live"}, "account_name deal.unreadable_text", "hidden control characters"),
    ({"contact_name": "Erika\x00"}, "contact_name deal.unreadable_text", "hidden control characters"),
    ({"po_number": "45\n00"}, "po_number deal.unreadable_text", "hidden control characters"),
    ({"terms": "30 days end of month"}, "terms deal.unknown_terms", "“30 days end of month”"),
    ({"start_date": date(2027, 12, 1)}, "end_date deal.bad_dates", "before it starts on 1 Dec 2027"),
    ({"start_date": date(2062, 12, 1), "end_date": None}, "start_date deal.bad_dates", "1 Dec 2062"),
    ({"start_date": date(26, 12, 1)}, "start_date deal.bad_dates", "too far from today"),
    ({"start_date": None}, "start_date deal.missing_start", "no start date"),
    ({"renewal_months": Decimal("1.5")}, "renewal_months deal.bad_renewal", "1.5 months"),
    ({"renewal_months": Decimal("NaN")}, "renewal_months deal.bad_renewal", "whole number up to 120"),
    ({"renewal_months": Decimal(12), "end_date": None}, "end_date deal.bad_renewal", "no end date to be renewed at"),
    ({"renewal_months": Decimal(12), "uplift_pct": Decimal(101)}, "uplift_pct deal.bad_renewal", "from 0 to 100"),
    ({"uplift_pct": Decimal(3)}, "renewal_months deal.bad_renewal", "for how many months"),
    ({"close_date": date(2025, 11, 22)}, "close_date deal.far_past", "366 days ago"),
    ({"close_date": date(1900, 1, 1)}, "close_date deal.bad_dates", "1 Jan 1900"),
    ({"is_won": False}, "is_won deal.not_won", "not closed won"),
    ({"lines": ()}, "line_1.description deal.no_lines", "no products"),
    ({"lines": (SEATS, SEATS)}, "lines deal.duplicate_line", "twice"),
    ({"amount": Decimal(0), "lines": (line(unit_price=Decimal(0)),)}, "lines deal.nothing_to_bill", "USD 0.00"),
]
BAD_LINES: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": None}, "line_1.quantity deal.missing_quantity", "no quantity"),
    ({"quantity": Decimal(-3)}, "line_1.quantity deal.negative_quantity", "quantity -3"),
    ({"quantity": Decimal(0)}, "line_1.quantity deal.zero_quantity", "quantity 0"),
    ({"quantity": Decimal("NaN")}, "line_1.quantity deal.not_a_number", "NaN"),
    ({"quantity": Decimal("1E-13")}, "line_1.quantity deal.too_precise", "12 decimals"),
    ({"quantity": Decimal("1E-999999")}, "line_1.quantity deal.too_precise", "12 decimals"),
    ({"quantity": Decimal("1E+12"), "unit_price": Decimal(10)}, "line_1.quantity deal.too_large", "too large"),
    ({"billing": "flat"}, "line_1.quantity deal.flat_quantity", "quantity 40"),
    ({"unit_price": None}, "line_1.unit_price deal.missing_price", "no unit price"),
    ({"unit_price": Decimal(-60)}, "line_1.unit_price deal.negative_price", "USD -60.00"),
    ({"unit_price": Decimal("1E+999999")}, "line_1.unit_price deal.too_large", "too large"),
    ({"billing": None}, "line_1.billing deal.unknown_billing", "does not say"),
    ({"billing": "Per Seat"}, "line_1.billing deal.unknown_billing", "“Per Seat”"),
    ({"frequency": None}, "line_1.frequency deal.unknown_frequency", "how often"),
    ({"frequency": "weekly"}, "line_1.frequency deal.unknown_frequency", "“weekly”"),
    ({"timing": "midway"}, "line_1.timing deal.unknown_timing", "advance or arrears"),
    ({"description": " "}, "line_1.description deal.no_description", "no description"),
    ({"description": "x" * 5001}, "line_1.description deal.text_too_long", "5,001"),
    ({"description": "\ud800"}, "line_1.description deal.unreadable_text", "hidden"),
    # 40 x 60.00 is 2,400.00; a tenth off is 2,160.00
    (
        {"total": Decimal(2160)},
        "line_1.total deal.total_differs",
        "40 × USD 60.00 is USD 2,400.00, but the deal says USD 2",
    ),
    ({"total": Decimal("Infinity")}, "line_1.total deal.not_a_number", "Infinity"),
]


@pytest.mark.parametrize(("changes", "key", "says"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_a_bad_deal(changes: dict[str, Any], key: str, says: str) -> None:
    answer = found(deal(**changes))
    assert key in answer, sorted(answer)
    assert says in answer[key].message


@pytest.mark.parametrize(
    ("changes", "key", "says"), BAD_LINES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_bad_line(changes: dict[str, Any], key: str, says: str) -> None:
    answer = found(deal(lines=(line(**changes),)))
    assert key in answer, sorted(answer)
    assert says in answer[key].message


def test_one_fault_is_one_problem() -> None:
    for changes, key, _ in BAD:
        if "start_date" not in changes and changes.get("lines") != ():
            assert list(found(deal(**changes))) in ([key], [key, "lines deal.nothing_to_bill"]), key


def test_all_problems_come_at_once_sorted_by_field_then_code() -> None:
    bad = deal(
        amount=None,
        currency="usd",
        contact_email=None,
        terms="as usual",
        lines=(line(quantity=Decimal(-1), billing="x"),),
    )
    answer = problems(bad, today=TODAY, policy=POLICY)
    assert [(problem.field, problem.code) for problem in answer] == [
        ("amount", "deal.missing_amount"),
        ("contact_email", "deal.no_contact"),
        ("currency", "deal.unknown_currency"),
        ("line_1.billing", "deal.unknown_billing"),
        ("line_1.quantity", "deal.negative_quantity"),
        ("terms", "deal.unknown_terms"),
    ]


def test_a_zero_decimal_currency_with_cents_is_asked_about() -> None:
    yen = deal(
        currency="JPY",
        amount=Decimal("1000.50"),
        lines=(line(quantity=Decimal(1), unit_price=Decimal("1000.50"), total=Decimal("1000.50")),),
    )
    assert list(found(yen)) == [
        "amount deal.too_precise",
        "line_1.total deal.too_precise",
        "line_1.unit_price deal.too_precise",
    ]
    assert "JPY has no decimals" in found(yen)["amount deal.too_precise"].message


def test_trailing_zeros_are_not_decimals() -> None:
    yen = deal(
        currency="JPY", amount=Decimal("1000.00"), lines=(line(quantity=Decimal("1.0"), unit_price=Decimal("1000.00")),)
    )
    assert found(yen) == {}


@pytest.mark.parametrize(
    "amount",
    [
        "2400.00",  # the first month: 40 x 60
        "2400",
        "28800.00",  # the first year: 12 x 2,400
        "57600.00",  # the contract: 24 x 2,400, 1 Dec 2026 to 30 Nov 2028
    ],
)
def test_an_amount_that_the_lines_explain(amount: str) -> None:
    assert found(deal(amount=Decimal(amount), end_date=date(2028, 11, 30))) == {}


@pytest.mark.parametrize("amount", ["2400.01", "2399.99", "0", "4800.00", "57600.01"])
def test_an_amount_that_nothing_explains(amount: str) -> None:
    answer = found(deal(amount=Decimal(amount), end_date=date(2028, 11, 30)))
    assert list(answer) == ["amount deal.amount_differs"]
    assert (
        "USD 2,400.00 for the first invoice, USD 28,800.00 for a year, USD 57,600.00 for the whole contract"
        in answer["amount deal.amount_differs"].message
    )


def test_an_amount_of_rounded_or_of_exact_lines() -> None:
    # 3 x 0.335 = 1.005 -> 1.01 a line; two lines: rounded 2.02, exact 2.010 -> 2.01
    lines = tuple(line(source_id=str(n), quantity=Decimal(3), unit_price=Decimal("0.335")) for n in (1, 2))
    assert found(deal(amount=Decimal("2.02"), lines=lines)) == {}
    assert found(deal(amount=Decimal("2.01"), lines=lines)) == {}
    assert list(found(deal(amount=Decimal("2.00"), lines=lines))) == ["amount deal.amount_differs"]


def test_a_line_total_for_the_whole_contract_is_no_contradiction() -> None:
    # 12 months x 2,400
    assert found(deal(amount=Decimal(28800), lines=(line(total=Decimal(28800)),))) == {}


def test_part_of_a_period_is_not_billed() -> None:
    short = found(deal(end_date=date(2026, 12, 30)))
    assert list(short) == ["line_1.frequency deal.partial_period"]
    assert "31 Dec 2026" in short["line_1.frequency deal.partial_period"].message
    assert found(deal(end_date=date(2026, 12, 31))) == {}


def test_a_deal_that_is_billed_already_may_end_inside_a_period() -> None:
    short = deal(end_date=date(2026, 12, 30), amount=Decimal("1200.00"), close_date=TODAY - timedelta(days=400))
    assert [one.code for one in problems(short, today=TODAY, policy=POLICY)] == [
        "deal.far_past",
        "deal.partial_period",
    ]
    assert problems(short, today=TODAY, policy=POLICY, is_billed=True) == ()
    whole = deal(amount=Decimal("1200.00"), end_date=date(2026, 12, 31))
    codes = [one.code for one in problems(whole, today=TODAY, policy=POLICY, is_billed=True)]
    assert codes == ["deal.amount_differs"], "the amount of whole periods can be told"


def test_the_far_past_begins_after_the_policys_days() -> None:
    edge = TODAY - timedelta(days=365)
    assert found(deal(close_date=edge)) == {}
    assert list(found(deal(close_date=edge - timedelta(days=1)))) == ["close_date deal.far_past"]


def test_terms_may_come_from_the_policy() -> None:
    bare = BillingPolicy("UTC", None, 365, {}, "4000", "1200", {})
    assert problems(deal(terms=None), today=TODAY, policy=POLICY) == ()
    assert [one.code for one in problems(deal(terms=" "), today=TODAY, policy=bare)] == ["deal.unknown_terms"]


def test_a_one_time_deal_needs_no_dates() -> None:
    setup = line(billing="one_time", frequency=None, quantity=Decimal(1), unit_price=Decimal(2400))
    assert found(deal(lines=(setup,), start_date=None, end_date=None)) == {}


def test_a_flat_fee_needs_no_quantity() -> None:
    assert found(deal(lines=(line(billing="flat", quantity=None, unit_price=Decimal(2400)),))) == {}


def test_words_of_the_source_are_quoted_and_short() -> None:
    shouting = "<!channel> " + "x" * 300 + "\nApproved by Dana"
    message = found(deal(account_name=shouting))["account_name deal.text_too_long"].message
    assert "“<!channel> xxx" in message
    assert "Approved by Dana" not in message
    assert "\n" not in message
    assert len(message) < 140


@pytest.mark.parametrize(
    "address",
    [
        "ap@x.example\r\nSubject: hi",
        "ap@x.example\n",
        "ap@x.example ",
        "Erika <ap@x.example>",
        "ap@x.example,bp@x.example",
        "ap@x.example; bp@x.example",
        "ap",
        "ap@",
        "@x.example",
        "ap@@x.example",
        "ap@localhost",
        "a..b@x.example",
        ".a@x.example",
        "ap@-x.example",
        "ap@x..example",
        "ap@1.2.3.4",
        "ap@[127.0.0.1]",
        "äp@x.example",
        "a" * 65 + "@x.example",
        "ap@" + "x" * 250 + ".example",
        "ap\x00@x.example",
        "ap\u2028@x.example",
    ],
)
def test_addresses_that_mail_must_not_go_to(address: str) -> None:
    assert [problem.code for problem in problems(deal(contact_email=address), today=TODAY, policy=POLICY)] == [
        "deal.bad_email"
    ]


@pytest.mark.parametrize(
    "address", ["ap@x.example", "a.b+inv@sub.x-y.example", "o'neil@x.co", "x@xn--bcher-kva.example"]
)
def test_addresses_that_mail_goes_to(address: str) -> None:
    assert found(deal(contact_email=address)) == {}


@given(any_deal, st.dates())
def test_any_deal_gets_an_answer(any_one: Deal, today: date) -> None:
    answer = problems(any_one, today=today, policy=POLICY)
    assert list(answer) == sorted(answer, key=lambda problem: (problem.field, problem.code, problem.message))
    for problem in answer:
        assert problem.code.startswith("deal.")
        assert 0 < len(problem.message) < 400
        assert "\n" not in problem.message


@given(sound_deals())
def test_the_sound_deals_of_the_tests_are_sound(sound: Deal) -> None:
    assert problems(sound, today=TODAY, policy=POLICY) == ()
