"""An invoice's content: what a person approves and what is issued, to the cent."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flows.values.money import Money, total


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line. `quantity` x `unit_price`, rounded half away from zero to the currency's minor unit, is `amount`."""

    seq: int
    description: str
    product_code: str | None
    quantity: Decimal
    unit_price: Decimal  # may be finer than a cent
    amount: Money
    period_start: date | None  # first day of the service period; None for one-time lines
    period_end: date | None  # last day, inclusive
    account: str  # revenue account
    dimensions: tuple[tuple[str, str], ...]  # (dimension, value), sorted
    source: str  # where the line comes from: "salesforce OpportunityLineItem 00k…"
    filled: tuple[str, ...] = ()  # the dimensions that were filled in by relationships, sorted


@dataclass(frozen=True, slots=True)
class BillTo:
    """Who is billed."""

    customer_id: str  # ours: cus_…
    name: str
    email: str
    contact: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class InvoiceContent:
    """Everything an approval binds to. Dates are calendar dates in the company's time zone."""

    bill_to: BillTo
    currency: str
    invoice_date: date
    due_date: date
    terms: str  # "Net 30"
    terms_days: int
    po_number: str | None
    period_start: date | None
    period_end: date | None
    lines: tuple[InvoiceLine, ...]

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        return total((line.amount for line in self.lines), self.currency)

    def as_json(self) -> str:
        """Return the canonical JSON: sorted keys, no spaces, decimals and dates as text."""
        plain = _fields(self) | {"bill_to": _fields(self.bill_to), "lines": [_line_fields(line) for line in self.lines]}
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

    def content_hash(self) -> str:
        """Return the SHA-256 of `as_json` in hexadecimal; an approval is for this hash and no other."""
        return hash_of(self.as_json())

    @classmethod
    def from_json(cls, text: str) -> InvoiceContent:
        """Read back what `as_json` wrote."""
        raw = json.loads(text)
        for name in ("invoice_date", "due_date", "period_start", "period_end"):
            raw[name] = _date(raw[name])
        raw["bill_to"] = BillTo(**raw["bill_to"])
        raw["lines"] = tuple(_line(line) for line in raw["lines"])
        return cls(**raw)


def _fields(value: Any) -> dict[str, Any]:
    """Return the fields of a frozen value as they are; `dataclasses.asdict` copies each, which takes long."""
    return {name: getattr(value, name) for name in value.__slots__}


def _line_fields(line: InvoiceLine) -> dict[str, Any]:
    plain = _fields(line) | {"amount": _fields(line.amount)}
    if not line.filled:
        del plain["filled"]
    return plain


def hash_of(text: str) -> str:
    """Return the SHA-256, in hexadecimal, of what `InvoiceContent.as_json` wrote."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_hash(content_hash: str) -> str:
    """Return the digest as people compare it: the first eight characters, in two groups."""
    return f"{content_hash[:4]}-{content_hash[4:8]}"


def _line(raw: dict[str, object]) -> InvoiceLine:
    amount = raw["amount"]
    assert isinstance(amount, dict)
    dimensions = raw["dimensions"]
    filled = raw.get("filled", ())
    assert isinstance(dimensions, list) and isinstance(filled, list | tuple)
    return InvoiceLine(
        seq=int(str(raw["seq"])),
        description=str(raw["description"]),
        product_code=None if raw["product_code"] is None else str(raw["product_code"]),
        quantity=Decimal(str(raw["quantity"])),
        unit_price=Decimal(str(raw["unit_price"])),
        amount=Money(Decimal(str(amount["amount"])), str(amount["currency"])),
        period_start=_date(raw["period_start"]),
        period_end=_date(raw["period_end"]),
        account=str(raw["account"]),
        dimensions=tuple((str(name), str(value)) for name, value in dimensions),
        source=str(raw["source"]),
        filled=tuple(str(name) for name in filled),
    )


def _date(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text))
