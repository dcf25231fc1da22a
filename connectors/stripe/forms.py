"""What is sent to Stripe for our customers, invoices and lines."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from connectors.stripe.amounts import to_stripe
from flows.errors import Rejected
from flows.values.invoice import BillTo, InvoiceContent, InvoiceLine
from flows.values.money import Money

KEY: Final = "dunwell_key"
SENT: Final = "dunwell_sent"

_MOST_LABEL, _MOST_VALUE = 256, 140
_MOST_NAME: Final = 256
_MOST_MEMO: Final = 1500
_MOST_DESCRIPTION: Final = 5000
_MOST_METADATA: Final = 500
_MOST_EMAIL: Final = 512

Form = dict[str, Any]


def customer_form(bill_to: BillTo, key: str) -> Form:
    """Return the parameters of a customer. Raises Rejected for an e-mail address longer than Stripe takes."""
    if len(bill_to.email) > _MOST_EMAIL:
        raise Rejected("Stripe", f"the e-mail address of {clip(bill_to.name, 60)} is too long to be real.")
    form: Form = {
        "name": clip(bill_to.name, _MOST_NAME),
        "email": bill_to.email,
        "metadata": {KEY: key, "dunwell_customer": bill_to.customer_id},
    }
    if bill_to.contact:
        form["description"] = clip(f"Attention of {bill_to.contact}", _MOST_DESCRIPTION)
    if bill_to.address:
        form["address"] = _address(bill_to.address)
    return form


def invoice_form(content: InvoiceContent, customer: str, memo: str, key: str) -> Form:
    """Return the parameters of an empty draft that is due on the content's due date."""
    form: Form = {
        "customer": customer,
        "currency": content.currency.lower(),
        "collection_method": "send_invoice",
        "due_date": noon(content.due_date),
        "auto_advance": False,
        "pending_invoice_items_behavior": "exclude",
        "metadata": _ids(key)
        | {"dunwell_customer": content.bill_to.customer_id, "dunwell_content": content.content_hash()},
    }
    if memo:
        form["description"] = clip(memo, _MOST_MEMO)
    if content.po_number:
        form["custom_fields"] = [{"name": "PO number", "value": clip(content.po_number, _MOST_VALUE)}]
    return form


def due_now(form: Form) -> Form:
    """Return the same draft, due when it is issued: for a due date that has come or gone, which Stripe refuses."""
    return {name: value for name, value in form.items() if name != "due_date"} | {"days_until_due": 0}


def line_form(line: InvoiceLine, invoice: str, customer: str, key: str) -> Form:
    """Return the parameters of one line.

    The amount is the one that was approved. Quantity and unit price go into the words: Stripe's own product of the two
    would be rounded in its own way, and it takes no unit price with a fraction of its smallest unit as an integer.
    """
    form: Form = {
        "customer": customer,
        "invoice": invoice,
        "amount": to_stripe(line.amount),
        "currency": line.amount.currency.lower(),
        "description": _description(line),
        "discountable": False,
        "metadata": _ids(key) | {"dunwell_account": clip(line.account, _MOST_METADATA)},
    }
    if line.period_start and line.period_end:
        form["period"] = {"start": noon(line.period_start), "end": noon(line.period_end)}
    return form


def credit_form(invoice: str, whole: Money, memo: str, key: str) -> Form:
    """Return the parameters of a credit note over `whole`, which Stripe mails to the customer."""
    form: Form = {
        "invoice": invoice,
        "amount": to_stripe(whole),
        "email_type": "credit_note",
        "metadata": _ids(key),
    }
    return form | ({"memo": clip(memo, _MOST_DESCRIPTION)} if memo else {})


def noon(day: date) -> int:
    """Return noon UTC of a calendar day: nearly every time zone shows that instant as the same day."""
    return int(datetime.combine(day, time(12), UTC).timestamp())


def clip(text: str, limit: int) -> str:
    """Return `text`, its end replaced by … where it is longer than Stripe takes."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _ids(key: str) -> dict[str, str]:
    """Return the metadata that finds the object again: the effect's key, and our invoice where the key names one."""
    invoice = re.search(r"inv_[0-9a-z]+", key)
    return {KEY: key} | ({"dunwell_invoice": invoice[0]} if invoice else {})


def _description(line: InvoiceLine) -> str:
    counted = ""
    if line.quantity != 1:
        counted = f" ({_plain(line.quantity)} × {line.amount.currency} {_plain(line.unit_price)})"
    return clip(line.description, _MOST_DESCRIPTION - len(counted)) + counted


def _plain(number: Decimal) -> str:
    """Write a number with thousands separated, and without the zeros that say nothing."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _address(address: str) -> Form:
    first, *rest = [line.strip() for line in address.splitlines() if line.strip()] or [""]
    form = {"line1": clip(first, _MOST_LABEL)}
    if rest:
        form["line2"] = clip(", ".join(rest), _MOST_LABEL)
    return form
