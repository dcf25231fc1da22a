"""Stripe behind `flows.ports.Processor`: customers, draft invoices and their lines, finalizing and sending.

Every object carries the effect's key in its metadata and is looked for by it in the lists, never in Stripe's search,
which lags behind. Stripe's idempotency keys are sent as well, but only spare a second look: they are forgotten after a
day, and a server error that was stored under one is answered again until `attempt` grows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import stripe

from connectors.sessions import CONNECT_SECONDS, READ_SECONDS, Timeout
from connectors.stripe.amounts import from_stripe, to_stripe
from connectors.stripe.errors import BAD_DUE_DATE, MISSING, SYSTEM, changing, repeatable
from connectors.stripe.forms import KEY, SENT, Form, credit_form, customer_form, due_now, invoice_form, line_form
from connectors.transport import Gate, open_gate
from flows.errors import Rejected
from flows.ports import ProcessorCredit, ProcessorInvoice
from flows.values.invoice import BillTo, InvoiceContent
from flows.values.money import Money, total

API_VERSION: Final = "2026-05-27.dahlia"
_PAGE: Final = 100


class _GatedClient(stripe.RequestsClient):
    """Stripe's own way of sending, if the gate lets a request leave."""

    def __init__(self, timeout: Timeout, gate: Gate) -> None:
        super().__init__(timeout=timeout)
        self._gate = gate

    def request(  # type: ignore[override]  # as RequestsClient has it, whose base says more
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        self._gate()
        return super().request(method, url, headers, post_data)


class StripeProcessor:
    """The account that the key belongs to. `api_base` is Stripe's own address unless a simulator is used."""

    name = "Stripe"

    def __init__(
        self,
        api_key: str,
        api_base: str | None = None,
        *,
        timeout: Timeout = (CONNECT_SECONDS, READ_SECONDS),
        gate: Gate = open_gate,
    ) -> None:
        self._test_mode = "_test_" in api_key
        client = stripe.StripeClient(
            api_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=0,
            http_client=_GatedClient(timeout, gate),
        )
        self._api = client.v1

    def find_customer(self, key: str, email: str) -> str | None:
        with repeatable():
            listed = self._api.customers.list({"email": email, "limit": _PAGE})
            return next((str(one["id"]) for one in _plain(listed) if _metadata(one).get(KEY) == key), None)

    def create_customer(self, bill_to: BillTo, *, key: str, attempt: int) -> str:
        form = customer_form(bill_to, key)
        # One customer's details may differ from one invoice to the next; under one key Stripe refuses that for a day.
        with changing():
            made = self._api.customers.create(form, _once(f"{key}:{_digest(form)}", attempt))  # type: ignore[arg-type]
        return made.id

    def find_invoice(self, customer: str, key: str) -> ProcessorInvoice | None:
        with repeatable():
            listed = self._api.invoices.list({"customer": customer, "limit": _PAGE})
            return next((_invoice(one) for one in _plain(listed) if _metadata(one).get(KEY) == key), None)

    def create_invoice(
        self, content: InvoiceContent, *, customer: str, memo: str, key: str, attempt: int
    ) -> ProcessorInvoice:
        form = invoice_form(content, customer, memo, key)
        try:
            return self._create_invoice(form, key, attempt)
        except Rejected as error:
            if error.code != BAD_DUE_DATE:
                raise
        return self._create_invoice(due_now(form), f"{key}:due-now", attempt)

    def put_lines(
        self, invoice: str, content: InvoiceContent, *, customer: str, key: str, attempt: int
    ) -> ProcessorInvoice:
        named = ((f"{key}:line:{line.seq}", line) for line in content.lines)
        forms = {name: line_form(line, invoice, customer, name) for name, line in named}
        there = self._line_keys(invoice)
        for name, form in forms.items():
            if name not in there:
                with changing():
                    self._api.invoice_items.create(form, _once(name, attempt))  # type: ignore[arg-type]
        return self.read(invoice)

    def finalize(self, invoice: str, *, number: str, key: str, attempt: int) -> ProcessorInvoice:
        draft = self.read(invoice)
        if draft.status != "draft":
            return draft
        try:
            return self._finalize(draft, number, key, attempt)
        except Rejected:
            if (now := self.read(invoice)).status != "draft":  # somebody was faster, perhaps an earlier try of ours
                return now
            raise

    def send(self, invoice: str, *, key: str, attempt: int) -> ProcessorInvoice:
        found = self._retrieve(invoice)
        status = str(found["status"])
        if _invoice(found).sent or status == "paid":
            return _invoice(found)
        if status != "open":
            raise Rejected(SYSTEM, f"the invoice {found.get('number') or invoice} is {status} and cannot be sent.")
        if not self._was_sent(found):
            with changing():
                self._api.invoices.send_invoice(invoice, {}, _once(key, attempt))
        with repeatable():
            marked = self._api.invoices.update(invoice, {"metadata": {SENT: key}})
        return _invoice(marked.to_dict())

    def discard(self, invoice: str, *, key: str) -> None:  # noqa: ARG002
        try:
            found = self.read(invoice)
        except Rejected as error:
            if error.code == MISSING:  # a draft that is deleted already
                return
            raise
        if found.status == "paid":
            raise Rejected(SYSTEM, f"the invoice {found.number or invoice} was paid; refund it or credit it instead.")
        with repeatable():  # a repeated call finds the invoice gone or void
            if found.status == "draft":
                self._api.invoices.delete(invoice)
            elif found.status != "void":
                self._api.invoices.void_invoice(invoice)

    def find_credit(self, invoice: str, key: str) -> ProcessorCredit | None:
        with repeatable():
            listed = self._api.credit_notes.list({"invoice": invoice, "limit": _PAGE})
            return next((_credit(one) for one in _plain(listed) if _metadata(one).get(KEY) == key), None)

    def credit(
        self, invoice: str, amounts: Mapping[str, Money], *, memo: str, key: str, attempt: int
    ) -> ProcessorCredit:
        found = self.read(invoice)
        whole = total(amounts.values(), found.total.currency)
        form = credit_form(invoice, whole, memo, key)
        if found.remaining < whole:
            form["out_of_band_amount"] = to_stripe(whole - found.remaining)
        if all(amount.minor > 0 for amount in amounts.values()):  # Stripe takes nothing back of a line below zero
            ids = self._line_ids(invoice)
            del form["amount"]
            form["lines"] = [
                {"type": "invoice_line_item", "invoice_line_item": ids[name], "amount": to_stripe(amount)}
                for name, amount in amounts.items()
            ]
        with changing():
            made = self._api.credit_notes.create(form, _once(f"{key}:{_digest(form)}", attempt))  # type: ignore[arg-type]
        return _credit(made.to_dict())

    def read(self, invoice: str) -> ProcessorInvoice:
        return _invoice(self._retrieve(invoice))

    def check(self) -> str:
        with repeatable():
            self._api.customers.list({"limit": 1})
            self._api.invoices.list({"limit": 1})
        mode = "in test mode" if self._test_mode else "with a live key"
        return f"Stripe answers {mode}, API version {API_VERSION}."

    def _create_invoice(self, form: Form, key: str, attempt: int) -> ProcessorInvoice:
        with changing():
            made = self._api.invoices.create(form, _once(key, attempt))  # type: ignore[arg-type]
        return _invoice(made.to_dict())

    def _finalize(self, draft: ProcessorInvoice, number: str, key: str, attempt: int) -> ProcessorInvoice:
        if draft.number != number:
            with repeatable():
                self._api.invoices.update(draft.id, {"number": number})
        with changing():
            made = self._api.invoices.finalize_invoice(draft.id, {"auto_advance": False}, _once(key, attempt))
        return _invoice(made.to_dict())

    def _retrieve(self, invoice: str) -> dict[str, Any]:
        with repeatable():
            found = self._api.invoices.retrieve(invoice).to_dict()
        if found.get("deleted"):
            raise Rejected(SYSTEM, f"the draft {invoice} was deleted.", code=MISSING)
        return found

    def _line_keys(self, invoice: str) -> set[str]:
        with repeatable():
            listed = self._api.invoice_items.list({"invoice": invoice, "limit": _PAGE})
            return {_metadata(item).get(KEY, "") for item in _plain(listed)}

    def _line_ids(self, invoice: str) -> dict[str, str]:
        with repeatable():
            listed = self._api.invoices.line_items.list(invoice, {"limit": _PAGE})
            return {_metadata(line).get(KEY, ""): str(line["id"]) for line in _plain(listed)}

    def _was_sent(self, invoice: dict[str, Any]) -> bool:
        """Say whether Stripe has recorded the sending; the invoice itself does not show it, its event does."""
        with repeatable():
            events = self._api.events.list(
                {"type": "invoice.sent", "created": {"gte": int(invoice["created"])}, "limit": _PAGE}
            )
            return any(event["data"]["object"]["id"] == invoice["id"] for event in _plain(events))


def _once(key: str, attempt: int) -> stripe.RequestOptions:
    return {"idempotency_key": f"{key}:{attempt}"}


def _digest(form: Form) -> str:
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()[:12]


def _plain(listed: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of every page as plain dictionaries."""
    return (one.to_dict() for one in listed.auto_paging_iter())


def _metadata(thing: dict[str, Any]) -> dict[str, str]:
    return thing.get("metadata") or {}


def _invoice(found: dict[str, Any]) -> ProcessorInvoice:
    return ProcessorInvoice(
        id=str(found["id"]),
        status=str(found["status"]),
        total=from_stripe(int(found["total"]), str(found["currency"])),
        remaining=from_stripe(int(found["amount_remaining"]), str(found["currency"])),
        number=found.get("number"),
        pay_url=found.get("hosted_invoice_url"),
        sent=SENT in _metadata(found),
    )


def _credit(found: dict[str, Any]) -> ProcessorCredit:
    return ProcessorCredit(
        id=str(found["id"]),
        total=from_stripe(int(found["total"]), str(found["currency"])),
        number=found.get("number"),
    )
