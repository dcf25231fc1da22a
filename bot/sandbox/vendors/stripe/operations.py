"""The Stripe calls that the simulator offers, with what each accepts. Nothing else is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe import credit_notes, customers, events, invoices, items, lifecycle
from bot.sandbox.vendors.stripe.account import Account
from bot.sandbox.vendors.stripe.customers import Params
from bot.sandbox.vendors.stripe.lists import PAGING
from bot.sandbox.vendors.stripe.parameters import Rule

Act = Callable[[Account, Params, Mapping[str, str]], Record]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: its name for faults and the log, its address, what it does and what it accepts."""

    name: str
    method: str
    path: str
    act: Act
    rules: Mapping[str, Rule] = field(default_factory=dict)
    required: tuple[str, ...] = ()


_ONE_CUSTOMER: Final = "/v1/customers/{customer}"
_ONE_INVOICE: Final = "/v1/invoices/{invoice}"
_ONE_ITEM: Final = "/v1/invoiceitems/{invoiceitem}"

OPERATIONS: Final = (
    Operation("customers.create", "POST", "/v1/customers", customers.create, customers.RULES),
    Operation("customers.list", "GET", "/v1/customers", customers.listing, customers.LIST_RULES),
    Operation("customers.retrieve", "GET", _ONE_CUSTOMER, customers.retrieve),
    Operation("customers.update", "POST", _ONE_CUSTOMER, customers.update, customers.RULES),
    Operation("invoices.create", "POST", "/v1/invoices", invoices.create, invoices.CREATE_RULES, ("customer",)),
    Operation("invoices.list", "GET", "/v1/invoices", invoices.listing, invoices.LIST_RULES),
    Operation("invoices.retrieve", "GET", _ONE_INVOICE, invoices.retrieve),
    Operation("invoices.update", "POST", _ONE_INVOICE, invoices.update, invoices.UPDATE_RULES),
    Operation("invoices.delete", "DELETE", _ONE_INVOICE, invoices.delete),
    Operation("invoices.lines", "GET", f"{_ONE_INVOICE}/lines", invoices.lines, PAGING),
    Operation("invoices.finalize", "POST", f"{_ONE_INVOICE}/finalize", lifecycle.finalize, lifecycle.FINALIZE_RULES),
    Operation("invoices.send", "POST", f"{_ONE_INVOICE}/send", lifecycle.send),
    Operation("invoices.void", "POST", f"{_ONE_INVOICE}/void", lifecycle.void),
    Operation("invoices.pay", "POST", f"{_ONE_INVOICE}/pay", lifecycle.pay, lifecycle.PAY_RULES),
    Operation("invoices.uncollectible", "POST", f"{_ONE_INVOICE}/mark_uncollectible", lifecycle.mark_uncollectible),
    Operation("invoiceitems.create", "POST", "/v1/invoiceitems", items.create, items.RULES, ("customer",)),
    Operation("invoiceitems.list", "GET", "/v1/invoiceitems", items.listing, items.LIST_RULES),
    Operation("invoiceitems.retrieve", "GET", _ONE_ITEM, items.retrieve),
    Operation("invoiceitems.delete", "DELETE", _ONE_ITEM, items.delete),
    Operation("credit_notes.create", "POST", "/v1/credit_notes", credit_notes.create, credit_notes.RULES, ("invoice",)),
    Operation("credit_notes.list", "GET", "/v1/credit_notes", credit_notes.listing, credit_notes.LIST_RULES),
    Operation("events.list", "GET", "/v1/events", events.listing, events.LIST_RULES),
    Operation("events.retrieve", "GET", "/v1/events/{event}", events.retrieve),
)
