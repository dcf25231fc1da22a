"""The views that the cards are tried with: what is usual, and what is hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from flows.approvals.view import ApprovalView, Voted
from flows.approvals.why import Why
from flows.values.currency import MINOR_UNITS
from flows.values.extension import extend
from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine

AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
YEAR = (date(2026, 12, 1), date(2027, 11, 30))
LONG_NAME = "Northwind & Söhne <GmbH> " * 200  # 5,000 characters
NAMES = {
    "usual": "Northwind GmbH",
    "long": LONG_NAME,
    "hostile": "<!channel> & <@U0DANA> *bold* _it_ `code` <https://evil.example|click>",
    "japanese": "株式会社ノースウィンド",
    "arabic": "شركة الرياح الشمالية",
}


def line(seq: int, description: str, quantity: str, price: str, currency: str = "EUR", **changes: Any) -> InvoiceLine:
    """Return a line of the platform's year."""
    amount = extend(Decimal(quantity), Decimal(price), currency)
    plain = InvoiceLine(
        seq, description, "PLATFORM", Decimal(quantity), Decimal(price), amount, *YEAR, "4010",
        (("department", "Product"),), f"salesforce OpportunityLineItem 00k{seq:04}",
    )  # fmt: skip
    return replace(plain, **changes)


def content(*lines: InvoiceLine, name: str = "Northwind GmbH", **changes: Any) -> InvoiceContent:
    """Return the invoice of UX.md's example, or one with other lines."""
    lines = lines or (line(1, "Platform, annual", "1", "10000"), line(2, "Seats, volume tier 26-50", "40", "60"))
    usual = InvoiceContent(
        bill_to=BillTo("cus_1", name, "ap@northwind.example", "Ida Berg", "Speicherstrasse 1\n20457 Hamburg"),
        currency=lines[0].amount.currency,
        invoice_date=date(2026, 11, 23),
        due_date=date(2026, 12, 23),
        terms="Net 30",
        terms_days=30,
        po_number="4500-2211",
        period_start=YEAR[0],
        period_end=YEAR[1],
        lines=lines,
    )
    return replace(usual, **changes)


def view(invoice: InvoiceContent | None = None, **changes: Any) -> ApprovalView:
    """Return a request that waits for Dana or Lee."""
    usual = ApprovalView(
        approval_id="apr_01jdc0000000000000000000aa",
        invoice_id="inv_01jdc0000000000000000000aa",
        version=2,
        content=invoice or content(),
        state="awaiting approval",
        rule="EU over 10k",
        who="Dana or Lee",
        created_at=AT,
        ask=("U0DANA", "U0LEE"),
        account_manager="U0SAM",
        source_label="Salesforce 006-0042",
        source_url="https://demo.my.salesforce.example/006-0042",
    )
    return replace(usual, **changes)


DANA_YES = Voted("U0DANA", "Dana Whitfield", "approve", AT)
LEE_NO = Voted("U0LEE", "Lee Okafor", "reject", AT, "PO number is missing or wrong: it is 4500-2212")
LEE_CHANGES = Voted("U0LEE", "Lee Okafor", "request_changes", AT, "Seats are 38, not 40")
LINKS: dict[str, Any] = {
    "number": "INV-1042",
    "pdf_url": "https://files.slack.example/INV-1042.pdf",
    "pay_url": "https://invoice.stripe.example/i/acct_1/test_1",
}
WHY = {
    1: Why(("12 months at 833.33333333 = 10,000.00",), "lines[platform]", "salesforce OpportunityLineItem 00k0001"),
    2: Why(
        ("40 seats: first 25 at 60.00 = 1,500.00", "next 15 at 60.00 = 900.00"),
        "lines[seats]",
        "salesforce OpportunityLineItem 00k0002",
        ("october.csv lines 2-41", "november.csv line 7"),
    ),
}
SIXTY_LINES = tuple(line(seq, f"Usage of product {seq}", "3", "12.345") for seq in range(1, 61))

