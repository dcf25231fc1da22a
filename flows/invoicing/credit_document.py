"""A credit memo as a PDF: which invoice it credits, how much of which line, and why."""

from __future__ import annotations

from typing import ClassVar

from flows.invoicing.paper import INK, LEFT, QUIET, Heading, Paper, texts_of
from flows.policy.model import Company
from flows.values import words
from flows.values.credit_memo import CreditMemo
from flows.values.invoice import InvoiceContent, InvoiceLine
from flows.values.money import Money, format_amount, format_money


def render_credit_memo(content: InvoiceContent, memo: CreditMemo, company: Company) -> bytes:
    """Return the credit memo of an invoice as a PDF; the same memo gives the same bytes on one installation.

    `content` is the invoice's. Text that no font at hand can print is marked and named, as on the invoice.
    """
    paper = _CreditMemo(content, memo, company)
    paper.lay_out()
    return bytes(paper.output())


class _CreditMemo(Paper):
    """One credit memo being laid out, from top to bottom."""

    columns: ClassVar = (102.0, 34.0, 34.0)

    def __init__(self, content: InvoiceContent, memo: CreditMemo, company: Company) -> None:
        self._content, self._memo = content, memo
        self._lines = [line for line in content.lines if line.seq in memo.amounts]
        texts = texts_of(company, content.bill_to, self._lines) | {
            "the reason": memo.reason,
            "the credit memo's number": memo.number,
            "the invoice number": memo.invoice_number,
            "the PO number": content.po_number or "",
        }
        heading = Heading("Credit memo", memo.number, memo.dated)
        super().__init__(heading, company, content.bill_to, content.currency, texts)

    def heads(self) -> tuple[str, ...]:
        currency = self._content.currency
        return ("Item", f"Billed ({currency})", f"Credited ({currency})")

    def lay_out(self) -> None:
        """Put everything on pages."""
        memo = self._memo
        self.add_page()
        self._letterhead()
        self._who_and_when("To", self._facts())
        self._box(f"Credited on invoice {memo.invoice_number}", format_money(memo.total))
        self._table_head()
        for line in self._lines:
            self._row(line, self._of(line), keep=26.0 if line is self._lines[-1] else 0.0)
        self._total("Total credited", format_money(memo.total))
        self._what_remains()
        ask = f"Nothing is to be paid on this credit memo. Questions: {self._company.email}"
        self._said("Reason", memo.reason, ask, width=165)
        self._notes()
        self._feet()

    def _facts(self) -> list[tuple[str, str]]:
        content, memo = self._content, self._memo
        facts = [("Date", words.day(memo.dated)), ("For invoice", memo.invoice_number)]
        facts.append(("Invoice date", words.day(content.invoice_date)))
        if content.po_number:
            facts.append(("PO number", self._limited("the PO number", content.po_number)))
        if content.period_start and content.period_end:
            facts.append(("Service from", words.day(content.period_start)))
            facts.append(("Service to", words.day(content.period_end)))
        return facts

    def _of(self, line: InvoiceLine) -> tuple[str, str]:
        billed, credited = line.amount, self._memo.amounts[line.seq]
        return format_amount(billed.amount, billed.currency), format_amount(credited.amount, credited.currency)

    def _what_remains(self) -> None:
        """Print how the invoice stands with this credit memo; what was paid of it is not said here."""
        memo, billed = self._memo, self._content.total
        rows: list[tuple[str, Money]] = [(f"Invoice {memo.invoice_number}", billed)]
        if memo.credited_before:
            rows.append(("Credited before", memo.credited_before))
        rows += [("Credited now", memo.total), ("Invoice after credits", billed - memo.credited_before - memo.total)]
        self._room(len(rows) * 5.2 + 8, head=False)
        self._label(LEFT, "The invoice")
        for label, money in rows:
            top, last = self.get_y(), label == rows[-1][0]
            self._write(LEFT, 70, label, size=9, height=4.6, bold=last, colour=INK if last else QUIET)
            self.set_y(top)
            self._fit(90, 50, format_money(money), size=9, height=4.6, bold=last)
            self.ln(0.6)
        self.ln(4)
