"""What a person sees of the Stripe simulator: its page in the demo workspace, and the hosted invoice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import Any

from bot.sandbox.vendors.courier import Courier
from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.shapes import shown
from flows.values.currency import minor_units

_SHOWN_ROWS = 200


def snapshot(
    account: Account, requests: Sequence[Record], faults: Sequence[dict[str, Any]], courier: Courier
) -> dict[str, Any]:
    """Return the tables, the request log and the faults."""
    store = account.store
    invoices = [shown(account, one) for one in store.all("invoice", newest_first=True, limit=_SHOWN_ROWS)]
    notes = store.all("credit_note", newest_first=True, limit=_SHOWN_ROWS)
    customers = store.all("customer", newest_first=True, limit=_SHOWN_ROWS)
    events = store.all("event", newest_first=True, limit=_SHOWN_ROWS)
    undelivered = courier.failed()
    return {
        "title": "Stripe",
        "tables": [
            {
                "name": "Invoices",
                "columns": ["Id", "Number", "Status", "Customer", "Total", "Paid", "Due", "Metadata"],
                "rows": [_invoice_row(one) for one in invoices],
            },
            {
                "name": "Credit notes",
                "columns": ["Id", "Number", "Invoice", "Total", "Memo", "Metadata"],
                "rows": [_credit_row(one) for one in notes],
            },
            {
                "name": "Customers",
                "columns": ["Id", "Name", "E-mail", "Created", "Metadata"],
                "rows": [
                    [one["id"], one["name"], one["email"], _day(one["created"]), _pairs(one["metadata"])]
                    for one in customers
                ],
            },
            {
                "name": "Events",
                "columns": ["Id", "Type", "Object", "Created"],
                "rows": [[one["id"], one["type"], one["data"]["object"]["id"], _day(one["created"])] for one in events],
            },
            {
                "name": "Undelivered events",
                "columns": ["Id", "Type", "Tries"],
                "rows": [[one["id"], one["event"]["type"], one["attempts"]] for one in undelivered],
            },
        ],
        "requests": list(requests),
        "faults": list(faults),
    }


def money(amount: int, currency: str) -> str:
    """Return an amount in the smallest unit as "USD 1,200.00"."""
    places = minor_units(currency.upper())
    return f"{currency.upper()} {Decimal(amount).scaleb(-places):,.{places}f}"


def invoice_page(account: Account, stored: Record | None) -> str:
    """Return the page that the customer's link opens."""
    if stored is None:
        return "<!doctype html><title>Invoice</title><p>There is no such invoice."
    invoice = shown(account, stored)
    rows = "".join(
        f"<tr><td>{escape(item['description'] or '')}<td align=right>{item['quantity_decimal']}"
        f"<td align=right>{money(item['amount'], item['currency'])}"
        for item in account.store.all("invoiceitem", owner=invoice["id"])
    )
    title = escape(f"Invoice {invoice['number'] or 'draft'}")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        "<style>body{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem}"
        "table{width:100%;border-collapse:collapse}td,th{padding:.4rem;border-bottom:1px solid #ddd}</style>"
        f"<h1>{title}</h1><p>{escape(invoice['customer_name'] or '')} · <strong>{invoice['status']}</strong>"
        f"{' · due ' + _day(invoice['due_date']) if invoice['due_date'] else ''}"
        f"<table><tr><th align=left>Item<th align=right>Quantity<th align=right>Amount{rows}</table>"
        f"<p><strong>Total {money(invoice['total'], invoice['currency'])}</strong>"
        f"<p>{escape(invoice['footer'] or '')}<p><small>Simulated: no money moves here.</small>"
    )


def invoice_pdf(account: Account, stored: Record) -> bytes:
    """Return the invoice as a small PDF (Latin letters only; the pages of the product itself do better)."""
    from fpdf import FPDF  # loading it takes longer than all else that the demo starts with

    invoice = shown(account, stored)
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=14)
    lines = [f"Invoice {invoice['number'] or 'draft'}", invoice["customer_name"] or "", f"Status: {invoice['status']}"]
    items = account.store.all("invoiceitem", owner=invoice["id"])
    lines += [f"{item['description'] or ''}: {money(item['amount'], item['currency'])}" for item in items]
    lines.append(f"Total: {money(invoice['total'], invoice['currency'])}")
    for text in lines:
        pdf.multi_cell(0, 8, text.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _invoice_row(invoice: Record) -> list[Any]:
    return [
        invoice["id"],
        invoice["number"],
        invoice["status"],
        invoice["customer_name"],
        money(invoice["total"], invoice["currency"]),
        money(invoice["amount_paid"], invoice["currency"]),
        _day(invoice["due_date"]) if invoice["due_date"] else None,
        _pairs(invoice["metadata"]),
    ]


def _credit_row(note: dict[str, Any]) -> list[Any]:
    total = money(note["total"], note["currency"])
    return [note["id"], note["number"], note["invoice"], total, note["memo"], _pairs(note["metadata"])]


def _pairs(metadata: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in metadata.items())


def _day(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %Y %H:%M")
