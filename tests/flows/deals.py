"""Deals for the tests of the rules: one that is in order, and strategies for those that are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from flows.policy.model import BillingPolicy
from flows.values.currency import MINOR_UNITS
from flows.values.deal import Deal, DealLine
from flows.values.extension import extend
from flows.values.invoice import BillTo

TODAY = date(2026, 11, 23)
POLICY = BillingPolicy(
    zone="Europe/Berlin",
    default_terms="Net 30",
    far_past_days=365,
    revenue_accounts={"SEAT": "4010"},
    default_revenue_account="4000",
    receivable_account="1200",
    dimensions={"SEAT": {"department": "200", "class": "saas"}},
)
SEATS = DealLine(
    source_id="00k1",
    product_code="SEAT",
    description="Seats",
    quantity=Decimal(40),
    unit_price=Decimal("60.00"),
    total=Decimal("2400.00"),
    billing="per_unit",
    frequency="monthly",
)
DEAL = Deal(
    source="salesforce",
    external_id="006-0042",
    name="Northwind renewal",
    modified_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    is_won=True,
    amount=Decimal("2400.00"),
    currency="USD",
    close_date=date(2026, 11, 20),
    account_id="001-7",
    account_name="Northwind GmbH",
    billing_address="Hafenstraße 12\n20457 Hamburg",
    contact_name="Erika Mustermann",
    contact_email="ap@northwind.example",
    owner_name="Sam Rivera",
    owner_email="sam@demo.example",
    po_number="4500-2211",
    terms="Net 30",
    start_date=date(2026, 12, 1),
    end_date=date(2027, 11, 30),
    url="https://crm.example/006-0042",
    lines=(SEATS,),
)
BILL_TO = BillTo("cus_1", "Northwind GmbH", "ap@northwind.example", "Erika Mustermann", None)


def deal(**changes: Any) -> Deal:
    """Return the deal in order with some fields changed."""
    return replace(DEAL, **changes)


def line(**changes: Any) -> DealLine:
    """Return the seats line with some fields changed; its stated total goes away with any change but to itself."""
    return replace(SEATS, **({"total": None} | changes))


any_decimal = st.one_of(
    st.none(),
    st.decimals(),
    st.sampled_from(
        [Decimal(t) for t in ("NaN", "sNaN", "-Infinity", "1E+999999", "1E-999999", "-0", "0E+20", "10.5")]
    ),
)
any_text = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "<!channel>", "a@b.example\r\nBcc: c@d.example", "x" * 5000, "\u202eUSD", "{nb}", "\ud800"]
    ),
)
any_date = st.one_of(st.none(), st.dates())


def words_for(*known: str) -> st.SearchStrategy[str | None]:
    """Any text at all, or one of those that are understood."""
    return st.one_of(any_text, st.sampled_from(known))


any_line = st.builds(
    DealLine,
    source_id=st.text(max_size=3),
    product_code=any_text,
    description=any_text.map(lambda text: text or ""),
    quantity=any_decimal,
    unit_price=any_decimal,
    total=any_decimal,
    billing=words_for("one_time", "flat", "per_unit", "Flat"),
    frequency=words_for("monthly", "quarterly", "semiannual", "annual", "weekly"),
)
any_deal = st.builds(
    Deal,
    source=st.sampled_from(["salesforce", "webhook"]),
    external_id=st.text(max_size=5),
    name=any_text.map(lambda text: text or ""),
    modified_at=st.datetimes(timezones=st.just(UTC)),
    is_won=st.booleans(),
    amount=any_decimal,
    currency=words_for("USD", "JPY", "KWD", "usd", "XXX"),
    close_date=any_date,
    account_id=any_text,
    account_name=any_text,
    billing_address=any_text,
    contact_name=any_text,
    contact_email=words_for("ap@northwind.example"),
    owner_name=any_text,
    owner_email=any_text,
    po_number=any_text,
    terms=words_for("Net 30", "NET-45", "Due on receipt"),
    start_date=any_date,
    end_date=any_date,
    url=any_text,
    lines=st.lists(any_line, max_size=4).map(tuple),
)


@st.composite
def sound_deals(draw: st.DrawFn) -> Deal:
    """Draw deals that have no problem: their amount is what the first invoice comes to."""
    currency = draw(st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
    whole = Decimal(1).scaleb(-MINOR_UNITS[currency])
    lines = []
    for number in range(draw(st.integers(1, 5))):
        billing = draw(st.sampled_from(["one_time", "flat", "per_unit"]))
        quantity = None if billing == "flat" else draw(st.decimals("0.5", 5000, places=draw(st.integers(0, 3))))
        price = draw(st.integers(1, 10**7)) * whole
        if quantity is not None and quantity != 1:
            price += draw(st.sampled_from([Decimal(0), whole / 4, whole / 2]))
        description = draw(st.text("Seats ßλЖ日 <!>", min_size=1).filter(lambda text: bool(text.strip())))
        lines.append(
            DealLine(
                source_id=f"00k{number}",
                product_code=draw(st.sampled_from([None, "SEAT", "BASE"])),
                description=description,
                quantity=quantity,
                unit_price=price,
                total=None,
                billing=billing,
                frequency=None
                if billing == "one_time"
                else draw(st.sampled_from(["monthly", "quarterly", "semiannual", "annual"])),
            )
        )
    first = sum(
        (extend(one.quantity or Decimal(1), one.unit_price or Decimal(0), currency).amount for one in lines), Decimal(0)
    )
    start = draw(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
    terms = draw(st.sampled_from([None, "Net 30", "NET-45", "Due upon receipt", "net 0", "90 days"]))
    return deal(currency=currency, amount=first, lines=tuple(lines), start_date=start, end_date=None, terms=terms)
