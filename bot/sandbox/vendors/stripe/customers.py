"""Stripe's customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.account import Account, new_id
from bot.sandbox.vendors.stripe.lists import PAGING, page, within
from bot.sandbox.vendors.stripe.parameters import Fields, Listing, Metadata, Rule, Span, Text
from bot.sandbox.vendors.stripe.refusals import invalid

Params = dict[str, Any]

_ADDRESS_FIELDS: Final = ("city", "country", "line1", "line2", "postal_code", "state")
_ADDRESS: Final = Fields({name: Text(clearable=True) for name in _ADDRESS_FIELDS}, clearable=True)
RULES: Final[Mapping[str, Rule]] = {
    "name": Text(256, clearable=True),
    "email": Text(512, clearable=True),
    "phone": Text(20, clearable=True),
    "description": Text(clearable=True),
    "address": _ADDRESS,
    "preferred_locales": Listing(Text()),
    "tax_exempt": Text(choices=("exempt", "none", "reverse")),
    "metadata": Metadata(),
}
LIST_RULES: Final[Mapping[str, Rule]] = {**PAGING, "email": Text(512), "created": Span()}


def create(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Add a customer. Two customers may have the same name and address: nothing is looked up first."""
    customer: Record = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": account.now(),
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("", 8).strip("_").upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }  # fmt: skip
    _apply(customer, params)
    account.store.put("customer", customer["id"], customer)
    account.emit("customer.created", customer)
    return customer


def retrieve(account: Account, _: Params, captured: Mapping[str, str]) -> Record:
    """Return one customer."""
    return account.find("customer", captured["customer"])


def update(account: Account, params: Params, captured: Mapping[str, str]) -> Record:
    """Change a customer."""
    customer = account.find("customer", captured["customer"])
    _apply(customer, params)
    account.store.put("customer", customer["id"], customer)
    account.emit("customer.updated", customer)
    return customer


def listing(account: Account, params: Params, _: Mapping[str, str]) -> Record:
    """Return the customers, newest first; the e-mail is compared letter for letter, as Stripe does."""
    in_time = within(params.get("created"))
    found = [
        one
        for one in account.store.all("customer", newest_first=True)
        if in_time(one["created"]) and ("email" not in params or one["email"] == params["email"])
    ]
    return page(found, params, "/v1/customers", "customer")


def merged_metadata(old: Mapping[str, str], change: dict[str, str] | None) -> dict[str, str]:
    """Return the metadata after a change: None clears everything, an empty value takes one key away."""
    if change is None:
        return {}
    return {key: value for key, value in {**old, **change}.items() if value != ""}


def _apply(customer: Record, params: Params) -> None:
    for name, value in params.items():
        if name == "metadata":
            customer["metadata"] = merged_metadata(customer["metadata"], value)
        elif name == "address":
            customer["address"] = None if value is None else {**dict.fromkeys(_ADDRESS_FIELDS), **value}
        else:
            customer[name] = value
    email = customer["email"]
    if email is not None and ("@" not in email or " " in email):
        raise invalid(f"Invalid email address: {email}", "email_invalid", "email")
