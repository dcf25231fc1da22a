"""The ready-made deals: the good ones that show what the product does, and the bad ones that show what it refuses."""

from __future__ import annotations

from typing import Final

from bot.sandbox.deal_building import DealKind, deal, line
from bot.sandbox.deals_by_price import BY_USE, OVER_TIME

_NORTHWIND: Final = "accounts@northwind.example"
_BLUEPEAK: Final = "ap@bluepeak.example"
_CEDAR: Final = "payables@cedarvalley.example"
_SEATS: Final = line("SEAT-M", "60.00", quantity="40", billing="per_unit", frequency="monthly")
_IMPLEMENTATION: Final = line("IMPL", "7500.00", billing="one_time", frequency=None)
_PLATFORM: Final = line("PLATFORM-Y", "12000.00")
_HOSTILE_NAME: Final = "<!channel> Widgets & <script>alert('invoice')</script> Ltd"
_HOSTILE_LINE: Final = "*bold* `code` <https://evil.example|click here> <@U0DANA> {{7*7}} =1+1"
_LONG: Final = "A very long line of an order form that somebody pasted. "

KINDS: Final[dict[str, DealKind]] = {
    "flat": DealKind(
        "Flat annual fee, USD 12,000",
        "One recurring line; the simplest invoice.",
        deal("Bluepeak Logistics Inc", "USD", [_PLATFORM], contact_email=_BLUEPEAK),
    ),
    "per_unit": DealKind(
        "40 seats and a platform fee, EUR",
        "Quantity times price each month, beside an annual fee.",
        deal(
            "Northwind GmbH",
            "EUR",
            [line("PLATFORM-Y", "10000.00"), _SEATS],
            contact_email=_NORTHWIND,
        ),
    ),
    "one_time": DealKind(
        "Implementation fee, GBP 6,200",
        "Billed once; nothing recurs.",
        deal(
            "Harbor & Finch LLP",
            "GBP",
            [line("IMPL", "6200.00", billing="one_time", frequency=None)],
            contact_email="finance@harborfinch.example",
            terms="Net 15",
            po_number="HF-88",
            owner="rita",
        ),
    ),
    "mixed": DealKind(
        "Implementation, platform and seats, USD",
        "One-time, flat and per-unit lines on one invoice.",
        deal(
            "Cedar Valley Health",
            "USD",
            [_IMPLEMENTATION, _PLATFORM, _SEATS],
            contact_email=_CEDAR,
            owner="rita",
        ),
    ),
    **BY_USE,
    **OVER_TIME,
    "coding_error": DealKind(
        "A line that cannot be booked",
        "Its account and department were replaced, and its place is missing: finance mends the coding in Slack.",
        deal(
            "Cedar Valley Health",
            "USD",
            [_PLATFORM, line("ONSITE", "2400.00", quantity="2", billing="one_time", frequency=None)],
            contact_email=_CEDAR,
            owner="rita",
        ),
    ),
    "incomplete": DealKind(
        "Nothing but a name",
        "No contact, no terms, no amount: somebody has to fill it in.",
        deal("Fernhill Studios", "USD", [], terms=None, po_number=None, start=None, end=None),
    ),
    "no_contact": DealKind(
        "No contact",
        "Nobody to send the invoice to.",
        deal("Fernhill Studios", "USD", [_PLATFORM]),
    ),
    "missing_amount": DealKind(
        "No amount",
        "No lines and no amount on the deal.",
        deal("Bluepeak Logistics Inc", "USD", [], contact_email=_BLUEPEAK),
    ),
    "unknown_currency": DealKind(
        "A currency that does not exist",
        "ZZZ is no currency of ISO 4217.",
        deal("Bluepeak Logistics Inc", "ZZZ", [_PLATFORM], contact_email=_BLUEPEAK),
    ),
    "unknown_customer": DealKind(
        "No customer",
        "The opportunity belongs to no account.",
        deal(None, "USD", [_PLATFORM], contact_email="someone@nowhere.example", name="Website form: platform"),
    ),
    "negative_quantity": DealKind(
        "Minus five seats",
        "A quantity below zero is not billed.",
        deal(
            "Northwind GmbH",
            "EUR",
            [line("SEAT-M", "60.00", quantity="-5", billing="per_unit", frequency="monthly")],
            contact_email=_NORTHWIND,
        ),
    ),
    "far_past": DealKind(
        "Closed in March 2009",
        "A date that can hardly be meant.",
        deal(
            "Bluepeak Logistics Inc",
            "USD",
            [_PLATFORM],
            contact_email=_BLUEPEAK,
            close_date="2009-03-31",
            start="2009-04-01",
            end="2010-03-31",
        ),
    ),
    "large": DealKind(
        "USD 250,000",
        "Above the amount that asks for a confirmation.",
        deal("Cedar Valley Health", "USD", [line("PLATFORM-Y", "250000.00")], contact_email=_CEDAR, owner="rita"),
    ),
    "yen": DealKind(
        "JPY 1,800,000",
        "A currency without decimals.",
        deal(
            "株式会社みどり商会", "JPY", [line("PLATFORM-Y", "1800000")], contact_email="keiri@midori.example",
        ),
    ),
    "dinar": DealKind(
        "KWD, three decimals",
        "25 seats at 12.340 dinars.",
        deal(
            "شركة الواحة للتجارة",
            "KWD",
            [line("SEAT-M", "12.340", quantity="25", billing="per_unit", frequency="monthly")],
            contact_email="accounts@alwaha.example",
            owner="rita",
        ),
    ),
    "many_lines": DealKind(
        "60 lines",
        "More lines than a card or a page holds.",
        deal(
            "Maple Ridge Foods Ltd",
            "CAD",
            [
                line("TRAIN", f"{100 + place}.50", billing="one_time", frequency=None, description=f"Site {place}")
                for place in range(1, 61)
            ],
            contact_email="ap@mapleridge.example",
        ),
    ),
    "long_name": DealKind(
        "Very long names",
        "A name of 255 characters and a line of 5,000.",
        deal(
            ("Consolidated International Holdings of the Northern and Southern Provinces " * 4)[:255],
            "USD",
            [line("PLATFORM-Y", "12000.00", description=(_LONG * 90)[:5000])],
            contact_email="ap@consolidated.example",
        ),
    ),
    "hostile": DealKind(
        "Names that try to break out",
        "<!channel>, <script> and links in names are text, nothing else.",
        deal(
            _HOSTILE_NAME,
            "USD",
            [line("PLATFORM-Y", "12000.00", description=_HOSTILE_LINE)],
            contact_email="ap@widgets.example",
            po_number="'); DROP TABLE invoice;--",
            name="<!here> deal & <b>more</b>",
        ),
    ),
    "japanese": DealKind(
        "日本語",
        "Customer and lines in Japanese.",
        deal(
            "株式会社みどり商会",
            "JPY",
            [line("IMPL", "450000", billing="one_time", frequency=None, description="導入支援(東京本社)")],
            contact_email="keiri@midori.example",
            name="みどり商会 導入支援",
        ),
    ),
    "arabic": DealKind(
        "العربية",
        "Customer and lines written from right to left.",
        deal(
            "شركة الواحة للتجارة",
            "KWD",
            [line("IMPL", "2300.500", billing="one_time", frequency=None, description="خدمات التنفيذ والتدريب")],
            contact_email="accounts@alwaha.example",
            name="الواحة للتجارة: تنفيذ",
            owner="rita",
        ),
    ),
}  # fmt: skip
