"""Invoices for the tests of the payment processor."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine
from flows.values.money import Money

ACME = BillTo("cus_1", "Acme GmbH", "ap@acme.example", "Ada Lovelace", "Ring 1\n10115 Berlin\nGermany")
TODAY = date(2026, 11, 23)


def line(seq: int, amount: str, currency: str = "USD", *, quantity: str = "1", unit: str | None = None) -> InvoiceLine:
    return InvoiceLine(
        seq=seq,
        description=f"Service {seq}",
        product_code="SRV",
        quantity=Decimal(quantity),
        unit_price=Decimal(unit or amount),
        amount=Money(Decimal(amount), currency),
        period_start=TODAY,
        period_end=date(2026, 12, 22),
        account="4000",
        dimensions=(),
        source=f"salesforce OpportunityLineItem 00k{seq}",
    )


def content(*lines: InvoiceLine, bill_to: BillTo = ACME, due: date = TODAY + timedelta(days=30)) -> InvoiceContent:
    given = lines or (line(1, "1200.00"), line(2, "2400.50", quantity="48.01", unit="50"))
    return InvoiceContent(
        bill_to=bill_to,
        currency=given[0].amount.currency,
        invoice_date=TODAY,
        due_date=due,
        terms="Net 30",
        terms_days=30,
        po_number="PO-77",
        period_start=TODAY,
        period_end=date(2026, 12, 22),
        lines=given,
    )
