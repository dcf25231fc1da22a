"""A strict stand-in for Stripe's API: keys, versions, idempotency, the calls of `operations`, signed events."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.vendors.courier import Courier, loopback_client
from bot.sandbox.vendors.desk import Answer, Desk, Incoming
from bot.sandbox.vendors.faults import DUPLICATE, REQUEST_FAULTS, Fault, FaultBoard
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.store import Record, Store
from bot.sandbox.vendors.stripe import lifecycle, pages
from bot.sandbox.vendors.stripe.account import API_VERSION, Account, new_id
from bot.sandbox.vendors.stripe.events import signed
from bot.sandbox.vendors.stripe.form import decode
from bot.sandbox.vendors.stripe.idempotency import Keys
from bot.sandbox.vendors.stripe.operations import OPERATIONS, Operation
from bot.sandbox.vendors.stripe.parameters import read_fields
from bot.sandbox.vendors.stripe.refusals import StripeRefusal
from flows.values.clock import Clock

FAULTS: Final = {
    **REQUEST_FAULTS,
    "stored_500": "answers 500, nothing done, and replays that 500 for the same idempotency key",
    "stored_500_after": "does the work, answers 500 and replays that 500 for the same idempotency key",
    "ignore_idempotency": "takes no notice of the idempotency key",
    DUPLICATE: "delivers the next event twice",
}


class StripeSimulator:
    """One Stripe account in test mode. Mount `routes` anywhere; `webhook_url` receives the signed events."""

    def __init__(self, path: Path, clock: Clock, settings: VendorSettings) -> None:
        self._key = settings.stripe_key
        self._secret = settings.stripe_webhook_secret
        self._real_time = settings.real_time
        self.store = Store(path)
        self.courier = Courier(self.store, self._deliver, delays=settings.retry_delays)
        self.account = Account(self.store, clock, self.courier)
        self.faults = FaultBoard(FAULTS, [one.name for one in OPERATIONS])
        self._keys = Keys(self.account)
        refusals = {"429": _too_many, "5xx": _server_error, "token_revoked": _unauthorized}
        self._desk = Desk(self.store, clock, self.faults, refusals)
        self._client = loopback_client()

    @property
    def routes(self) -> list[BaseRoute]:
        """Return the routes below the simulator's own base address."""
        offered: list[BaseRoute] = [self._route(one) for one in OPERATIONS]
        offered.append(Route("/i/{invoice}", self._invoice_page))
        offered.append(Route("/i/{invoice}/pdf", self._invoice_pdf))
        unknown = self._desk.endpoint("unknown", lambda incoming, _: _unrecognized(incoming))
        offered.append(Route("/{anything:path}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]))
        return offered

    @property
    def webhook_url(self) -> str | None:
        """Where the events go; nothing is delivered while it is None."""
        return self.account.webhook_url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.account.webhook_url = url

    def set_fault(self, kind: str, method: str | None = None, count: int | None = 1, seconds: float = 5.0) -> None:
        """Let something go wrong for the next `count` requests (all while it is 0 or None), perhaps of one method."""
        self.faults.set(kind, method, count, seconds)

    def pay(self, invoice_id: str) -> Record:
        """Let the customer pay an open invoice by bank transfer; the event follows."""
        with self.store.transaction():
            return lifecycle.pay(self.account, {"paid_out_of_band": True}, {"invoice": invoice_id})

    def requests(self, limit: int = -1) -> list[Record]:
        """Return the requests and answers, newest first."""
        return self._desk.exchanges(limit)

    def snapshot(self) -> dict[str, Any]:
        """Return what the simulator's page in the demo workspace shows."""
        return pages.snapshot(self.account, self.requests(limit=200), self.faults.active(), self.courier)

    def close(self) -> None:
        """Stop delivering and close the file."""
        self.courier.close()
        self._client.close()
        self.store.close()

    def _route(self, operation: Operation) -> Route:
        def work(incoming: Incoming, fault: Fault | None) -> Answer:
            return self._answer(operation, incoming, fault)

        endpoint = self._desk.endpoint(operation.name, work, self._finished)
        return Route(operation.path, endpoint, methods=[operation.method])

    def _answer(self, operation: Operation, incoming: Incoming, fault: Fault | None) -> Answer:
        key = _idempotency_key(incoming)
        self.account.base_url = incoming.base
        self.account.request_id, self.account.idempotency_key = new_id("req", 14), key
        headers = {"Request-Id": self.account.request_id, "Stripe-Version": API_VERSION}
        if key:
            headers["Idempotency-Key"] = key
        try:
            self._check_headers(incoming)
            answer = self._once(operation, incoming, key, fault)
        except StripeRefusal as refusal:
            answer = Answer(refusal.status, refusal.body)
        return Answer(answer.status, answer.body, {**headers, **answer.headers})

    def _once(self, operation: Operation, incoming: Incoming, key: str | None, fault: Fault | None) -> Answer:
        """Do the operation, or replay what its key remembers. Raises StripeRefusal for what no key remembers."""
        ignored = fault is not None and fault.kind == "ignore_idempotency"
        if key is None or ignored:
            return self._perform(operation, incoming, fault)
        replay = self._keys.stored(incoming, key)
        if replay is not None:
            return replay
        answer = self._perform(operation, incoming, fault)
        self._keys.keep(incoming, key, answer)
        return answer

    def _perform(self, operation: Operation, incoming: Incoming, fault: Fault | None) -> Answer:
        text = incoming.body.decode("utf-8", "replace") if incoming.method == "POST" else incoming.query
        params = read_fields(operation.rules, operation.required, decode(text))
        if fault and fault.kind == "stored_500":
            return _server_error(fault)
        try:
            with self.store.transaction():
                lifecycle.finalize_what_is_due(self.account)
                body = operation.act(self.account, params, incoming.captured)
        except StripeRefusal as refusal:
            if not refusal.begun:
                raise
            return Answer(refusal.status, refusal.body)
        return _server_error(fault) if fault and fault.kind == "stored_500_after" else Answer(200, body)

    def _check_headers(self, incoming: Incoming) -> None:
        _check_key(incoming.headers.get("authorization", ""), self._key)
        version = incoming.headers.get("stripe-version")
        if version != API_VERSION:
            raise StripeRefusal(f"Invalid Stripe API version: {version}; this account takes {API_VERSION}", begun=False)
        content = incoming.headers.get("content-type", "")
        if incoming.method == "POST" and incoming.body and not content.startswith("application/x-www-form-urlencoded"):
            words = f"Invalid request (content-type must be application/x-www-form-urlencoded, not {content})"
            raise StripeRefusal(words, begun=False)

    def _finished(self, incoming: Incoming) -> None:
        key = _idempotency_key(incoming)
        if key:
            self._keys.release(incoming, key)

    def _deliver(self, parcels: list[Record]) -> bool:
        """Send one event to the webhook endpoint; True when it has answered with a 2xx status."""
        if self.webhook_url is None:
            return True
        body, headers = signed(parcels[0]["event"], self._secret, int(self._real_time()))
        times = 2 if self.faults.take("events", [DUPLICATE]) else 1
        try:
            answers = [self._client.post(self.webhook_url, content=body, headers=headers) for _ in range(times)]
        except httpx.HTTPError:
            return False
        return all(answer.is_success for answer in answers)

    async def _invoice_page(self, request: Request) -> Response:
        invoice = self.store.get("invoice", request.path_params["invoice"])
        page = pages.invoice_page(self.account, invoice)
        return HTMLResponse(page, 200 if invoice else 404)

    async def _invoice_pdf(self, request: Request) -> Response:
        invoice = self.store.get("invoice", request.path_params["invoice"])
        if invoice is None:
            return HTMLResponse("No such invoice", 404)
        return Response(pages.invoice_pdf(self.account, invoice), media_type="application/pdf")


def _idempotency_key(incoming: Incoming) -> str | None:
    return incoming.headers.get("idempotency-key") if incoming.method == "POST" else None


def _check_key(header: str, key: str) -> None:
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not given:
        words = "You did not provide an API key. You need to provide your API key in the Authorization header."
        raise StripeRefusal(words, status=401, begun=False)
    if given != key:
        hidden = f"{given[:8]}{'*' * 10}{given[-4:]}"
        raise StripeRefusal(f"Invalid API Key provided: {hidden}", status=401, begun=False)


def _too_many(_: Fault) -> Answer:
    words = "Request rate limit exceeded. You can learn more about rate limits in the documentation."
    error = {"message": words, "type": "invalid_request_error", "code": "rate_limit"}
    return Answer(429, {"error": error}, {"Stripe-Should-Retry": "true", "Request-Id": new_id("req", 14)})


def _server_error(_: Fault) -> Answer:
    words = "An unknown error occurred. Please let us know at support."
    return Answer(500, {"error": {"message": words, "type": "api_error"}}, {"Request-Id": new_id("req", 14)})


def _unauthorized(_: Fault) -> Answer:
    error = {"message": "Expired API Key provided", "type": "invalid_request_error", "code": "api_key_expired"}
    return Answer(401, {"error": error}, {"Request-Id": new_id("req", 14)})


def _unrecognized(incoming: Incoming) -> Answer:
    words = f"Unrecognized request URL ({incoming.method}: {incoming.path})."
    return Answer(404, {"error": {"message": words, "type": "invalid_request_error"}})
