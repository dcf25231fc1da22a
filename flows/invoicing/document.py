"""The invoice as a PDF."""

from __future__ import annotations

from typing import ClassVar

from flows.invoicing.paper import Heading, Paper, texts_of
from flows.policy.model import Company
from flows.schedule import ways_to_pay
from flows.values import words
from flows.values.extension import format_price, format_quantity
from flows.values.invoice import InvoiceContent, InvoiceLine
from flows.values.money import format_amount, format_money


def render_pdf(content: InvoiceContent, number: str, company: Company) -> bytes:
    """Return the invoice as a PDF. The same content, number and company give the same bytes on one installation.

    Text that no font at hand can print is marked ▯ and named in a line under the total; nothing is dropped silently.
    """
    invoice = _Invoice(content, number, company)
    invoice.lay_out()
    return bytes(invoice.output())


class _Invoice(Paper):
    """One invoice being laid out, from top to bottom."""

    columns: ClassVar = (88.0, 20.0, 30.0, 32.0)

    def __init__(self, content: InvoiceContent, number: str, company: Company) -> None:
        self._content = content
        texts = texts_of(company, content.bill_to, content.lines) | {
            "how to pay": company.bank_details,
            "the invoice number": number,
            "the PO number": content.po_number or "",
        }
        super().__init__(
            Heading("Invoice", number, content.invoice_date), company, content.bill_to, content.currency, texts
        )

    def heads(self) -> tuple[str, ...]:
        currency = self._content.currency
        return ("Item", "Quantity", f"Unit price ({currency})", f"Amount ({currency})")

    def lay_out(self) -> None:
        """Put everything on pages."""
        content = self._content
        self.add_page()
        self._letterhead()
        self._who_and_when("Bill to", self._facts())
        ways = ways_to_pay(content.terms, content.invoice_date, content.total)
        by = f"in {len(ways)} instalments to" if len(ways) > 1 else "by"
        self._box(f"Amount due {by} {words.day(content.due_date)}", format_money(content.total))
        self._table_head()
        for line in content.lines:
            self._row(line, self._of(line), keep=26.0 if line is content.lines[-1] else 0.0)
        self._total("Total due", format_money(content.total))
        if ways:
            self._said("To pay", "\n".join(ways), f"Terms: {content.terms}", width=165)
        ask = f"Please quote {self._heading.number} with your payment. Questions: {self._company.email}"
        self._said("How to pay", self._company.bank_details, ask, width=110)
        self._notes()
        self._feet()

    def _facts(self) -> list[tuple[str, str]]:
        content = self._content
        facts = [("Invoice date", words.day(content.invoice_date)), ("Due date", words.day(content.due_date))]
        facts.append(("Terms", content.terms))
        if content.po_number:
            facts.append(("PO number", self._limited("the PO number", content.po_number)))
        if content.period_start and content.period_end:
            facts.append(("Service from", words.day(content.period_start)))
            facts.append(("Service to", words.day(content.period_end)))
        return facts

    def _of(self, line: InvoiceLine) -> tuple[str, str, str]:
        currency = self._content.currency
        return (
            format_quantity(line.quantity),
            format_price(line.unit_price, currency),
            format_amount(line.amount.amount, currency),
        )
