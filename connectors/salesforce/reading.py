"""Turning Salesforce's records into a Deal, to the last digit; what is empty there stays empty here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.salesforce.errors import SYSTEM
from connectors.salesforce.fields import SalesforceFields
from flows.errors import Rejected
from flows.values.deal import Billing, Deal, DealLine
from flows.values.words import shortened

Record = Mapping[str, Any]


def deal_of(
    record: Record,
    *,
    lines: Iterable[Record],
    contact: Record | None,
    fields: SalesforceFields,
    url: str,
    currency: str | None,
) -> Deal:
    """Return the deal that an opportunity and its related records make. `currency` is used where it has none itself."""
    account, owner = record.get("Account") or {}, record.get("Owner") or {}
    return Deal(
        source="salesforce",
        external_id=str(record["Id"]),
        name=str(record.get("Name") or ""),
        modified_at=instant(str(record["SystemModstamp"])),
        is_won=bool(record.get("IsWon")),
        amount=number(record.get("Amount")),
        currency=text(record.get("CurrencyIsoCode")) or currency,
        close_date=day(record.get("CloseDate")),
        account_id=text(record.get("AccountId")),
        account_name=text(account.get("Name")),
        billing_address=address_of(account),
        contact_name=name_of(contact or {}),
        contact_email=_of(record, fields.billing_email) or text((contact or {}).get("Email")),
        owner_name=text(owner.get("Name")),
        owner_email=text(owner.get("Email")),
        po_number=text(record.get(fields.po_number)),
        terms=text(record.get(fields.payment_terms)),
        start_date=day(record.get(fields.start_date), fields.start_date),
        end_date=day(record.get(fields.end_date), fields.end_date),
        url=f"{url}/lightning/r/Opportunity/{record['Id']}/view",
        renewal_months=_number_of(record, fields.renewal_months),
        uplift_pct=_number_of(record, fields.uplift_pct),
        lines=tuple(line_of(line, fields, record) for line in sorted(lines, key=_place)),
    )


def line_of(record: Record, fields: SalesforceFields, deal: Record) -> DealLine:
    """Return one line item. Its own name begins with the deal's, so the product's is preferred.

    What recurs and does not say how often, or whether before or after, goes by the deal; so do dimensions.
    """
    product, words = record.get("Product2") or {}, fields.words
    billing = meant(record.get(fields.billing), words.get("billing"))
    frequency = meant(record.get(fields.frequency), words.get("frequency"))
    timing = meant(_of(record, fields.timing), words.get("timing"))
    if billing != Billing.ONE_TIME:
        frequency = frequency or meant(_of(deal, fields.deal_frequency), words.get("frequency"))
        timing = timing or meant(_of(deal, fields.deal_timing), words.get("timing"))
    return DealLine(
        source_id=str(record["Id"]),
        product_code=text(record.get("ProductCode")),
        description=text(record.get("Description")) or text(product.get("Name")) or text(record.get("Name")) or "",
        quantity=number(record.get("Quantity")),
        unit_price=number(record.get("UnitPrice")),
        total=number(record.get("TotalPrice")),
        billing=billing,
        frequency=frequency,
        timing=timing,
        dimensions=dimensions_of(record, fields, deal),
    )


def dimensions_of(record: Record, fields: SalesforceFields, deal: Record) -> tuple[tuple[str, str], ...]:
    """Return by what a line is booked, sorted: what the deal says for all of them, and over that what the line says."""
    found: dict[str, str] = {}
    for said, named in ((deal, fields.deal_dimensions), (record, fields.line_dimensions)):
        for dimension, theirs in named.items():
            if (value := _of(said, theirs)) is not None:
                found[dimension] = fields.words.get(dimension, {}).get(value.casefold(), value)
    return tuple(sorted(found.items()))


def meant(value: object, words: Mapping[str, str] | None) -> str | None:
    """Return what a picklist's word means: as the mapping file has it, else as we write the word itself."""
    given = text(value)
    return None if given is None else (words or {}).get(given.casefold()) or word(given)


def _number_of(record: Record, name: str | None) -> Decimal | None:
    """Return the number in a field of the organisation's own. Raises Rejected for a text that is none."""
    if name is None:
        return None
    try:
        return number(record.get(name))
    except InvalidOperation:
        said = shortened(str(record.get(name)), 40)
        raise Rejected(
            SYSTEM, f"the field {name} says “{said}”, which is no number; name one of type Number."
        ) from None


def _of(record: Record, name: str | None) -> str | None:
    return text(record.get(name)) if name is not None else None


def address_of(account: Record) -> str | None:
    """Return the billing address as it is written on an envelope, one part a line."""
    street, city, state, code, country = (
        text(account.get(f"Billing{part}")) for part in ("Street", "City", "State", "PostalCode", "Country")
    )
    town = " ".join(part for part in (code, city) if part)
    return "\n".join(part for part in (street, town, state, country) if part) or None


def name_of(contact: Record) -> str | None:
    """Return a contact's first and last name."""
    names = (text(contact.get("FirstName")), text(contact.get("LastName")))
    return " ".join(name for name in names if name) or None


def text(value: object) -> str | None:
    """Return the text without blanks around it; nothing but blanks is None."""
    return (str(value).strip() or None) if value is not None else None


def word(value: object) -> str | None:
    """Return a picklist's word as we write it: "One-time" and "ONE TIME" are one_time."""
    given = text(value)
    return None if given is None else "_".join(given.casefold().replace("-", " ").replace("_", " ").split())


def number(value: object) -> Decimal | None:
    """Return the exact number, without the zeros that say nothing: 12000.0 and 12000 are the same version of a deal."""
    if value is None:
        return None
    written = f"{Decimal(str(value)):f}"  # the session parses fractions as Decimal, never as float
    return Decimal(written.rstrip("0").rstrip(".") if "." in written else written)


def day(value: object, name: str = "CloseDate") -> date | None:
    """Return the calendar date. Raises Rejected for the text of a field `name` that is no date field."""
    try:
        return None if value is None else date.fromisoformat(str(value)[:10])
    except ValueError:
        said = shortened(str(value), 40)
        raise Rejected(SYSTEM, f"the field {name} says “{said}”, which is no date; name one of type Date.") from None


def instant(value: str) -> datetime:
    """Return the instant of a stamp such as 2026-11-23T09:00:00.000+0000."""
    return datetime.fromisoformat(value).astimezone(UTC)


def _place(line: Record) -> tuple[int, str]:
    order = line.get("SortOrder")
    return (int(order) if order is not None else 1_000_000, str(line["Id"]))
