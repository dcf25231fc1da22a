"""What the Salesforce simulator's page in the demo workspace shows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any, Final

from bot.sandbox.vendors.salesforce.records import Records
from bot.sandbox.vendors.store import Record
from flows.values.currency import MINOR_UNITS

_SHOWN_ROWS: Final = 200
_DEAL_COLUMNS: Final = (
    "Id", "Name", "Account", "Stage", "Amount", "Close date", "Owner", "Terms", "PO", "Invoice", "Invoice status",
    "Invoice total", "Changed",
)  # fmt: skip


def snapshot(
    records: Records, requests: Sequence[Record], faults: Sequence[dict[str, Any]], failed: Sequence[Record]
) -> dict[str, Any]:
    """Return the tables, the request log and the faults."""
    store = records.store
    deals = store.all("Opportunity", newest_first=True, limit=_SHOWN_ROWS)
    return {
        "title": "Salesforce",
        "tables": [
            {"name": "Opportunities", "columns": list(_DEAL_COLUMNS), "rows": [_deal(records, one) for one in deals]},
            {
                "name": "Line items",
                "columns": ["Opportunity", "Product", "Quantity", "Unit price", "Total", "Billing", "Frequency"],
                "rows": [
                    [
                        line["OpportunityId"], line["Name"], _plain(line["Quantity"]), _plain(line["UnitPrice"], 2),
                        _plain(line["TotalPrice"], 2), line["Dunwell_Billing__c"], line["Dunwell_Frequency__c"],
                    ]
                    for line in store.all("OpportunityLineItem", newest_first=True, limit=_SHOWN_ROWS)
                ],
            },
            {
                "name": "Accounts",
                "columns": ["Id", "Name", "City", "Country", "Currency"],
                "rows": [
                    [one["Id"], one["Name"], one["BillingCity"], one["BillingCountry"], one["CurrencyIsoCode"]]
                    for one in store.all("Account")
                ],
            },
            {
                "name": "Undelivered notices",
                "columns": ["Id", "Opportunity", "Tries"],
                "rows": [[one["id"], one["opportunity"], one["attempts"]] for one in failed],
            },
        ],
        "requests": list(requests),
        "faults": list(faults),
    }  # fmt: skip


def deal_page(records: Records, deal_id: str) -> str | None:
    """Return the page of one deal, which the links on our cards open; None when there is no such deal."""
    deal = records.store.get("Opportunity", deal_id)
    if deal is None:
        return None
    facts = "".join(
        f"<tr><th align=left>{escape(name)}<td>{escape(str(value))}"
        for name, value in zip(_DEAL_COLUMNS, _deal(records, deal), strict=True)
        if value is not None
    )
    lines = "".join(
        f"<tr><td>{escape(line['Description'] or line['Name'] or '')}<td align=right>{_plain(line['Quantity'])}"
        f"<td align=right>{_plain(line['UnitPrice'], 2)}<td align=right>{_plain(line['TotalPrice'], 2)}"
        for line in records.lines(deal["Id"])
    )
    title = escape(deal["Name"])
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>body{{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem}}"
        "table{width:100%;border-collapse:collapse;margin:1rem 0}td,th{padding:.4rem;border-bottom:1px solid #ddd;"
        "overflow-wrap:anywhere}</style>"
        f"<h1>{title}</h1><table>{facts}</table>"
        f"<table><tr><th align=left>Product<th align=right>Quantity<th align=right>Price<th align=right>Total{lines}"
        "</table><p><a href='/vendors/salesforce'>Everything in this Salesforce</a>"
        "<p><small>Simulated: a stand-in for Salesforce in the demo.</small>"
    )


def _deal(records: Records, deal: Record) -> list[Any]:
    account = records.store.get("Account", deal["AccountId"] or "")
    owner = records.store.get("User", deal["OwnerId"] or "")
    places = MINOR_UNITS.get(deal["CurrencyIsoCode"] or "", 2)
    amount = f"{deal['CurrencyIsoCode'] or ''} {_plain(deal['Amount'], places)}".strip() if deal["Amount"] else None
    return [
        deal["Id"],
        deal["Name"],
        account["Name"] if account else None,
        deal["StageName"],
        amount,
        deal["CloseDate"],
        owner["Name"] if owner else None,
        deal["Dunwell_Payment_Terms__c"],
        deal["Dunwell_PO_Number__c"],
        deal["Dunwell_Invoice_Number__c"],
        deal["Dunwell_Invoice_Status__c"],
        deal["Dunwell_Invoice_Total__c"],
        deal["SystemModstamp"],
    ]


def _plain(value: float | None, places: int = 0) -> str | None:
    """Return a number with its thousands separated and at least `places` decimals."""
    if value is None:
        return None
    exact = Decimal(str(value)).normalize()
    decimals = max(places, -int(exact.as_tuple().exponent), 0)
    return f"{exact:,.{decimals}f}"
