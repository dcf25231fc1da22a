"""A closed-won deal as every source gives it, after a connector has read it and before anything is decided.

A field that the source left empty is None: an incomplete deal is data, not an error, and
`flows.contracts.rules.problems` says in words what is missing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

_LATER_OF_A_DEAL: Final = ("renewal_months", "uplift_pct")  # what deals of earlier versions do not have
_LATER: Final = ("timing", "dimensions")  # fields of a line that deals of earlier versions do not have
_LINE_OBJECTS: Final = {"salesforce": "OpportunityLineItem"}  # what a line is called where the deal comes from


class Billing(StrEnum):
    """How a line is charged: once, a flat fee a period, or a price per unit a period."""

    ONE_TIME = "one_time"
    FLAT = "flat"
    PER_UNIT = "per_unit"


class Frequency(StrEnum):
    """How long one billing period is."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        """The length of one period in months."""
        return {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}[self.value]


@dataclass(frozen=True, slots=True)
class DealLine:
    """One product on a deal. `unit_price` is per unit and period, `total` what the source itself says for the line."""

    source_id: str
    product_code: str | None
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    total: Decimal | None
    billing: str | None  # a Billing when understood; another word is a problem that the rules name
    frequency: str | None  # a Frequency, or None for one-time lines
    timing: str | None = None  # "advance" or "arrears" when understood; None: as the catalogue says
    dimensions: tuple[tuple[str, str], ...] = ()  # (dimension, value), sorted: by what the line is booked


@dataclass(frozen=True, slots=True)
class Deal:
    """One version of a deal. Amounts are in `currency`; dates are calendar dates as the source gives them."""

    source: str  # "salesforce"
    external_id: str
    name: str
    modified_at: datetime  # the source's own stamp of this version; UTC
    is_won: bool
    amount: Decimal | None
    currency: str | None
    close_date: date | None
    account_id: str | None
    account_name: str | None
    billing_address: str | None
    contact_name: str | None
    contact_email: str | None
    owner_name: str | None
    owner_email: str | None
    po_number: str | None
    terms: str | None  # "Net 30"
    start_date: date | None
    end_date: date | None
    url: str | None
    lines: tuple[DealLine, ...]
    renewal_months: Decimal | None = None  # how long each new term is; 0: it ends; None: as the catalogue says
    uplift_pct: Decimal | None = None  # by how many percent prices rise at each renewal

    def as_json(self) -> str:
        """Return the canonical JSON of this version: sorted keys, decimals and dates as text."""
        return json.dumps(_content(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

    def content_hash(self) -> str:
        """Return the SHA-256 of everything that matters for billing; the source's stamp alone does not change it."""
        content = _content(self)
        del content["modified_at"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plainly)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> Deal:
        """Read back what `as_json` wrote."""
        raw = json.loads(text)
        raw["modified_at"] = datetime.fromisoformat(raw["modified_at"])
        for name in ("close_date", "start_date", "end_date"):
            raw[name] = date.fromisoformat(raw[name]) if raw[name] else None
        for name in ("amount", *_LATER_OF_A_DEAL):
            raw[name] = _decimal(raw.get(name))
        raw["lines"] = tuple(_line(line) for line in raw["lines"])
        return cls(**raw)


def line_source(deal: Deal, line: DealLine) -> str:
    """Return where a line comes from, as the invoice keeps it: "salesforce OpportunityLineItem 00k…".

    A line without an id stands for a deal that has no products.
    """
    if not line.source_id:
        return f"{deal.source} deal {deal.external_id}"
    return f"{deal.source} {_LINE_OBJECTS.get(deal.source, 'line')} {line.source_id}"


def _content(deal: Deal) -> dict[str, Any]:
    """Return the deal as plain values. What later versions of the program added is there only where it says something.

    So a deal that was read before is the same version still.
    """
    content = asdict(deal)
    for name in _LATER_OF_A_DEAL:
        if content[name] is None:
            del content[name]
    for line in content["lines"]:
        for name in _LATER:
            if not line[name]:
                del line[name]
    return content


def _plainly(value: object) -> str:
    """Write a decimal by its value, so that 40 and 40.0 are the same deal; dates as ISO text."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else str(value)


def _line(raw: dict[str, Any]) -> DealLine:
    return DealLine(
        source_id=str(raw["source_id"]),
        product_code=raw["product_code"],
        description=str(raw["description"]),
        quantity=_decimal(raw["quantity"]),
        unit_price=_decimal(raw["unit_price"]),
        total=_decimal(raw["total"]),
        billing=raw["billing"],
        frequency=raw["frequency"],
        timing=raw.get("timing"),
        dimensions=tuple((str(name), str(value)) for name, value in raw.get("dimensions", ())),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
