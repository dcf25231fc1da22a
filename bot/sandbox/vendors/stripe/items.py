"""Stripe's invoice items: what an invoice's lines are made of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account, new_id
from bot.sandbox.vendors.stripe.currencies import check_amount, check_currency, extended
from bot.sandbox.vendors.stripe.customers import Params, merged_metadata
from bot.sandbox.vendors.stripe.lists import PAGING, page, within
from bot.sandbox.vendors.stripe.parameters import INSTANT, Decimals, Fields, Flag, Metadata, Rule, Span, Text, Whole
from bot.sandbox.vendors.stripe.refusals import StripeRefusal, invalid

RULES: Final[Mapping[str, Rule]] = {
    "customer": Text(),
    "invoice": Text(),
    "amount": Whole(),
    "currency": Text(3),
    "description": Text(),
    "discountable": Flag(),
    "metadata": Metadata(),
    "period": Fields({"start": INSTANT, "end": INSTANT}, required=("start", "end")),
    "quantity": Whole(0),
    "quantity_decimal": Decimals(12, low=Decimal(0)),
    "unit_amount_decimal": Decimals(12),
}
LIST_RULES: Final[Mapping[str, Rule]] = {
    **PAGING, "created": Span(), "customer": Text(), "invoice": Text(), "pending": Flag(),
}  # fmt: skip


def create(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Add an item to a draft invoice, or leave it pending on the customer when no invoice is named."""
    invoice = _open_draft(account, params["invoice"]) if "invoice" in params else None
    customer = account.find("customer", params["customer"], "customer", status=400)
    if invoice and invoice["customer"] != customer["id"]:
        raise StripeRefusal("The invoice belongs to another customer.", None, "invoice")
    currency = _currency(params, invoice)
    quantity, unit, amount = _priced(params, currency)
    now = account.now()
    period = params.get("period", {"start": now, "end": now})
    if period["end"] < period["start"]:
        raise invalid("The period's end must not be before its start", None, "period[end]")
    item: Record = {
        "id": new_id("ii"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": currency,
        "customer": customer["id"],
        "customer_account": None,
        "date": now,
        "description": params.get("description"),
        "discountable": params.get("discountable", amount >= 0),
        "discounts": [],
        "invoice": invoice["id"] if invoice else None,
        "livemode": False,
        "metadata": merged_metadata({}, params.get("metadata", {})),
        "net_amount": amount,
        "parent": None,
        "period": period,
        "pricing": {
            "price_details": {"price": new_id("price"), "product": new_id("prod", 14)},
            "type": "price_details",
            "unit_amount_decimal": unit,
        },
        "proration": False,
        "quantity": int(Decimal(quantity)),
        "quantity_decimal": quantity,
        "tax_rates": [],
        "test_clock": None,
    }
    account.store.put("invoiceitem", item["id"], item, owner=_owner(item))
    return item


def retrieve(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Return one item."""
    return account.find("invoiceitem", captured["invoiceitem"])


def delete(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Remove an item that is pending or on a draft."""
    item = account.find("invoiceitem", captured["invoiceitem"])
    if item["invoice"]:
        _open_draft(account, item["invoice"])
    account.store.delete("invoiceitem", item["id"])
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}


def listing(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Return items, newest first."""
    owner = params.get("invoice")
    in_time = within(params.get("created"))
    found = [
        one
        for one in account.store.all("invoiceitem", owner=owner, newest_first=True)
        if in_time(one["date"])
        and params.get("customer") in (None, one["customer"])
        and params.get("pending") in (None, one["invoice"] is None)
    ]
    return page(found, params, "/v1/invoiceitems", "invoiceitem")


def take_pending(account: Account, invoice: Record) -> None:
    """Move the customer's pending items of the invoice's currency onto the invoice."""
    for item in account.store.all("invoiceitem", owner=f"pending:{invoice['customer']}"):
        if item["currency"] == invoice["currency"]:
            item["invoice"] = invoice["id"]
            account.store.put("invoiceitem", item["id"], item, owner=_owner(item))


def line(item: Record) -> Record:
    """Return the invoice line that an item makes."""
    details = {
        "invoice_item": item["id"],
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    return {
        "id": "il_" + item["id"].removeprefix("ii_"),
        "object": "line_item",
        "amount": item["amount"],
        "currency": item["currency"],
        "description": item["description"],
        "discount_amounts": [],
        "discountable": item["discountable"],
        "discounts": [],
        "invoice": item["invoice"],
        "livemode": False,
        "metadata": item["metadata"],
        "parent": {
            "invoice_item_details": details, "subscription_item_details": None, "type": "invoice_item_details",
        },
        "period": item["period"],
        "pretax_credit_amounts": [],
        "pricing": item["pricing"],
        "quantity": item["quantity"],
        "quantity_decimal": item["quantity_decimal"],
        "subscription": None,
        "subtotal": item["amount"],
        "taxes": [],
    }  # fmt: skip


def _owner(item: Record) -> str:
    return item["invoice"] or f"pending:{item['customer']}"


def _open_draft(account: Account, invoice_id: str) -> Record:
    invoice = account.find("invoice", invoice_id, "invoice", status=400)
    if invoice["status"] != "draft":
        raise StripeRefusal("This invoice is no longer editable", "invoice_not_editable", "invoice")
    return invoice


def _currency(params: Params, invoice: Record | None) -> str:
    if "currency" not in params:
        return str(invoice["currency"]) if invoice else "usd"
    currency = check_currency(params["currency"])
    if invoice and invoice["currency"] != currency:
        words = f"The currency of the item ({currency}) must be that of the invoice ({invoice['currency']})."
        raise StripeRefusal(words, None, "currency")
    return currency


def _priced(params: Params, currency: str) -> tuple[str, str, int]:
    """Return quantity, unit price and amount. Raises StripeRefusal when they are given twice or not at all."""
    if "amount" in params:
        for other in ("quantity", "quantity_decimal", "unit_amount_decimal"):
            if other in params:
                raise invalid(f"You may only specify one of these parameters: amount, {other}.", None, other)
        amount = check_amount(params["amount"], currency, "amount")
        return "1", str(amount), amount
    if "unit_amount_decimal" not in params:
        raise invalid("Missing required param: amount.", "parameter_missing", "amount")
    if "quantity" in params and "quantity_decimal" in params:
        words = "You may only specify one of these parameters: quantity, quantity_decimal."
        raise invalid(words, None, "quantity_decimal")
    quantity = params.get("quantity_decimal") or str(params.get("quantity", 1))
    amount = check_amount(extended(quantity, params["unit_amount_decimal"]), currency, "unit_amount_decimal")
    return quantity, params["unit_amount_decimal"], amount
