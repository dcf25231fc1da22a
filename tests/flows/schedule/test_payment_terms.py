"""Payment terms: when money is due, what they are called, and which texts are plain enough to be read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from flows.schedule import (
    DayOfMonth,
    EarlyDiscount,
    EndOfMonth,
    Instalment,
    Instalments,
    Net,
    PaymentTerms,
    Remainder,
    describe,
    discount,
    discount_until,
    due_date,
    instalments,
    read_payment_terms,
)
from flows.values.money import Money, total
from flows.values.terms import UnknownTerms, parse_terms
from tests.flows.schedule.strategies import DAYS, PAYMENT_TERMS

ADAPTER: TypeAdapter[PaymentTerms] = TypeAdapter(PaymentTerms)
MONEY = st.builds(Money.of_minor, st.integers(0, 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
TWO_TEN = EarlyDiscount(days=30, discount_days=10, discount_pct=Decimal(2))
HALVES = Instalments(
    parts=(Instalment(due=Net(days=0), percent=Decimal(50)), Instalment(due=Net(days=30), percent=Decimal(50)))
)
THIRDS = Instalments(
    parts=tuple(Instalment(due=EndOfMonth(days=days)) for days in (0, 30, 60)), remainder=Remainder.FIRST
)


@given(PAYMENT_TERMS, DAYS)
def test_nothing_is_due_before_it_is_invoiced(terms: PaymentTerms, invoiced: date) -> None:
    assert due_date(terms, invoiced) >= invoiced
    until = discount_until(terms, invoiced)
    assert until is None or invoiced <= until <= due_date(terms, invoiced)


@given(PAYMENT_TERMS, DAYS, MONEY)
def test_instalments_add_up_to_the_invoice(terms: PaymentTerms, invoiced: date, whole: Money) -> None:
    parts = instalments(terms, invoiced, whole)
    assert total((part.amount for part in parts), whole.currency) == whole
    assert all(part.amount.amount >= 0 and part.due >= invoiced for part in parts)
    assert max(part.due for part in parts) == due_date(terms, invoiced)


@given(PAYMENT_TERMS)
def test_what_we_say_can_be_read_again(terms: PaymentTerms) -> None:
    assert read_payment_terms(describe(terms)) == terms


@given(PAYMENT_TERMS)
def test_terms_survive_being_written_as_json(terms: PaymentTerms) -> None:
    assert ADAPTER.validate_json(ADAPTER.dump_json(terms)) == terms


@pytest.mark.parametrize(
    ("terms", "invoiced", "due"),
    [
        (Net(days=0), date(2026, 1, 31), date(2026, 1, 31)),
        (EndOfMonth(), date(2028, 2, 1), date(2028, 2, 29)),
        (EndOfMonth(days=15), date(2026, 4, 30), date(2026, 5, 15)),
        (DayOfMonth(day=31), date(2026, 1, 31), date(2026, 2, 28)),
        (DayOfMonth(day=15), date(2026, 12, 20), date(2027, 1, 15)),
        (DayOfMonth(day=5, months=2), date(2026, 1, 31), date(2026, 3, 5)),
        (DayOfMonth(day=5, min_days=10), date(2026, 1, 26), date(2026, 2, 5)),  # 10 days are enough
        (DayOfMonth(day=5, min_days=10), date(2026, 1, 27), date(2026, 3, 5)),  # 9 are not
        (DayOfMonth(day=20, months=0), date(2026, 1, 20), date(2026, 1, 20)),
        (DayOfMonth(day=20, months=0), date(2026, 1, 21), date(2026, 2, 20)),  # it has passed in January
        (TWO_TEN, date(2026, 1, 15), date(2026, 2, 14)),
        (HALVES, date(2026, 1, 15), date(2026, 2, 14)),
    ],
)
def test_due_date(terms: PaymentTerms, invoiced: date, due: date) -> None:
    assert due_date(terms, invoiced) == due


def test_the_discount_is_rounded_to_the_currency() -> None:
    taken = discount(TWO_TEN, date(2026, 2, 20), Money(Decimal("0.25"), "USD"))
    assert taken is not None
    assert (taken.until, str(taken.amount)) == (date(2026, 3, 2), "USD 0.01")  # 0.005 goes up
    assert discount(Net(days=30), date(2026, 2, 20), Money.zero("USD")) is None


def test_the_first_instalment_may_take_what_rounding_leaves() -> None:
    parts = instalments(THIRDS, date(2026, 2, 10), Money(Decimal(100), "USD"))
    assert [(part.due, str(part.amount.amount)) for part in parts] == [
        (date(2026, 2, 28), "33.34"),
        (date(2026, 3, 30), "33.33"),
        (date(2026, 4, 29), "33.33"),
    ]


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (Net(days=30), "Net 30"),
        (Net(days=0), "Due on receipt"),
        (EndOfMonth(), "End of the month"),
        (EndOfMonth(days=30), "30 days after the end of the month"),
        (EndOfMonth(days=1), "1 day after the end of the month"),
        (DayOfMonth(day=15), "15th of the next month"),
        (DayOfMonth(day=22), "22nd of the next month"),
        (DayOfMonth(day=11, months=0), "11th of the same month"),
        (DayOfMonth(day=31, months=2), "Last day of the month 2 months later"),
        (
            DayOfMonth(day=1, min_days=10),
            "1st of the next month, or a month later when that is fewer than 10 days away",
        ),
        (TWO_TEN, "2 % within 10 days, else net 30"),
        (HALVES, "2 instalments: 50 % due on receipt; 50 % net 30"),
        (
            THIRDS,
            (
                "3 equal instalments, the first takes what rounding leaves: end of the month; "
                "30 days after the end of the month; 60 days after the end of the month"
            ),
        ),
    ],
)
def test_describe(terms: PaymentTerms, words: str) -> None:
    assert describe(terms) == words


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("NET-45", Net(days=45)),
        ("Due upon receipt", Net(days=0)),
        ("EOM", EndOfMonth()),
        ("Net EOM", EndOfMonth()),
        ("due at the end of the month", EndOfMonth()),
        ("EOM 30", EndOfMonth(days=30)),
        ("EOM + 30 days", EndOfMonth(days=30)),
        ("Net 30 EOM", EndOfMonth(days=30)),
        ("n/30 EOM", EndOfMonth(days=30)),
        ("30 days from end of month", EndOfMonth(days=30)),
        ("15th of next month", DayOfMonth(day=15)),
        ("Due on the 1st of the following month", DayOfMonth(day=1)),
        ("10th of the month following the invoice date", DayOfMonth(day=10)),
        ("15 MFI", DayOfMonth(day=15)),
        ("Net 10th prox.", DayOfMonth(day=10)),
        ("End of next month", DayOfMonth(day=31)),
        ("2/10 net 30", TWO_TEN),
        ("2/10, n/30", TWO_TEN),
        ("2%/10-net 30", TWO_TEN),
        ("2% 10, Net 30", TWO_TEN),
        ("2 % discount if paid within 10 days, net 30 days", TWO_TEN),
        ("２/１０ net ３０", TWO_TEN),
        ("1.5/15 net 60", EarlyDiscount(days=60, discount_days=15, discount_pct=Decimal("1.5"))),
        ("2 installments: 50% due on receipt; 50% net 30", HALVES),
    ],
)
def test_terms_as_people_write_them(text: str, terms: PaymentTerms) -> None:
    assert read_payment_terms(text) == terms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "as agreed",
        "30 days end of month",  # from the month's end, or to it?
        "30 EOM",
        "15rd of next month",
        "32nd of next month",
        "0 prox",
        "15th",
        "2/10 EOM",
        "2/30 net 10",
        "100/10 net 30",
        "2/10 net 366",
        "2,5/10 net 30",
        "-2/10 net 30",
        "Net 30, 50% upfront",
        "50% upfront, 50% on delivery",
        "3 equal instalments: net 30; net 60",
        "2 instalments: 60 % net 0; 50 % net 30",
        "2 instalments: 50 % net 0; net 30",
        "2 instalments: net 0; net 30",
        "2 equal instalments: 50 % net 0; 50 % net 30",
        "2 equal instalments: net 0; 2/10 net 30",
        "net 30 or net 60",
    ],
)
def test_what_is_not_plain_is_refused(text: str) -> None:
    with pytest.raises(UnknownTerms, match=r"^Write the payment terms as") as refusal:
        read_payment_terms(text)
    assert refusal.value.terms == text


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        days = parse_terms(text)
    except UnknownTerms:
        return
    assert read_payment_terms(text) == Net(days=days)


@pytest.mark.parametrize(
    ("given_terms", "complaint"),
    [
        ({"type": "net", "days": 366}, "less than or equal to 365"),
        ({"type": "net"}, "Field required"),
        ({"type": "net", "days": 30, "weeks": 4}, "Extra inputs are not permitted"),
        ({"type": "eom", "days": -1}, "greater than or equal to 0"),
        ({"type": "day_of_month", "day": 32}, "less than or equal to 31"),
        ({"type": "on_delivery"}, "on_delivery"),
        ({"type": "discount", "days": 30, "discount_days": 10, "discount_pct": 2.5}, "in quotation marks"),
        ({"type": "discount", "days": 30, "discount_days": 10, "discount_pct": "2,5"}, "is not a percentage"),
        ({"type": "discount", "days": 30, "discount_days": 10, "discount_pct": "0"}, "greater than 0"),
        ({"type": "discount", "days": 30, "discount_days": 10, "discount_pct": "100"}, "nothing to pay"),
        ({"type": "discount", "days": 10, "discount_days": 30, "discount_pct": "2"}, "later than the 10 to pay in"),
        ({"type": "instalments", "parts": [{"due": {"type": "net", "days": 1}}]}, "at least 2 items"),
        (
            {
                "type": "instalments",
                "parts": [
                    {"due": {"type": "net", "days": 1}, "percent": "50"},
                    {"due": {"type": "net", "days": 2}, "percent": "40"},
                ],
            },
            "add up to 90 %",
        ),
        (
            {
                "type": "instalments",
                "parts": [{"due": {"type": "net", "days": 1}, "percent": "50"}, {"due": {"type": "eom"}}],
            },
            "either every instalment has a percent, or none has",
        ),
    ],
)
def test_terms_that_cannot_be_are_refused(given_terms: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ADAPTER.validate_python(given_terms)
