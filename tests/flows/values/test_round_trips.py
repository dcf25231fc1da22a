"""What is stored as JSON comes back the same, with the same hash."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flows.values.deal import Deal
from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine, short_hash
from flows.values.money import Money
from tests.flows.deals import DEAL, any_deal, sound_deals

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
DATES = st.dates()
MAYBE = st.none() | DATES

invoice_lines = st.builds(
    InvoiceLine,
    seq=st.integers(1, 500),
    description=TEXT,
    product_code=st.none() | TEXT,
    quantity=st.decimals(allow_nan=False, allow_infinity=False),
    unit_price=st.decimals(allow_nan=False, allow_infinity=False),
    amount=st.builds(Money.of_minor, st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"])),
    period_start=MAYBE,
    period_end=MAYBE,
    account=TEXT,
    dimensions=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    source=TEXT,
)
contents = st.builds(
    InvoiceContent,
    bill_to=st.builds(BillTo, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    invoice_date=DATES,
    due_date=DATES,
    terms=TEXT,
    terms_days=st.integers(0, 365),
    po_number=st.none() | TEXT,
    period_start=MAYBE,
    period_end=MAYBE,
    lines=st.lists(invoice_lines, max_size=4).map(tuple),
)


@given(contents)
def test_invoice_content_comes_back_with_the_same_hash(content: InvoiceContent) -> None:
    back = InvoiceContent.from_json(content.as_json())
    assert back == content
    assert back.content_hash() == content.content_hash()


@given(sound_deals())
def test_a_deal_comes_back_the_same(deal: Deal) -> None:
    assert Deal.from_json(deal.as_json()) == deal


@given(any_deal)
def test_any_deal_comes_back_with_the_same_json(deal: Deal) -> None:
    assert Deal.from_json(deal.as_json()).as_json() == deal.as_json()


@given(contents, st.integers(1, 10**6))
def test_a_cent_more_is_another_hash(content: InvoiceContent, cents: int) -> None:
    line = InvoiceLine(
        1, "", None, Decimal(1), Decimal(1), Money.zero(content.currency), None, None, "4000", (), "webhook line 1"
    )
    more = replace(line, amount=Money.of_minor(cents, content.currency))
    assert replace(content, lines=(line,)).content_hash() != replace(content, lines=(more,)).content_hash()


def test_the_stamp_alone_is_no_new_version_of_a_deal() -> None:
    later = replace(DEAL, modified_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert later.content_hash() == DEAL.content_hash()
    assert replace(DEAL, start_date=date(2026, 12, 2)).content_hash() != DEAL.content_hash()


def test_a_digest_is_shown_in_two_groups() -> None:
    assert short_hash("7f3a91c2deadbeef") == "7f3a-91c2"
