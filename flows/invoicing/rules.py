"""From a deal to the content of its first invoice. Pure: values in, values and words out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from flows.errors import UserError
from flows.policy.model import BillingPolicy
from flows.schedule import describe, due_date, read_payment_terms
from flows.values import words
from flows.values.deal import Billing, Deal, DealLine, Frequency, line_source
from flows.values.extension import charged_quantity, extend
from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine
from flows.values.money import format_money
from flows.values.periods import first_period
from flows.values.terms import UnknownTerms

__all__ = ["CannotDraft", "differs_from_deal", "draft", "first_period", "line_source"]


class CannotDraft(UserError):
    """The deal lacks what an invoice needs; `flows.contracts.rules.problems` says all of it in words."""

    code = "invoice.cannot_draft"

    def __init__(self, missing: str) -> None:
        self.missing = missing
        super().__init__(f"I cannot draft the invoice: {missing}. Mend the deal first.")


def draft(deal: Deal, bill_to: BillTo, *, today: date, policy: BillingPolicy) -> InvoiceContent:
    """Return the content of the deal's first invoice, dated `today`.

    One-time lines are billed in full; flat and per-unit lines for their first period, counted from the deal's start
    date. Each line is quantity x unit price, rounded half away from zero to the currency's minor unit. The due date is
    `today` plus the terms of the deal, else of the policy. Accounts and dimensions come from the policy by product.

    Never raises for a deal that has no problems; raises CannotDraft, MoneyError or UnknownTerms for one that has.
    """
    if deal.currency is None or not deal.lines:
        raise CannotDraft("the deal has no currency" if deal.currency is None else "the deal has no lines")
    terms = read_payment_terms(_terms(deal, policy))
    due = due_date(terms, today)
    lines = tuple(_line(seq, line, deal, policy) for seq, line in enumerate(deal.lines, start=1))
    return InvoiceContent(
        bill_to=bill_to,
        currency=deal.currency,
        invoice_date=today,
        due_date=due,
        terms=describe(terms),
        terms_days=(due - today).days,
        po_number=deal.po_number or None,
        period_start=min((line.period_start for line in lines if line.period_start), default=None),
        period_end=max((line.period_end for line in lines if line.period_end), default=None),
        lines=lines,
    )


def _terms(deal: Deal, policy: BillingPolicy) -> str:
    terms = (deal.terms or "").strip() or policy.default_terms
    if terms is None:
        raise CannotDraft("neither the deal nor the policy has payment terms")
    return terms


def _line(seq: int, line: DealLine, deal: Deal, policy: BillingPolicy) -> InvoiceLine:
    quantity, price = charged_quantity(line), line.unit_price
    if quantity is None or price is None or deal.currency is None:
        raise CannotDraft(f"line {seq} has no {'quantity' if quantity is None else 'price'}")
    start, end = _service_period(seq, line, deal)
    product = line.product_code or ""
    return InvoiceLine(
        seq=seq,
        description=line.description.strip(),
        product_code=line.product_code,
        quantity=quantity,
        unit_price=price,
        amount=extend(quantity, price, deal.currency),
        period_start=start,
        period_end=end,
        account=policy.revenue_accounts.get(product, policy.default_revenue_account),
        dimensions=tuple(sorted(policy.dimensions.get(product, {}).items())),
        source=line_source(deal, line),
    )


def _service_period(seq: int, line: DealLine, deal: Deal) -> tuple[date, date] | tuple[None, None]:
    if line.billing == Billing.ONE_TIME:
        return None, None
    if line.billing not in (Billing.FLAT, Billing.PER_UNIT) or line.frequency not in list(Frequency):
        raise CannotDraft(f"line {seq} does not say how it is billed")
    if deal.start_date is None:
        raise CannotDraft("the deal has recurring lines but no start date")
    return first_period(deal.start_date, Frequency(line.frequency).months)


def differs_from_deal(content: InvoiceContent, deal: Deal, *, besides: Collection[str] = ()) -> tuple[str, ...]:
    """Return where the invoice says something else than the deal, deal first: "Seats: quantity 40 -> 42 (line 2)".

    Empty for a fresh draft billed to the deal's own customer. Where the deal says nothing (no terms, so the policy's
    were taken) there is no difference, except for who is billed. Lines of the deal that are named in `besides` are not
    compared. Never raises.
    """
    return (*_header_differences(content, deal), *_line_differences(content, deal, besides))


def _header_differences(content: InvoiceContent, deal: Deal) -> Iterator[str]:
    pairs: tuple[tuple[str, str | None, str | None], ...] = (
        ("customer", deal.account_name, content.bill_to.name),
        ("e-mail", deal.contact_email, content.bill_to.email),
        ("PO", deal.po_number, content.po_number),
        ("currency", deal.currency, content.currency),
    )
    for called, said, billed in pairs:
        if (said or "") != (billed or ""):
            yield f"{called}: {_text(said)} -> {_text(billed)}"
    if deal.terms and deal.terms.strip() and _named(deal.terms) != content.terms:
        yield f"terms: {_text(deal.terms)} -> {content.terms}"
    if deal.start_date and content.period_start and deal.start_date != content.period_start:
        yield f"start: {words.day(deal.start_date)} -> {words.day(content.period_start)}"


def _line_differences(content: InvoiceContent, deal: Deal, besides: Collection[str]) -> Iterator[str]:
    billed = {line.source: line for line in content.lines if line.source not in besides}
    said = {source: line for line in deal.lines if (source := line_source(deal, line)) not in besides}
    for source, line in billed.items():
        where = f" (line {line.seq})"
        if source not in said:
            yield f"{_called(line)}: not on the deal, {format_money(line.amount)}{where}"
        elif changes := list(_changes(said[source], line)):
            yield f"{_called(line)}: {', '.join(changes)}{where}"
    for source, deal_line in said.items():
        if source not in billed:
            yield f"{words.shortened(deal_line.description, 60) or 'a line'}: on the deal, but not on the invoice"


def _changes(said: DealLine, billed: InvoiceLine) -> Iterator[str]:
    currency = billed.amount.currency
    if not _same(charged_quantity(said), billed.quantity):
        yield f"quantity {_number(said.quantity)} -> {words.number(billed.quantity)}"
    if not _same(said.unit_price, billed.unit_price):
        before = "none" if said.unit_price is None else words.price(said.unit_price, currency)
        yield f"price {before} -> {words.price(billed.unit_price, currency)}"
    if said.description.strip() != billed.description.strip():
        yield f"description {_text(said.description)} -> {_text(billed.description)}"


def _same(said: Decimal | None, billed: Decimal) -> bool:
    return said is not None and said.is_finite() and billed.is_finite() and said == billed


def _named(terms: str) -> str | None:
    """Return terms in the words of invoices, None where they are not plain."""
    try:
        return describe(read_payment_terms(terms))
    except UnknownTerms:
        return None


def _called(line: InvoiceLine) -> str:
    return words.shortened(line.description, 60) or "a line without a name"


def _number(value: Decimal | None) -> str:
    return "none" if value is None else words.number(value)


def _text(value: str | None) -> str:
    return words.shortened(value, 60) if value else "none"
