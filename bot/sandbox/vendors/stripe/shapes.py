"""What an invoice looks like in an answer."""

from __future__ import annotations

from typing import Any, Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account, new_id
from bot.sandbox.vendors.stripe.items import line

INLINE_LINES: Final = 10
"""An invoice carries its first lines; the rest has to be fetched from its lines list."""


def blank_invoice(account: Account, customer: Record, currency: str) -> Record:
    """Return a draft as it is stored: everything but lines and sums, which are worked out for each answer."""
    now = account.now()
    return {
        "id": new_id("in"),
        "object": "invoice",
        "account_country": "US",
        "account_name": "Dunwell Demo Inc",
        "account_tax_ids": None,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {
            "disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        **_customer_facts(customer),
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": now,
        "period_start": now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "ending_balance": None,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None, "marked_uncollectible_at": None, "paid_at": None, "voided_at": None,
        },
        "test_clock": None,
        "webhooks_delivered_at": None,
        "amount_paid": 0,
    }  # fmt: skip


def _customer_facts(customer: Record) -> dict[str, Any]:
    return {
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
    }


def credited(account: Account, invoice: str) -> tuple[int, int]:
    """Return what credit notes took off an invoice before it was paid, and what they gave back afterwards."""
    notes = account.store.all("credit_note", owner=invoice)
    return sum(one["pre_payment_amount"] for one in notes), sum(one["post_payment_amount"] for one in notes)


def shown(account: Account, stored: Record) -> Record:
    """Return the invoice as an answer shows it, with its first lines and its sums. A draft follows its customer."""
    items = account.store.all("invoiceitem", owner=stored["id"])
    total = sum(item["amount"] for item in items)
    before_payment, after_payment = credited(account, stored["id"])
    due = max(total, 0) - before_payment
    follows = _customer_facts(account.find("customer", stored["customer"])) if stored["status"] == "draft" else {}
    return {
        **stored,
        **follows,
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid_off_stripe": stored["amount_paid"],
        "amount_remaining": due - stored["amount_paid"],
        "amount_shipping": 0,
        "lines": {
            "object": "list",
            "data": [line(item) for item in items[:INLINE_LINES]],
            "has_more": len(items) > INLINE_LINES,
            "url": f"/v1/invoices/{stored['id']}/lines",
        },
        "pre_payment_credit_notes_amount": before_payment,
        "post_payment_credit_notes_amount": after_payment,
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }
