"""Stripe's invoices while they are drafts: create, change, look up, list, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.currencies import check_currency
from bot.sandbox.vendors.stripe.customers import Params, merged_metadata
from bot.sandbox.vendors.stripe.items import line, take_pending
from bot.sandbox.vendors.stripe.lists import PAGING, page, within
from bot.sandbox.vendors.stripe.parameters import INSTANT, Fields, Flag, Listing, Metadata, Rule, Span, Text, Whole
from bot.sandbox.vendors.stripe.refusals import StripeRefusal, invalid
from bot.sandbox.vendors.stripe.shapes import blank_invoice, shown

DAY: Final = 86_400
AUTO_FINALIZE_AFTER: Final = 3_600
_METHODS: Final = ("charge_automatically", "send_invoice")
_STATES: Final = ("draft", "open", "paid", "uncollectible", "void")
_CUSTOM_FIELD: Final = Fields({"name": Text(40), "value": Text(140)}, required=("name", "value"))

UPDATE_RULES: Final[Mapping[str, Rule]] = {
    "auto_advance": Flag(),
    "collection_method": Text(choices=_METHODS),
    "custom_fields": Listing(_CUSTOM_FIELD, most=4, clearable=True),
    "days_until_due": Whole(0, 36_500),
    "description": Text(1500),
    "due_date": INSTANT,
    "effective_at": INSTANT,
    "footer": Text(),
    "metadata": Metadata(),
    "number": Text(26, clearable=True),
    "statement_descriptor": Text(22),
}
CREATE_RULES: Final[Mapping[str, Rule]] = {
    **UPDATE_RULES,
    "currency": Text(3),
    "customer": Text(),
    "pending_invoice_items_behavior": Text(choices=("exclude", "include")),
}
LIST_RULES: Final[Mapping[str, Rule]] = {
    **PAGING,
    "collection_method": Text(choices=_METHODS),
    "created": Span(),
    "customer": Text(),
    "due_date": Span(),
    "status": Text(choices=_STATES),
}


def create(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Add a draft for a customer."""
    customer = account.find("customer", params["customer"], "customer", status=400)
    currency = check_currency(params.get("currency") or customer["currency"] or "usd")
    invoice = blank_invoice(account, customer, currency)
    _apply(account, invoice, params)
    account.store.put("invoice", invoice["id"], invoice, owner=customer["id"])
    if params.get("pending_invoice_items_behavior") == "include":
        take_pending(account, invoice)
    customer["currency"] = customer["currency"] or currency
    account.store.put("customer", customer["id"], customer)
    account.emit("invoice.created", shown(account, invoice))
    return shown(account, invoice)


def retrieve(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Return one invoice."""
    return shown(account, account.find("invoice", captured["invoice"]))


def update(account: Account, params: Params, captured: Mapping[str, str]) -> Record:
    """Change a draft; of a finalized invoice only its metadata and whether it advances by itself."""
    invoice = account.find("invoice", captured["invoice"])
    if invoice["status"] != "draft" and set(params) - {"metadata", "auto_advance"}:
        raise StripeRefusal(
            "Finalized invoices can't be updated in this way; only metadata and auto_advance may still change.",
            "invoice_not_editable",
        )
    _apply(account, invoice, params)
    account.store.put("invoice", invoice["id"], invoice, owner=invoice["customer"])
    account.emit("invoice.updated", shown(account, invoice))
    return shown(account, invoice)


def delete(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Remove a draft and its items; anything later has to be voided."""
    invoice = account.find("invoice", captured["invoice"])
    if invoice["status"] != "draft":
        raise StripeRefusal("You can only delete draft invoices.", "invoice_not_editable")
    before = shown(account, invoice)
    for item in account.store.all("invoiceitem", owner=invoice["id"]):
        account.store.delete("invoiceitem", item["id"])
    if invoice["number"]:
        account.store.delete("invoice_number", invoice["number"])
    account.store.delete("invoice", invoice["id"])
    account.emit("invoice.deleted", before)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def listing(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Return invoices, newest first."""
    in_time, due_in_time = within(params.get("created")), within(params.get("due_date"))
    found = [
        one
        for one in account.store.all("invoice", owner=params.get("customer"), newest_first=True)
        if in_time(one["created"])
        and due_in_time(one["due_date"])
        and params.get("status") in (None, one["status"])
        and params.get("collection_method") in (None, one["collection_method"])
    ]
    listed = page(found, params, "/v1/invoices", "invoice")
    return {**listed, "data": [shown(account, one) for one in listed["data"]]}


def lines(account: Account, params: Params, captured: Mapping[str, str]) -> Record:
    """Return the lines of an invoice in the order in which they were added."""
    invoice = account.find("invoice", captured["invoice"])
    made = [line(item) for item in account.store.all("invoiceitem", owner=invoice["id"])]
    return page(made, params, f"/v1/invoices/{invoice['id']}/lines", "line_item")


def _apply(account: Account, invoice: Record, params: Params) -> None:
    for name in set(params) & {"collection_method", "description", "effective_at", "footer", "statement_descriptor"}:
        invoice[name] = params[name]
    if "custom_fields" in params:
        invoice["custom_fields"] = params["custom_fields"] or None
    if "metadata" in params:
        invoice["metadata"] = merged_metadata(invoice["metadata"], params["metadata"])
    if "number" in params:
        invoice["number"] = _free_number(account, invoice, params["number"])
    if "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"]
        waits = params["auto_advance"] and invoice["status"] == "draft"
        invoice["automatically_finalizes_at"] = account.now() + AUTO_FINALIZE_AFTER if waits else None
        if waits:
            account.store.put("advancing", invoice["id"], {"invoice": invoice["id"]})
    _apply_due(account, invoice, params)


def _apply_due(account: Account, invoice: Record, params: Params) -> None:
    """Set the due date. Stripe wants exactly one of days and date for invoices that are sent, and none for others."""
    given = [name for name in ("days_until_due", "due_date") if name in params]
    if len(given) == 2:
        raise invalid("You may only specify one of these parameters: days_until_due, due_date.", None, "due_date")
    if invoice["collection_method"] != "send_invoice":
        if given:
            words = f"You can only set `{given[0]}` if the invoice's `collection_method` is `send_invoice`."
            raise invalid(words, None, given[0])
        return
    if "days_until_due" in params:
        invoice["due_date"] = invoice["created"] + params["days_until_due"] * DAY
    elif "due_date" in params:
        if params["due_date"] <= account.now():
            raise invalid("`due_date` must be in the future.", None, "due_date")
        invoice["due_date"] = params["due_date"]
    elif invoice["due_date"] is None:
        words = "If `collection_method` is `send_invoice`, you must specify `days_until_due` or `due_date`."
        raise invalid(words, "parameter_missing", "days_until_due")


def _free_number(account: Account, invoice: Record, number: str | None) -> str | None:
    """Return the number. Raises StripeRefusal when another invoice of the account has it."""
    if number is not None:
        taken = account.store.get("invoice_number", number)
        if taken and taken["invoice"] != invoice["id"]:
            raise StripeRefusal(f"The invoice number {number} is already in use.", None, "number")
        account.store.put("invoice_number", number, {"invoice": invoice["id"]})
    if invoice["number"] not in (None, number):
        account.store.delete("invoice_number", invoice["number"])
    return number
