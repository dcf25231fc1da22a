"""The company that the demo is about: whom it sells to, what it sells, and how its books are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

PRICE_BOOK: Final = "01sDw0000000001EAA"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with the person who gets its invoices; `owner` is the handle of its account manager."""

    name: str
    currency: str
    street: str
    city: str
    state: str | None
    postal_code: str
    country: str
    first_name: str
    last_name: str
    email: str
    phone: str
    owner: str


@dataclass(frozen=True, slots=True)
class Product:
    """Something to sell; prices by currency are in the price book. `meter` is what catalogue.toml measures of it."""

    code: str
    name: str
    family: str
    usd: Decimal
    meter: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One account of the chart: its number, its name and what it is."""

    number: str
    name: str
    kind: str


OWNERS: Final = {"sam": ("Sam Rivera", "sam@demo.example"), "rita": ("Rita Novak", "rita@demo.example")}
"""The account managers, by the handle that they have in the demo workspace."""

CUSTOMERS: Final = (
    Customer(
        "Northwind GmbH", "EUR", "Torstraße 140", "Berlin", None, "10119", "Germany",
        "Anke", "Vogel", "accounts@northwind.example", "+49 30 5550110", "sam",
    ),
    Customer(
        "Bluepeak Logistics Inc", "USD", "233 S Wacker Drive", "Chicago", "IL", "60606", "United States",
        "Marcus", "Hale", "ap@bluepeak.example", "+1 312 555 0142", "sam",
    ),
    Customer(
        "Cedar Valley Health", "USD", "1120 NW Couch Street", "Portland", "OR", "97209", "United States",
        "Priya", "Raman", "payables@cedarvalley.example", "+1 503 555 0177", "rita",
    ),
    Customer(
        "Harbor & Finch LLP", "GBP", "12 Bishopsgate", "London", None, "EC2N 4AY", "United Kingdom",
        "Oliver", "Finch", "finance@harborfinch.example", "+44 20 7946 0321", "rita",
    ),
    Customer(
        "Lumière Cosmétiques SA", "EUR", "18 rue de la République", "Lyon", None, "69002", "France",
        "Élodie", "Marchand", "comptabilite@lumiere.example", "+33 4 55 55 01 19", "sam",
    ),
    Customer(
        "Nordlys AB", "SEK", "Birger Jarlsgatan 57", "Stockholm", None, "113 56", "Sweden",
        "Lars", "Öberg", "faktura@nordlys.example", "+46 8 555 012 30", "rita",
    ),
    Customer(
        "株式会社みどり商会", "JPY", "千代田区丸の内1-9-1", "東京", "東京都", "100-0005", "Japan",
        "花子", "緑川", "keiri@midori.example", "+81 3 5550 0148", "sam",
    ),
    Customer(
        "شركة الواحة للتجارة", "KWD", "شارع فهد السالم 27", "مدينة الكويت", None, "13001", "Kuwait",
        "ليلى", "المطيري", "accounts@alwaha.example", "+965 2555 0163", "rita",
    ),
    Customer(
        "Maple Ridge Foods Ltd", "CAD", "480 University Avenue", "Toronto", "ON", "M5G 1V2", "Canada",
        "Grace", "Tremblay", "ap@mapleridge.example", "+1 416 555 0129", "sam",
    ),
    Customer(
        "Alpenblick Versicherung AG", "CHF", "Bahnhofstrasse 45", "Zürich", None, "8001", "Switzerland",
        "Reto", "Ammann", "kreditoren@alpenblick.example", "+41 44 555 01 81", "rita",
    ),
    Customer(
        "Southern Cross Mining Pty Ltd", "AUD", "108 St Georges Terrace", "Perth", "WA", "6000", "Australia",
        "Kylie", "Nguyen", "accounts@southerncross.example", "+61 8 5550 0155", "sam",
    ),
    Customer(
        "Verde Energia S.A.", "BRL", "Avenida Paulista 1578", "São Paulo", "SP", "01310-200", "Brazil",
        "João", "Carvalho", "contas@verdeenergia.example", "+55 11 5550 0134", "rita",
    ),
)  # fmt: skip

PRODUCTS: Final = (
    Product("PLATFORM-Y", "Platform, annual", "Subscription", Decimal("12000.00")),
    Product("PLATFORM-M", "Platform, monthly", "Subscription", Decimal("1100.00")),
    Product("SEAT-M", "Seats, monthly", "Subscription", Decimal("60.00")),
    Product("SEAT-Y", "Seats, annual", "Subscription", Decimal("360.00")),
    Product("SUPPORT-Y", "Premium support, annual", "Subscription", Decimal("4800.00")),
    Product("API-Q", "API add-on, quarterly", "Subscription", Decimal("900.00")),
    Product("PLATFORM-Q", "Platform, quarterly", "Subscription", Decimal("3000.00")),
    Product("SEAT-RAMP", "Seats, growing", "Subscription", Decimal("45.00")),
    Product("SEAT-OFFER", "Seats, with an offer", "Subscription", Decimal("60.00")),
    Product("API-CALLS", "API calls, metered", "Usage", Decimal("0.10"), meter="api-calls"),
    Product("API-COMMIT", "API calls, committed", "Usage", Decimal("1000.00"), meter="committed-calls"),
    Product("API-CREDIT", "API credit, prepaid", "Usage", Decimal("5000.00")),
    Product("SMS", "Text messages", "Usage", Decimal("0.04"), meter="text-messages"),
    Product("STORAGE", "Storage", "Usage", Decimal("0.05"), meter="stored-gb"),
    Product("MINUTES", "Phone minutes", "Usage", Decimal("0.12"), meter="call-seconds"),
    Product("SALES-SHARE", "Share of shop sales", "Usage", Decimal("0.02"), meter="shop-sales"),
    Product("CARD-FEES", "Card payments", "Usage", Decimal("2.90"), meter="card-payments"),
    Product("CARRIER", "Carrier costs, passed on", "Usage", Decimal("1.15"), meter="carrier-costs"),
    Product("PROJECT", "Roll-out project", "Services", Decimal("40000.00")),
    Product("IMPL", "Implementation", "Services", Decimal("7500.00")),
    Product("TRAIN", "Training day", "Services", Decimal("1850.00")),
    Product("ONSITE", "Workshop on site", "Services", Decimal("2400.00")),
)

PRICE_RATES: Final = {
    "USD": "1", "EUR": "0.92", "GBP": "0.79", "CHF": "0.88", "SEK": "10.5", "CAD": "1.36", "AUD": "1.52",
    "JPY": "150", "KWD": "0.31", "BRL": "5.4",
}  # fmt: skip
"""What a dollar of list price is in the other price lists."""

CHART_OF_ACCOUNTS: Final = (
    LedgerAccount("1000", "Operating bank account", "asset"),
    LedgerAccount("1010", "Stripe clearing", "asset"),
    LedgerAccount("1020", "Undeposited funds", "asset"),
    LedgerAccount("1200", "Accounts receivable", "asset"),
    LedgerAccount("1290", "Allowance for doubtful accounts", "asset"),
    LedgerAccount("2100", "Customer deposits and unapplied cash", "liability"),
    LedgerAccount("2200", "Sales tax and VAT payable", "liability"),
    LedgerAccount("2400", "Deferred revenue", "liability"),
    LedgerAccount("4000", "Subscription revenue", "income"),
    LedgerAccount("4010", "Usage revenue", "income"),
    LedgerAccount("4100", "Implementation revenue", "income"),
    LedgerAccount("4110", "Training revenue", "income"),
    LedgerAccount("4115", "Workshop revenue", "income"),
    LedgerAccount("4120", "Workshop revenue until 2025", "income"),
    LedgerAccount("4900", "Discounts and credits", "income"),
    LedgerAccount("6100", "Processor fees", "expense"),
    LedgerAccount("6200", "Bad debt", "expense"),
    LedgerAccount("7000", "Currency gains and losses", "income"),
)
