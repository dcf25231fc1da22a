"""The ready-made deals: the good ones that show what the product does, and the bad ones that show what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flows.values.periods import add_months

Deal = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DealKind:
    """One ready-made deal; `build` makes it for a closing day."""

    title: str
    explains: str
    build: Callable[[date], Deal]


def _term(today: date) -> Deal:
    """Return a year of service from the first of the next month."""
    start = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    end = start.replace(year=start.year + 1) - timedelta(days=1)
    return {"start": start.isoformat(), "end": end.isoformat(), "close_date": today.isoformat()}


def _line(
    product: str, price: str, *, quantity: str = "1", billing: str = "flat", frequency: str | None = "annual",
    description: str | None = None,
) -> Deal:  # fmt: skip
    return {
        "product": product,
        "description": description,
        "quantity": quantity,
        "unit_price": price,
        "billing": billing,
        "frequency": frequency,
    }


def _deal(account: str | None, currency: str | None, lines: list[Deal], **more: Any) -> Callable[[date], Deal]:
    def build(today: date) -> Deal:
        deal = {
            "account": account,
            "currency": currency,
            "lines": lines,
            "terms": "Net 30",
            "po_number": "4500-2211",
            "owner": "sam",
        }
        return {**deal, **_term(today), **more}

    return build


def _from_today(account: str, currency: str, lines: list[Deal], **more: Any) -> Callable[[date], Deal]:
    """Return a deal whose service begins on its closing day: what is used from then on is billed a month later."""
    build = _deal(account, currency, lines, **more)

    def begin(today: date) -> Deal:
        end = add_months(today, 12) - timedelta(days=1)
        return build(today) | {"start": today.isoformat(), "end": end.isoformat()}

    return begin


_NORTHWIND: Final = "accounts@northwind.example"
_BLUEPEAK: Final = "ap@bluepeak.example"
_CEDAR: Final = "payables@cedarvalley.example"
_SEATS: Final = _line("SEAT-M", "60.00", quantity="40", billing="per_unit", frequency="monthly")
_IMPLEMENTATION: Final = _line("IMPL", "7500.00", billing="one_time", frequency=None)
_PLATFORM: Final = _line("PLATFORM-Y", "12000.00")
_HOSTILE_NAME: Final = "<!channel> Widgets & <script>alert('invoice')</script> Ltd"
_HOSTILE_LINE: Final = "*bold* `code` <https://evil.example|click here> <@U0DANA> {{7*7}} =1+1"
_LONG: Final = "A very long line of an order form that somebody pasted. "

KINDS: Final[dict[str, DealKind]] = {
    "flat": DealKind(
        "Flat annual fee, USD 12,000",
        "One recurring line; the simplest invoice.",
        _deal("Bluepeak Logistics Inc", "USD", [_PLATFORM], contact_email=_BLUEPEAK),
    ),
    "per_unit": DealKind(
        "40 seats and a platform fee, EUR",
        "Quantity times price each month, beside an annual fee.",
        _deal(
            "Northwind GmbH",
            "EUR",
            [_line("PLATFORM-Y", "10000.00"), _SEATS],
            contact_email=_NORTHWIND,
        ),
    ),
    "one_time": DealKind(
        "Implementation fee, GBP 6,200",
        "Billed once; nothing recurs.",
        _deal(
            "Harbor & Finch LLP",
            "GBP",
            [_line("IMPL", "6200.00", billing="one_time", frequency=None)],
            contact_email="finance@harborfinch.example",
            terms="Net 15",
            po_number="HF-88",
            owner="rita",
        ),
    ),
    "mixed": DealKind(
        "Implementation, platform and seats, USD",
        "One-time, flat and per-unit lines on one invoice.",
        _deal(
            "Cedar Valley Health",
            "USD",
            [_IMPLEMENTATION, _PLATFORM, _SEATS],
            contact_email=_CEDAR,
            owner="rita",
        ),
    ),
    "usage": DealKind(
        "API calls by use, USD",
        "A monthly fee ahead, and calls priced in tiers when the month is over. Report usage below, then let it pass.",
        _from_today(
            "Bluepeak Logistics Inc",
            "USD",
            [
                _line("PLATFORM-M", "1100.00", frequency="monthly"),
                _line("API-CALLS", "0.10", billing="per_unit", frequency="monthly"),
            ],
            contact_email=_BLUEPEAK,
        ),
    ),
    "coding_error": DealKind(
        "A line that cannot be booked",
        "Its account and department were replaced, and its place is missing: finance mends the coding in Slack.",
        _deal(
            "Cedar Valley Health",
            "USD",
            [_PLATFORM, _line("ONSITE", "2400.00", quantity="2", billing="one_time", frequency=None)],
            contact_email=_CEDAR,
            owner="rita",
        ),
    ),
    "incomplete": DealKind(
        "Nothing but a name",
        "No contact, no terms, no amount: somebody has to fill it in.",
        _deal("Fernhill Studios", "USD", [], terms=None, po_number=None, start=None, end=None),
    ),
    "no_contact": DealKind(
        "No contact",
        "Nobody to send the invoice to.",
        _deal("Fernhill Studios", "USD", [_PLATFORM]),
    ),
    "missing_amount": DealKind(
        "No amount",
        "No lines and no amount on the deal.",
        _deal("Bluepeak Logistics Inc", "USD", [], contact_email=_BLUEPEAK),
    ),
    "unknown_currency": DealKind(
        "A currency that does not exist",
        "ZZZ is no currency of ISO 4217.",
        _deal("Bluepeak Logistics Inc", "ZZZ", [_PLATFORM], contact_email=_BLUEPEAK),
    ),
    "unknown_customer": DealKind(
        "No customer",
        "The opportunity belongs to no account.",
        _deal(None, "USD", [_PLATFORM], contact_email="someone@nowhere.example", name="Website form: platform"),
    ),
    "negative_quantity": DealKind(
        "Minus five seats",
        "A quantity below zero is not billed.",
        _deal(
            "Northwind GmbH",
            "EUR",
            [_line("SEAT-M", "60.00", quantity="-5", billing="per_unit", frequency="monthly")],
            contact_email=_NORTHWIND,
        ),
    ),
    "far_past": DealKind(
        "Closed in March 2009",
        "A date that can hardly be meant.",
        _deal(
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
        _deal("Cedar Valley Health", "USD", [_line("PLATFORM-Y", "250000.00")], contact_email=_CEDAR, owner="rita"),
    ),
    "yen": DealKind(
        "JPY 1,800,000",
        "A currency without decimals.",
        _deal(
            "株式会社みどり商会", "JPY", [_line("PLATFORM-Y", "1800000")], contact_email="keiri@midori.example",
        ),
    ),
    "dinar": DealKind(
        "KWD, three decimals",
        "25 seats at 12.340 dinars.",
        _deal(
            "شركة الواحة للتجارة",
            "KWD",
            [_line("SEAT-M", "12.340", quantity="25", billing="per_unit", frequency="monthly")],
            contact_email="accounts@alwaha.example",
            owner="rita",
        ),
    ),
    "many_lines": DealKind(
        "60 lines",
        "More lines than a card or a page holds.",
        _deal(
            "Maple Ridge Foods Ltd",
            "CAD",
            [
                _line("TRAIN", f"{100 + place}.50", billing="one_time", frequency=None, description=f"Site {place}")
                for place in range(1, 61)
            ],
            contact_email="ap@mapleridge.example",
        ),
    ),
    "long_name": DealKind(
        "Very long names",
        "A name of 255 characters and a line of 5,000.",
        _deal(
            ("Consolidated International Holdings of the Northern and Southern Provinces " * 4)[:255],
            "USD",
            [_line("PLATFORM-Y", "12000.00", description=(_LONG * 90)[:5000])],
            contact_email="ap@consolidated.example",
        ),
    ),
    "hostile": DealKind(
        "Names that try to break out",
        "<!channel>, <script> and links in names are text, nothing else.",
        _deal(
            _HOSTILE_NAME,
            "USD",
            [_line("PLATFORM-Y", "12000.00", description=_HOSTILE_LINE)],
            contact_email="ap@widgets.example",
            po_number="'); DROP TABLE invoice;--",
            name="<!here> deal & <b>more</b>",
        ),
    ),
    "japanese": DealKind(
        "日本語",
        "Customer and lines in Japanese.",
        _deal(
            "株式会社みどり商会",
            "JPY",
            [_line("IMPL", "450000", billing="one_time", frequency=None, description="導入支援(東京本社)")],
            contact_email="keiri@midori.example",
            name="みどり商会 導入支援",
        ),
    ),
    "arabic": DealKind(
        "العربية",
        "Customer and lines written from right to left.",
        _deal(
            "شركة الواحة للتجارة",
            "KWD",
            [_line("IMPL", "2300.500", billing="one_time", frequency=None, description="خدمات التنفيذ والتدريب")],
            contact_email="accounts@alwaha.example",
            name="الواحة للتجارة: تنفيذ",
            owner="rita",
        ),
    ),
}  # fmt: skip
