"""Deals that the sales team closes in the demo's Salesforce: ready-made kinds, whole deals, changes afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from bot.sandbox.company import OWNERS, PRICE_BOOK, PRODUCTS
from bot.sandbox.deal_kinds import KINDS
from bot.sandbox.deal_reading import read_deal, read_values
from bot.sandbox.vendors.salesforce.records import Records, number
from bot.sandbox.vendors.salesforce.schema import SOBJECTS, find_field
from bot.sandbox.vendors.store import Record

if TYPE_CHECKING:
    from bot.sandbox.vendors.salesforce.simulator import SalesforceSimulator

_PLAIN_CHANGES: Final = {
    "name": "Name",
    "terms": "Dunwell_Payment_Terms__c",
    "po_number": "Dunwell_PO_Number__c",
    "start": "Dunwell_Start_Date__c",
    "end": "Dunwell_End_Date__c",
    "close_date": "CloseDate",
    "currency": "CurrencyIsoCode",
    "stage": "StageName",
}
_OTHER_CHANGES: Final = frozenset({"amount", "owner", "contact_email", "lines", "quantity", "unit_price"})


def kinds() -> list[dict[str, str]]:
    """Return the ready-made deals: their kind, a title for a button, and what each is for."""
    return [{"kind": kind, "title": one.title, "explains": one.explains} for kind, one in KINDS.items()]


def close_deal(
    salesforce: SalesforceSimulator,
    kind_or_deal: str | Mapping[str, Any],
    *,
    ways: frozenset[str] | None = None,
    late: timedelta = timedelta(0),
) -> Record:
    """Close a deal as won and return {"id", "name", "account", "currency", "amount", "version", "kind"}.

    `kind_or_deal` is a ready-made kind or a whole deal: {"account", "currency", "contact_email", "lines": [{"product",
    "description", "quantity", "unit_price", "billing", "frequency"}], "terms", "po_number", "start", "end", "owner",
    "amount", "name", "close_date"}; numbers may be texts. A whole deal with a `kind` changes that kind. `ways` says how
    the app is told ("outbound", "json", both or none); `late` lets the change carry an older SystemModstamp.

    Raises ValueError, in a sentence, for an unknown kind, key, owner or number.
    """
    today = salesforce.records.clock.now().date()
    deal, kind = _whole(kind_or_deal, today)
    with salesforce.changing(ways, late) as records:
        opportunity = _write_deal(records, deal, today)
    account = salesforce.store.get("Account", opportunity["AccountId"] or "")
    return {
        "id": opportunity["Id"],
        "kind": kind,
        "name": opportunity["Name"],
        "account": account["Name"] if account else None,
        "currency": opportunity["CurrencyIsoCode"],
        "amount": None if opportunity["Amount"] is None else str(Decimal(str(opportunity["Amount"]))),
        "version": opportunity["SystemModstamp"],
    }


def change_deal(salesforce: SalesforceSimulator, deal_id: str, changes: Mapping[str, Any]) -> Record:
    """Change an opportunity and return it as it is then.

    `changes` has keys of a whole deal (`lines` replaces all lines), `stage`, or `quantity` and `unit_price` of the
    first line that is sold per unit (else of the first line). Field names of the object work too.

    Raises ValueError, in a sentence, when there is nothing to change or a key is unknown, and SalesforceRefusal
    (NOT_FOUND) for a deal that does not exist.
    """
    if not changes:
        raise ValueError(f"Say what to change: {', '.join(sorted([*_PLAIN_CHANGES, *_OTHER_CHANGES]))}.")
    changes = read_values(changes)
    sobject = SOBJECTS["Opportunity"]
    fields = {key: _PLAIN_CHANGES.get(key, key) for key in changes if key not in _OTHER_CHANGES}
    for key, name in fields.items():
        if find_field(sobject, name) is None:
            raise ValueError(f"A deal has no {key!r} to change.")
    with salesforce.changing() as records:
        opportunity = records.find(sobject, deal_id)
        values: Record = {name: changes[key] for key, name in fields.items()}
        values |= _owner(records, changes["owner"]) if "owner" in changes else {}
        values |= {"Amount": _number(changes["amount"])} if "amount" in changes else {}
        _change_parts(records, opportunity, changes)
        return records.overwrite(sobject, records.find(sobject, opportunity["Id"]), values)


def _whole(kind_or_deal: str | Mapping[str, Any], today: date) -> tuple[dict[str, Any], str]:
    given: Mapping[str, Any] = {"kind": kind_or_deal} if isinstance(kind_or_deal, str) else kind_or_deal
    deal = read_deal(given)
    kind = deal.get("kind")
    if kind is None:
        return {"owner": "sam", **deal}, "whole"
    if kind not in KINDS:
        raise ValueError(f"There is no kind of deal {kind!r}; there are {', '.join(KINDS)}.")
    return {**KINDS[kind].build(today), **deal}, kind


def _write_deal(records: Records, deal: Mapping[str, Any], today: date) -> Record:
    """Write the opportunity with its parts as it was negotiated, then close it."""
    account = _account(records, deal)
    name = deal.get("name") or _title(account, deal.get("lines") or [])
    values: Record = {
        "AccountId": account["Id"] if account else None,
        "Name": name[:120],
        "StageName": "Negotiation/Review",
        "Amount": _number(deal.get("amount")),
        "CloseDate": deal.get("close_date") or today.isoformat(),
        "Type": "New Business",
        "Pricebook2Id": PRICE_BOOK,
        "CurrencyIsoCode": deal.get("currency"),
        "Dunwell_PO_Number__c": deal.get("po_number"),
        "Dunwell_Payment_Terms__c": deal.get("terms"),
        "Dunwell_Start_Date__c": deal.get("start"),
        "Dunwell_End_Date__c": deal.get("end"),
        **_owner(records, deal.get("owner")),
    }
    sobject = SOBJECTS["Opportunity"]
    opportunity = records.insert(sobject, values)
    _write_lines(records, opportunity, deal.get("lines") or [])
    if deal.get("contact_email"):
        _write_contact(records, opportunity, deal["contact_email"])
    return records.overwrite(sobject, records.find(sobject, opportunity["Id"]), {"StageName": "Closed Won"})


def _title(account: Record | None, lines: list[Mapping[str, Any]]) -> str:
    """Return a name as a sales rep would give it: the customer and what it buys."""
    names = {product.code: product.name for product in PRODUCTS}
    bought = list(dict.fromkeys(names.get(one.get("product", ""), one.get("product") or "") for one in lines))
    what = " + ".join(bought) or "new business"
    return f"{account['Name'] if account else 'Unknown customer'}: {what}"


def _account(records: Records, deal: Mapping[str, Any]) -> Record | None:
    """Return the customer of that name, adding it when it is new; None when the deal names none."""
    name = deal.get("account")
    if not name:
        return None
    for account in records.store.all("Account"):
        if account["Name"] == name:
            return account
    fresh = {"Name": name, "CurrencyIsoCode": deal.get("currency"), **_owner(records, deal.get("owner"))}
    return records.insert(SOBJECTS["Account"], fresh)


def _owner(records: Records, handle: str | None) -> Record:
    if handle is None:
        return {"OwnerId": None}
    if handle not in OWNERS:
        raise ValueError(f"There is no account manager {handle!r}; there are {', '.join(OWNERS)}.")
    email = OWNERS[handle][1]
    return {"OwnerId": next(user["Id"] for user in records.store.all("User") if user["Email"] == email)}


def _write_contact(records: Records, opportunity: Record, email: str) -> None:
    """Make the person with this address the deal's primary contact, adding the person to the account if need be."""
    owner = opportunity["AccountId"]
    known = [one for one in records.store.all("Contact", owner=owner) if one["Email"] == email] if owner else []
    person = {"AccountId": owner, "FirstName": None, "LastName": email.partition("@")[0] or email, "Email": email}
    contact = known[0] if known else records.insert(SOBJECTS["Contact"], person)
    for role in records.store.all("OpportunityContactRole", owner=opportunity["Id"]):
        records.remove(SOBJECTS["OpportunityContactRole"], role)
    role = {"OpportunityId": opportunity["Id"], "ContactId": contact["Id"], "Role": "Billing", "IsPrimary": True}
    records.insert(SOBJECTS["OpportunityContactRole"], role)


