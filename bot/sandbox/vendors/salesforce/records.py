"""The organisation's records: reading, writing with Salesforce's checks, time stamps and computed fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.sandbox.vendors.salesforce.ids import full_id, record_id
from bot.sandbox.vendors.salesforce.refusals import not_found
from bot.sandbox.vendors.salesforce.schema import OWNED_BY, OWNER_FIELD, SOBJECTS, SObject
from bot.sandbox.vendors.salesforce.values import check_values
from bot.sandbox.vendors.store import Record, Store
from flows.values.clock import Clock


@dataclass(slots=True)
class Records:
    """Everything in the organisation. `touched` collects the opportunities changed since it was last emptied.

    While `late` is not nothing, changes carry a stamp that far in the past: long transactions commit so in Salesforce,
    and whoever polls by the stamp alone never sees them.
    """

    store: Store
    clock: Clock
    late: timedelta = timedelta(0)
    touched: list[str] = field(default_factory=list)

    def find(self, sobject: SObject, given: str) -> Record:
        """Return a record by its id of 15 or 18 letters. Raises SalesforceRefusal (NOT_FOUND)."""
        wanted = full_id(given)
        found = self.store.get(sobject.name, wanted) if wanted else None
        if found is None:
            raise not_found()
        return found

    def create(self, sobject: SObject, values: Mapping[str, Any]) -> Record:
        """Add a record as the API does. Raises SalesforceRefusal for what Salesforce refuses."""
        return self.insert(sobject, check_values(self.store, sobject, values, creating=True))

    def update(self, sobject: SObject, given: str, values: Mapping[str, Any]) -> Record:
        """Change a record as the API does. Raises SalesforceRefusal for what Salesforce refuses."""
        record = self.find(sobject, given)
        return self.overwrite(sobject, record, check_values(self.store, sobject, values, creating=False))

    def insert(self, sobject: SObject, values: Mapping[str, Any]) -> Record:
        """Add a record without checks: the world also holds records that today's rules would refuse."""
        new_id = record_id(sobject.prefix, self.store.next_number(sobject.name))
        stamp = self._stamp()
        record: Record = dict.fromkeys(sobject.fields)
        record |= {"Id": new_id, "IsDeleted": False, "CreatedDate": stamp, "CreatedById": self._api_user()}
        return self._write(sobject, record, {}, values, stamp)

    def overwrite(self, sobject: SObject, record: Record, values: Mapping[str, Any]) -> Record:
        """Change a record without checks."""
        return self._write(sobject, dict(record), record, values, self._stamp())

    def remove(self, sobject: SObject, record: Record) -> None:
        """Delete a record; what it was a part of changes with it."""
        self.store.delete(sobject.name, record["Id"])
        self._touch_parent(sobject, record)

    def lines(self, opportunity_id: str) -> list[Record]:
        """Return an opportunity's line items."""
        return self.store.all("OpportunityLineItem", owner=opportunity_id)

    def _write(self, sobject: SObject, record: Record, before: Record, values: Mapping[str, Any], stamp: str) -> Record:
        record |= values
        record |= {"LastModifiedDate": stamp, "SystemModstamp": stamp}
        if sobject.name == "Opportunity":
            _compute_opportunity(self, record, before, stamp)
        elif sobject.name == "OpportunityLineItem":
            _compute_line_item(self, record)
        owner = record.get(OWNER_FIELD[sobject.name]) if sobject.name in OWNER_FIELD else None
        self.store.put(sobject.name, record["Id"], record, owner=owner)
        self._touch_parent(sobject, record)
        if sobject.name == "Opportunity":
            self.touched.append(record["Id"])
        return record

    def _touch_parent(self, sobject: SObject, record: Record) -> None:
        """Roll a part's change up: the parent's stamp moves, and an opportunity's amount follows its lines."""
        if sobject.name not in OWNED_BY:
            return
        parent = self.store.get("Opportunity", record[OWNED_BY[sobject.name]] or "")
        if parent is not None:
            self.overwrite(SOBJECTS["Opportunity"], parent, {})

    def _stamp(self) -> str:
        return salesforce_time(self.clock.now() - self.late)

    def _api_user(self) -> str | None:
        users = self.store.all("User", limit=1)
        return str(users[0]["Id"]) if users else None


def salesforce_time(at: datetime) -> str:
    """Return an instant as Salesforce writes it: "2026-11-23T09:00:00.000+0000", always in whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _compute_opportunity(records: Records, record: Record, before: Record, stamp: str) -> None:
    lines = records.lines(record["Id"])
    totals = [Decimal(str(one["TotalPrice"])) for one in lines if one["TotalPrice"] is not None]
    if totals:
        record["Amount"] = number(sum(totals, Decimal(0)))
    record["HasOpportunityLineItem"] = bool(lines)
    record["IsWon"] = record["StageName"] == "Closed Won"
    record["IsClosed"] = record["StageName"] in ("Closed Won", "Closed Lost")
    record["ExpectedRevenue"] = record["Amount"] if record["StageName"] != "Closed Lost" else 0.0
    if record["StageName"] != before.get("StageName"):
        record["LastStageChangeDate"] = stamp


def _compute_line_item(records: Records, record: Record) -> None:
    entry = records.store.get("PricebookEntry", record["PricebookEntryId"] or "")
    if entry is not None:
        record["Product2Id"] = record["Product2Id"] or entry["Product2Id"]
        record["ListPrice"] = entry["UnitPrice"]
    product = records.store.get("Product2", record["Product2Id"] or "")
    opportunity = records.store.get("Opportunity", record["OpportunityId"])
    if product is not None:
        record["ProductCode"] = product["ProductCode"]
        record["Name"] = f"{opportunity['Name'] if opportunity else ''} {product['Name']}".strip()
    if record["UnitPrice"] is not None and record["Quantity"] is not None:
        off = Decimal(str(record["Discount"] or 0)) / 100
        record["TotalPrice"] = number(Decimal(str(record["UnitPrice"])) * Decimal(str(record["Quantity"])) * (1 - off))


def number(value: Decimal) -> float:
    """Return the value as Salesforce sends amounts: as a JSON number, a double."""
    return float(value)