APPROVALS: dict[str, ApprovalView] = {
    "waiting": view(steps=2, differs=("seats: quantity 38 -> 40 (EUR 2,280.00 -> EUR 2,400.00)",)),
    "waiting_confirm": view(confirm=True, filled=("terms Net 30, from the policy",)),
    "waiting_group_second_of_two": view(
        who="two of @finance-approvers", ask=("S0FINANCE",), needed=2, approved_in_step=1, approvals=(DANA_YES,)
    ),
    "waiting_sixty_lines": view(content(*SIXTY_LINES)),
    "waiting_yen": view(content(line(1, "Platform", "1", "3500000", "JPY"))),
    "waiting_dinar_negative_line": view(
        content(line(1, "Platform", "1", "120.125", "KWD"), line(2, "Discount", "1", "-20.125", "KWD"))
    ),
    "waiting_bare": view(
        content(po_number=None, period_start=None, period_end=None),
        ask=(),
        account_manager=None,
        source_label="",
        source_url=None,
        rule="",
    ),
    **{f"waiting_{key}_name": view(content(name=name)) for key, name in NAMES.items() if key != "usual"},
    "approved": view(state="approved", approvals=(DANA_YES,)),
    "issuing": view(state="issuing", approvals=(DANA_YES,)),
    "not_confirmed": view(state="sent, not confirmed", approvals=(DANA_YES,)),
    "issued": view(state="issued", approvals=(DANA_YES,), **LINKS),
    "rejected": view(state="rejected", approvals=(LEE_NO,)),
    "changes_requested": view(state="changes requested", approvals=(LEE_CHANGES,)),
    "void": view(state="void"),
    "paid": view(state="paid", approvals=(DANA_YES,), **LINKS),
    "waiting_but_stuck": view(
        attention="I cannot read who belongs to @finance-approvers", ask=("U0DANA", "dana@x.example")
    ),
    "attention": view(
        state="approved", approvals=(DANA_YES,), attention="Stripe refused the customer's e-mail address: ap@northwind"
    ),
}

LETTERS = "aZ9 .,&<>*_~`|@!#:-\n\t\u202e\u0301😀株شع\u0000"
outside = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=LETTERS, max_size=400),
    st.sampled_from([*NAMES.values(), "&" * 5000, "<!channel>" * 500, "*" * 5000, "😀" * 5000, "\u0301" * 5000, ""]),
)
currencies = st.sampled_from(sorted(MINOR_UNITS))
instants = st.integers(631152000, 7226582400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
urls = st.one_of(st.none(), st.just("https://x.example/" + "&" * 3000), st.just("javascript:alert(1)"), outside)
states = st.sampled_from(
    ["draft", "needs coding", "awaiting approval", "changes requested", "rejected", "approved", "issuing",
     "sent, not confirmed", "issued", "paid", "void", "something new"]
)  # fmt: skip
votes = st.builds(
    Voted,
    user_id=st.one_of(st.just("U0DANA"), outside),
    name=outside,
    verdict=st.sampled_from(["approve", "reject", "request_changes", "other"]),
    at=instants,
    reason=st.one_of(st.none(), outside),
)


@st.composite
def contents(draw: st.DrawFn) -> InvoiceContent:
    """Return an invoice of up to seventy lines with hostile text in every field."""
    currency = draw(currencies)
    quantities = st.decimals(-(10**9), 10**9, places=6)
    prices = st.decimals(-(10**9), 10**9, places=6)
    shape = [
        InvoiceLine(
            1, draw(outside), draw(outside), quantity := draw(quantities), price := draw(prices),
            extend(quantity, price, currency), *draw(st.sampled_from([YEAR, (None, None)])), draw(outside),
            ((draw(outside), draw(outside)),), draw(outside),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    count = draw(st.sampled_from([1, 2, 8, 9, 41, 70]))
    lines = tuple(replace(shape[at % len(shape)], seq=at + 1) for at in range(count))
    address = st.one_of(st.none(), outside)
    return content(
        *lines,
        bill_to=BillTo("cus_1", draw(outside), draw(outside), draw(address), draw(address)),
        terms=draw(outside),
        po_number=draw(address),
    )


reasons = st.builds(
    Why,
    words=st.lists(outside, max_size=12).map(tuple),
    terms_path=outside,
    deal_field=st.one_of(st.none(), outside),
    usage=st.lists(outside, max_size=40).map(tuple),
)
views = st.builds(
    ApprovalView,
    approval_id=st.just("apr_01jdc0000000000000000000aa"),
    invoice_id=st.just("inv_01jdc0000000000000000000aa"),
    version=st.integers(1, 10**6),
    content=contents(),
    state=states,
    rule=outside,
    who=outside,
    created_at=instants,
    step=st.integers(1, 9),
    steps=st.integers(1, 9),
    needed=st.integers(1, 20),
    ask=st.lists(st.one_of(st.sampled_from(["U0DANA", "S0FINANCE"]), outside), max_size=6).map(tuple),
    approvals=st.lists(votes, max_size=9).map(tuple),
    approved_in_step=st.integers(0, 20),
    confirm=st.booleans(),
    account_manager=st.one_of(st.none(), st.just("U0SAM"), outside),
    source_label=outside,
    source_url=urls,
    differs=st.lists(outside, max_size=7).map(tuple),
    filled=st.lists(outside, max_size=7).map(tuple),
    number=st.one_of(st.none(), outside),
    pdf_url=urls,
    pay_url=urls,
    attention=st.one_of(st.none(), outside),
    why=st.dictionaries(st.integers(1, 12), reasons, max_size=4),
)