def _write_lines(records: Records, opportunity: Record, lines: list[Mapping[str, Any]]) -> None:
    for place, line in enumerate(lines, start=1):
        entry = _entry(records, line.get("product"), opportunity["CurrencyIsoCode"])
        values = {
            "OpportunityId": opportunity["Id"],
            "PricebookEntryId": entry["Id"] if entry else None,
            "Product2Id": entry["Product2Id"] if entry else _product(records, line.get("product")),
            "Quantity": _number(line.get("quantity", 1)),
            "UnitPrice": _number(line.get("unit_price")),
            "Description": line.get("description"),
            "SortOrder": place,
            "Dunwell_Billing__c": line.get("billing"),
            "Dunwell_Frequency__c": line.get("frequency"),
        }
        records.insert(SOBJECTS["OpportunityLineItem"], values)


def _product(records: Records, name: str | None) -> str | None:
    """Return the id of the product with this name or code, adding it when it is new."""
    if name is None:
        return None
    for product in records.store.all("Product2"):
        if name in (product["Name"], product["ProductCode"]):
            return str(product["Id"])
    fresh = {"Name": name, "ProductCode": None, "IsActive": True, "Family": "Services"}
    return str(records.insert(SOBJECTS["Product2"], fresh)["Id"])


def _entry(records: Records, name: str | None, currency: str | None) -> Record | None:
    product = _product(records, name)
    entries = records.store.all("PricebookEntry")
    return next((one for one in entries if one["Product2Id"] == product and one["CurrencyIsoCode"] == currency), None)


def _change_parts(records: Records, opportunity: Record, changes: Mapping[str, Any]) -> None:
    """Change contact and lines."""
    line_item = SOBJECTS["OpportunityLineItem"]
    if changes.get("contact_email"):
        _write_contact(records, opportunity, changes["contact_email"])
    if "lines" in changes:
        for line in records.lines(opportunity["Id"]):
            records.remove(line_item, line)
        _write_lines(records, opportunity, changes["lines"])
    priced = {"Quantity": "quantity", "UnitPrice": "unit_price"}
    values = {field: _number(changes[key]) for field, key in priced.items() if key in changes}
    if values:
        lines = records.lines(opportunity["Id"])
        if not lines:
            raise ValueError("This deal has no lines whose quantity or price could change.")
        per_unit = [one for one in lines if one["Dunwell_Billing__c"] == "per_unit"]
        records.overwrite(line_item, (per_unit or lines)[0], values)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    try:
        return number(Decimal(str(value)))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number.") from None
