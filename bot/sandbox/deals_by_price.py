"""Ready-made deals by how they are priced: by what is used, one for each price model, and by what time brings.

The catalogue of the demo company (catalogue.toml) says how each product is billed. A line that is measured says in its
quantity what the customer is expected to use, so that the deal's amount is what the seller hopes for.
"""

from __future__ import annotations

from typing import Final

from bot.sandbox.deal_building import Deal, DealKind, from_today, line

_BLUEPEAK: Final = ("Bluepeak Logistics Inc", "USD")
_BLUEPEAK_MAIL: Final = "ap@bluepeak.example"
_CEDAR: Final = ("Cedar Valley Health", "USD")
_CEDAR_MAIL: Final = "payables@cedarvalley.example"
_NORTHWIND: Final = ("Northwind GmbH", "EUR")
_NORTHWIND_MAIL: Final = "accounts@northwind.example"


def _measured(product: str, price: str, expected: str) -> list[Deal]:
    """Return a small fee ahead, so that there is something to see at once, and what is measured."""
    return [
        line("PLATFORM-M", "200.00", frequency="monthly"),
        line(product, price, quantity=expected, billing="per_unit", frequency="monthly"),
    ]


BY_USE: Final[dict[str, DealKind]] = {
    "usage": DealKind(
        "API calls in tiers",
        "Graduated: 1,000 calls at 0.10, the next at 0.08.",
        from_today(
            *_BLUEPEAK,
            [
                line("PLATFORM-M", "1100.00", frequency="monthly"),
                line("API-CALLS", "0.10", quantity="1000", billing="per_unit", frequency="monthly"),
            ],
            contact_email=_BLUEPEAK_MAIL,
        ),
    ),
    "volume": DealKind(
        "Text messages by volume",
        "The tier of the whole month prices every message.",
        from_today(*_BLUEPEAK, _measured("SMS", "0.04", "2000"), contact_email=_BLUEPEAK_MAIL),
    ),
    "package": DealKind(
        "Storage in blocks",
        "5.00 for each 100 GB begun, by the month's highest reading.",
        from_today(*_CEDAR, _measured("STORAGE", "0.05", "400"), contact_email=_CEDAR_MAIL, owner="rita"),
    ),
    "minutes": DealKind(
        "Phone minutes, capped",
        "Seconds become minutes; at least 25.00 and at most 500.00 a month.",
        from_today(*_CEDAR, _measured("MINUTES", "0.12", "600"), contact_email=_CEDAR_MAIL, owner="rita"),
    ),
    "sales_share": DealKind(
        "A share of sales",
        "2 % of the first 50,000 a month, then 1.5 %.",
        from_today(*_BLUEPEAK, _measured("SALES-SHARE", "0.02", "50000"), contact_email=_BLUEPEAK_MAIL),
    ),
    "card_fees": DealKind(
        "A fee on each payment",
        "2.9 % and 0.30 of each, between 0.50 and 25.00.",
        from_today(*_BLUEPEAK, _measured("CARD-FEES", "2.90", "100"), contact_email=_BLUEPEAK_MAIL),
    ),
    "carrier": DealKind(
        "Carrier costs, passed on",
        "What the carrier charged, plus 15 %.",
        from_today(*_CEDAR, _measured("CARRIER", "1.15", "400"), contact_email=_CEDAR_MAIL, owner="rita"),
    ),
    "prepaid": DealKind(
        "API calls from prepaid credit",
        "5,000.00 paid ahead; calls use it up first.",
        from_today(
            *_BLUEPEAK,
            [
                line("API-CREDIT", "5000.00", billing="one_time", frequency=None),
                line("API-CALLS", "0.10", quantity="1000", billing="per_unit", frequency="monthly"),
            ],
            contact_email=_BLUEPEAK_MAIL,
        ),
    ),
}

OVER_TIME: Final[dict[str, DealKind]] = {
    "committed": DealKind(
        "A minimum, with true-up",
        "Calls in tiers, and at least 1,000.00 a month.",
        from_today(
            *_BLUEPEAK,
            [
                line("PLATFORM-M", "200.00", frequency="monthly"),
                line("API-COMMIT", "1000.00", frequency="monthly"),
            ],
            contact_email=_BLUEPEAK_MAIL,
        ),
    ),
    "milestones": DealKind(
        "A project by milestones, EUR",
        "30 % at the start, the rest as you report go-live and acceptance.",
        from_today(
            *_NORTHWIND,
            [line("PROJECT", "40000.00", billing="one_time", frequency=None)],
            contact_email=_NORTHWIND_MAIL,
        ),
    ),
    "mid_quarter": DealKind(
        "Starts inside a quarter",
        "Quarters of the calendar: the first invoice is prorated by days.",
        from_today(
            *_CEDAR, [line("PLATFORM-Q", "3000.00", frequency="quarterly")], contact_email=_CEDAR_MAIL, owner="rita",
        ),
    ),
    "seats_ahead": DealKind(
        "Seats, a year ahead, EUR",
        "Raise the seats below after some weeks: those added end with the rest.",
        from_today(
            "Lumière Cosmétiques SA",
            "EUR",
            [line("SEAT-Y", "360.00", quantity="10", billing="per_unit")],
            contact_email="comptabilite@lumiere.example",
        ),
    ),
    "ramp": DealKind(
        "Seats that ramp up, EUR",
        "20 seats, 40 after three months, 80 after six.",
        from_today(
            *_NORTHWIND,
            [line("SEAT-RAMP", "45.00", quantity="80", billing="per_unit", frequency="monthly")],
            contact_email=_NORTHWIND_MAIL,
        ),
    ),
    "offer": DealKind(
        "Seats with an offer, EUR",
        "A free month, 10 % off for two, a set-up fee; 3 % more after six months.",
        from_today(
            *_NORTHWIND,
            [line("SEAT-OFFER", "60.00", quantity="40", billing="per_unit", frequency="monthly")],
            contact_email=_NORTHWIND_MAIL,
        ),
    ),
}  # fmt: skip
