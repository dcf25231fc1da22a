"""Stripe's credit notes: what is taken back of a finalized invoice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account, new_id
from bot.sandbox.vendors.stripe.customers import Params, merged_metadata
from bot.sandbox.vendors.stripe.lists import PAGING, page, within
from bot.sandbox.vendors.stripe.parameters import INSTANT, Fields, Listing, Metadata, Rule, Span, Text, Whole
from bot.sandbox.vendors.stripe.refusals import StripeRefusal, invalid
from bot.sandbox.vendors.stripe.shapes import credited, shown

_LINE: Final = Fields(
    {"type": Text(choices=("invoice_line_item",)), "invoice_line_item": Text(), "amount": Whole(1)},
    required=("type", "invoice_line_item", "amount"),
)
RULES: Final[Mapping[str, Rule]] = {
    "amount": Whole(1),
    "credit_amount": Whole(0),
    "effective_at": INSTANT,
    "email_type": Text(choices=("credit_note", "none")),
    "invoice": Text(),
    "lines": Listing(_LINE, most=500),
    "memo": Text(5000),
    "metadata": Metadata(),
    "out_of_band_amount": Whole(0),
}
LIST_RULES: Final[Mapping[str, Rule]] = {**PAGING, "created": Span(), "customer": Text(), "invoice": Text()}
_FINAL: Final = ("open", "paid", "uncollectible")


def create(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Issue a credit note. What is open of the invoice is reduced; what was paid must be said to go somewhere."""
    invoice = account.find("invoice", params["invoice"], "invoice", status=400)
    if invoice["status"] not in _FINAL:
        words = "Credit notes can only be created for invoices that are open, paid or uncollectible."
        raise StripeRefusal(words, None, "invoice")
    lines = [_line(account, invoice, given) for given in params.get("lines", ())]
    amount = _amount(params, lines)
    before = shown(account, invoice)
    if amount > before["total"] - sum(credited(account, invoice["id"])):
        words = "The sum of credit notes' amounts can't be greater than the invoice's total."
        raise StripeRefusal(words, "credit_note_amount_too_large", "amount")
    pre = min(amount, before["amount_remaining"])
    _check_goes_somewhere(params, amount - pre)
    note = _note(account, invoice, params, amount, pre) | {"lines": _list(lines)}
    note["lines"]["url"] = f"/v1/credit_notes/{note['id']}/lines"
    account.store.put("credit_note", note["id"], note, owner=invoice["id"])
    account.emit("credit_note.created", note)
    _paid_if_nothing_remains(account, invoice)
    return note


def listing(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Return credit notes, newest first."""
    in_time = within(params.get("created"))
    found = [
        one
        for one in account.store.all("credit_note", owner=params.get("invoice"), newest_first=True)
        if in_time(one["created"]) and params.get("customer") in (None, one["customer"])
    ]
    return page(found, params, "/v1/credit_notes", "credit_note")


def _amount(params: Params, lines: list[Record]) -> int:
    if ("amount" in params) == bool(lines):
        raise invalid("You must provide one of `amount` or `lines`.", "parameter_missing", "amount")
    return int(params["amount"]) if "amount" in params else sum(int(line["amount"]) for line in lines)


def _check_goes_somewhere(params: Params, post: int) -> None:
    given = params.get("credit_amount", 0) + params.get("out_of_band_amount", 0)
    if given != post:
        words = (
            f"The sum of credit amount, refund amount and out of band amount ({given}) must equal "
            f"the post-payment credit note amount ({post})."
        )
        raise StripeRefusal(words, None, "out_of_band_amount")


def _line(account: Account, invoice: Record, given: Mapping[str, Any]) -> Record:
    item = account.store.get("invoiceitem", "ii_" + given["invoice_line_item"].removeprefix("il_"))
    if item is None or item["invoice"] != invoice["id"]:
        words = f"No such invoice line item: '{given['invoice_line_item']}'"
        raise invalid(words, "resource_missing", "lines[0][invoice_line_item]")
    taken = [
        line["amount"]
        for note in account.store.all("credit_note", owner=invoice["id"])
        for line in note["lines"]["data"]
        if line["invoice_line_item"] == given["invoice_line_item"]
    ]
    if given["amount"] + sum(taken) > item["amount"]:
        raise invalid("The amount to credit is more than the line's amount.", None, "lines[0][amount]")
    return {
        "id": new_id("cnli"),
        "object": "credit_note_line_item",
        "amount": given["amount"],
        "description": item["description"],
        "discount_amount": 0,
        "discount_amounts": [],
        "invoice_line_item": given["invoice_line_item"],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": None,
        "tax_rates": [],
        "taxes": [],
        "type": "invoice_line_item",
        "unit_amount": None,
        "unit_amount_decimal": None,
    }


def _list(lines: list[Record]) -> Record:
    return {"object": "list", "data": lines, "has_more": False}


def _note(account: Account, invoice: Record, params: Params, amount: int, pre: int) -> Record:
    now, count = account.now(), len(account.store.all("credit_note", owner=invoice["id"]))
    kind = "pre_payment" if pre == amount else "mixed" if pre else "post_payment"
    note_id = new_id("cn")
    return {
        "id": note_id,
        "object": "credit_note",
        "amount": amount,
        "amount_shipping": 0,
        "created": now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_account": None,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": params.get("effective_at", now),
        "invoice": invoice["id"],
        "livemode": False,
        "memo": params.get("memo"),
        "metadata": merged_metadata({}, params.get("metadata", {})),
        "number": f"{invoice['number']}-CN-{count + 1:02d}",
        "out_of_band_amount": params.get("out_of_band_amount"),
        "pdf": f"{account.base_url}/i/{invoice['id']}/pdf",
        "post_payment_amount": amount - pre,
        "pre_payment_amount": pre,
        "pretax_credit_amounts": [],
        "reason": None,
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_excluding_tax": amount,
        "total_taxes": [],
        "type": kind,
        "voided_at": None,
    }


def _paid_if_nothing_remains(account: Account, invoice: Record) -> None:
    """Close an open invoice of which everything was taken back: Stripe calls it paid."""
    if invoice["status"] == "open" and shown(account, invoice)["amount_remaining"] == 0:
        invoice["status"] = "paid"
        invoice["status_transitions"]["paid_at"] = account.now()
        account.store.put("invoice", invoice["id"], invoice, owner=invoice["customer"])
        account.emit("invoice.paid", shown(account, invoice))
