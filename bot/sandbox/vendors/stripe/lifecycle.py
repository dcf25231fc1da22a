"""What becomes of an invoice: draft -> open -> paid, void or uncollectible, and sending it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.currencies import LARGEST
from bot.sandbox.vendors.stripe.customers import Params
from bot.sandbox.vendors.stripe.parameters import Flag, Rule
from bot.sandbox.vendors.stripe.refusals import StripeRefusal, invalid
from bot.sandbox.vendors.stripe.shapes import shown

FINALIZE_RULES: Final[Mapping[str, Rule]] = {"auto_advance": Flag()}
PAY_RULES: Final[Mapping[str, Rule]] = {"paid_out_of_band": Flag()}


def finalize(account: Account, params: Params, captured: Mapping[str, str]) -> Record:
    """Make a draft open: number, date and customer's details stand from now on. One over nothing is paid at once."""
    invoice = account.find("invoice", captured["invoice"])
    if invoice["status"] != "draft":
        raise StripeRefusal("This invoice is already finalized, you can't re-finalize a non-draft invoice.")
    if "auto_advance" in params:
        invoice["auto_advance"] = params["auto_advance"]
    open_invoice(account, invoice)
    return shown(account, invoice)


def open_invoice(account: Account, invoice: Record) -> None:
    """Finalize the stored draft `invoice`."""
    frozen = shown(account, invoice)
    if frozen["total"] > LARGEST:
        raise StripeRefusal("Amount must be no more than 99999999 in the smallest unit", "amount_too_large")
    now = account.now()
    for name in [name for name in frozen if name.startswith("customer_")]:
        invoice[name] = frozen[name]
    invoice["number"] = invoice["number"] or _next_number(account, invoice)
    account.store.put("invoice_number", invoice["number"], {"invoice": invoice["id"]})
    invoice["status"] = "open"
    invoice["effective_at"] = invoice["effective_at"] or now
    invoice["automatically_finalizes_at"] = None
    invoice["status_transitions"]["finalized_at"] = now
    invoice["ending_balance"] = min(frozen["total"], 0)
    invoice["hosted_invoice_url"] = f"{account.base_url}/i/{invoice['id']}"
    invoice["invoice_pdf"] = f"{account.base_url}/i/{invoice['id']}/pdf"
    _save(account, invoice, "invoice.finalized")
    if frozen["amount_due"] == 0:
        _settle(account, invoice, 0)


def send(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Mail the invoice to its customer; a draft is finalized first. Sending again mails again."""
    invoice = account.find("invoice", captured["invoice"])
    if invoice["collection_method"] != "send_invoice":
        raise StripeRefusal("You can only manually send an invoice if its collection method is 'send_invoice'.")
    if invoice["status"] not in ("draft", "open", "paid"):
        raise StripeRefusal(f"You can't send an invoice that is {invoice['status']}.")
    if not shown(account, invoice)["customer_email"]:
        raise StripeRefusal(
            "Missing email. In order to send an invoice to the customer, the customer must have a valid email.",
            "customer_email_missing",
        )
    if invoice["status"] == "draft":
        open_invoice(account, invoice)
    _save(account, invoice, "invoice.sent")
    return shown(account, invoice)


def void(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Cancel an invoice that is open or uncollectible; its number stays used."""
    invoice = account.find("invoice", captured["invoice"])
    _check_state(invoice, "open", "uncollectible")
    invoice["status"] = "void"
    invoice["auto_advance"] = False
    invoice["status_transitions"]["voided_at"] = account.now()
    _save(account, invoice, "invoice.voided")
    return shown(account, invoice)


def mark_uncollectible(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Write an open invoice off."""
    invoice = account.find("invoice", captured["invoice"])
    _check_state(invoice, "open")
    invoice["status"] = "uncollectible"
    invoice["status_transitions"]["marked_uncollectible_at"] = account.now()
    _save(account, invoice, "invoice.marked_uncollectible")
    return shown(account, invoice)


def pay(account: Account, params: Params, captured: Mapping[str, str]) -> Record:
    """Mark an invoice as paid outside Stripe, the only way that this account offers."""
    invoice = account.find("invoice", captured["invoice"])
    if invoice["status"] == "paid":
        raise StripeRefusal("Invoice is already paid", "invoice_already_paid")
    _check_state(invoice, "open", "uncollectible")
    if not params.get("paid_out_of_band"):
        raise invalid("There is no payment method on file; pass paid_out_of_band.", None, "paid_out_of_band")
    _settle(account, invoice, shown(account, invoice)["amount_due"])
    return shown(account, invoice)


def finalize_what_is_due(account: Account) -> None:
    """Finalize, and send, the drafts that advance by themselves and whose hour is over."""
    for waiting in account.store.all("advancing"):
        invoice = account.store.get("invoice", waiting["invoice"])
        if invoice is None or invoice["automatically_finalizes_at"] is None:
            account.store.delete("advancing", waiting["invoice"])
        elif invoice["automatically_finalizes_at"] <= account.now():
            open_invoice(account, invoice)
            if invoice["collection_method"] == "send_invoice" and invoice["customer_email"]:
                _save(account, invoice, "invoice.sent")


def _settle(account: Account, invoice: Record, amount: int) -> None:
    invoice["amount_paid"] = amount
    invoice["status"] = "paid"
    invoice["attempted"] = True
    invoice["status_transitions"]["paid_at"] = account.now()
    _save(account, invoice, "invoice.paid")


def _save(account: Account, invoice: Record, event: str) -> None:
    account.store.put("invoice", invoice["id"], invoice, owner=invoice["customer"])
    account.emit(event, shown(account, invoice))


def _check_state(invoice: Record, *states: str) -> None:
    if invoice["status"] not in states:
        raise StripeRefusal(f"You can only pass in {' or '.join(states)} invoices. This invoice isn't {states[0]}.")


def _next_number(account: Account, invoice: Record) -> str:
    customer = account.find("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
    customer["next_invoice_sequence"] += 1
    account.store.put("customer", customer["id"], customer)
    return number
