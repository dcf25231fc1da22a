"""The first invoice of a deal, to the cent and to the day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import DunwellError
from flows.invoicing.rules import CannotDraft, differs_from_deal, draft, line_source
from flows.policy.model import BillingPolicy
from flows.values.deal import Deal
from flows.values.extension import extend
from flows.values.invoice import BillTo, InvoiceContent
from flows.values.money import Money, total
from tests.flows.deals import BILL_TO, DEAL, POLICY, TODAY, any_deal, deal, line, sound_deals

TODAYS = st.dates(date(2020, 1, 1), date(2100, 12, 31))


def drafted(one: Deal, today: date = TODAY) -> InvoiceContent:
    return draft(one, BILL_TO, today=today, policy=POLICY)


def test_one_of_each_kind_of_line() -> None:
    mixed = deal(
        amount=None,
        start_date=date(2027, 1, 31),
        lines=(
            line(source_id="a", description="Setup ", billing="one_time", frequency=None, quantity=Decimal(2)),
            line(source_id="b", product_code=None, billing="flat", quantity=None, unit_price=Decimal("999.99")),
            line(source_id="c", billing="per_unit", frequency="annual", quantity=Decimal("12.5")),
        ),
    )
    content = drafted(mixed)
    setup, platform, seats = content.lines
    # 2 x 60.00 = 120.00; 1 x 999.99; 12.5 x 60.00 = 750.00; together 1,869.99
    assert [str(each.amount) for each in content.lines] == ["USD 120.00", "USD 999.99", "USD 750.00"]
    assert content.total == Money(Decimal("1869.99"), "USD")
    assert (setup.period_start, setup.period_end, setup.description) == (None, None, "Setup")
    assert (platform.period_start, platform.period_end) == (date(2027, 1, 31), date(2027, 2, 27))
    assert (seats.period_start, seats.period_end) == (date(2027, 1, 31), date(2028, 1, 30))
    assert (content.period_start, content.period_end) == (date(2027, 1, 31), date(2028, 1, 30))
    assert (setup.account, platform.account) == ("4010", "4000")
    assert setup.dimensions == (("class", "saas"), ("department", "200"))
    assert platform.dimensions == ()
    assert seats.source == "salesforce OpportunityLineItem c"
    assert [each.seq for each in content.lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("terms", "today", "due", "written"),
    [
        ("Net 30", date(2026, 11, 23), date(2026, 12, 23), "Net 30"),  # 7 days left in November, 23 in December
        ("NET-45", date(2026, 12, 31), date(2027, 2, 14), "Net 45"),  # 31 in January, 14 in February
        ("net 60", date(2028, 1, 31), date(2028, 3, 31), "Net 60"),  # 29 in a leap February, 31 in March
        ("Due upon receipt", date(2026, 11, 23), date(2026, 11, 23), "Due on receipt"),
        ("EOM + 10", date(2026, 11, 23), date(2026, 12, 10), "10 days after the end of the month"),
        ("2/10 net 30", date(2026, 11, 23), date(2026, 12, 23), "2 % within 10 days, else net 30"),
        ("15th of next month", date(2026, 11, 23), date(2026, 12, 15), "15th of the next month"),
        (None, date(2026, 11, 23), date(2026, 12, 23), "Net 30"),  # the policy's
    ],
)
def test_the_due_date(terms: str | None, today: date, due: date, written: str) -> None:
    content = drafted(deal(terms=terms), today)
    assert (content.invoice_date, content.due_date, content.terms) == (today, due, written)


def test_halves_of_a_yen_and_of_a_fils() -> None:
    yen = drafted(deal(currency="JPY", lines=(line(quantity=Decimal("2.5"), unit_price=Decimal(333)),)))
    assert str(yen.total) == "JPY 833"  # 832.5
    dinar = drafted(deal(currency="KWD", lines=(line(quantity=Decimal(3), unit_price=Decimal("0.0005")),)))
    assert str(dinar.total) == "KWD 0.002"  # 0.0015


@given(sound_deals(), TODAYS)
def test_a_deal_without_problems_can_be_drafted(sound: Deal, today: date) -> None:
    content = drafted(sound, today)
    assert content.total == total((each.amount for each in content.lines), content.currency)
    assert all(each.amount == extend(each.quantity, each.unit_price, content.currency) for each in content.lines)
    assert content.total.amount == sound.amount
    assert content.due_date >= content.invoice_date == today
    assert InvoiceContent.from_json(content.as_json()) == content


@given(sound_deals(), TODAYS)
def test_a_fresh_draft_says_what_its_deal_says(sound: Deal, today: date) -> None:
    assert differs_from_deal(drafted(sound, today), sound) == ()


def test_what_differs_is_said_deal_first() -> None:
    content = drafted(deal(lines=(line(quantity=Decimal(42)),)))
    assert differs_from_deal(content, deal(terms="Net 45", po_number=None)) == (
        "PO: none -> 4500-2211",
        "terms: Net 45 -> Net 30",
        "Seats: quantity 40 -> 42 (line 1)",
    )
    other = BillTo("cus_2", "Northwind Holding", "cfo@northwind.example", None, None)
    assert differs_from_deal(draft(DEAL, other, today=TODAY, policy=POLICY), DEAL) == (
        "customer: Northwind GmbH -> Northwind Holding",
        "e-mail: ap@northwind.example -> cfo@northwind.example",
    )
    two = deal(lines=(*DEAL.lines, line(source_id="00k2", description="Setup")))
    assert differs_from_deal(drafted(DEAL), two) == ("Setup: on the deal, but not on the invoice",)
    assert differs_from_deal(drafted(DEAL), two, besides={line_source(two, two.lines[1])}) == ()
    assert differs_from_deal(drafted(two), DEAL) == ("Setup: not on the deal, USD 2,400.00 (line 2)",)


@given(any_deal)
def test_any_deal_can_be_compared_with_an_invoice(one: Deal) -> None:
    assert all("\n" not in text for text in differs_from_deal(drafted(DEAL), one))


def test_a_line_that_stands_for_the_whole_deal_points_to_the_deal() -> None:
    (only,) = drafted(deal(lines=(line(source_id="", billing="one_time"),))).lines
    assert only.source == "salesforce deal 006-0042"


@pytest.mark.parametrize(
    "broken",
    [
        deal(currency=None),
        deal(lines=()),
        deal(start_date=None),
        deal(lines=(line(quantity=None),)),
        deal(lines=(line(unit_price=None),)),
        deal(lines=(line(billing="hourly"),)),
        deal(lines=(line(frequency=None),)),
    ],
)
def test_an_incomplete_deal_is_not_drafted(broken: Deal) -> None:
    with pytest.raises(CannotDraft, match="Mend the deal first"):
        drafted(broken)


def test_unclear_terms_and_unknown_money_are_not_drafted() -> None:
    with pytest.raises(DunwellError, match="Net 30"):
        drafted(deal(terms="30 days end of month"))
    with pytest.raises(DunwellError, match="ISO 4217"):
        drafted(deal(currency="usd"))
    bare = BillingPolicy("UTC", None, 365, {}, "4000", "1200", {})
    with pytest.raises(CannotDraft, match="payment terms"):
        draft(deal(terms=None), BILL_TO, today=TODAY, policy=bare)
