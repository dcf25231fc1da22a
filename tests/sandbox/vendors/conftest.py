"""The simulators on a socket, a clock that stands still, and something to receive notices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce

from bot.sandbox.vendors import RunningVendors, VendorSettings, running
from bot.sandbox.vendors.stripe.account import API_VERSION
from flows.values.clock import FixedClock

SETTINGS = VendorSettings(page_size=3, retry_delays=(0.0, 0.0, 0.0))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def vendors(tmp_path: Path, clock: FixedClock) -> Iterator[RunningVendors]:
    with running(tmp_path, clock=clock, settings=SETTINGS) as both:
        yield both


@pytest.fixture
def payments(vendors: RunningVendors) -> stripe.StripeClient:
    """Stripe's own library, without retries of its own so that every refusal is seen."""
    return stripe.StripeClient(
        SETTINGS.stripe_key,
        base_addresses={"api": vendors.stripe_url},
        stripe_version=API_VERSION,
        max_network_retries=0,
    )


class _PlainHttp(HTTPAdapter):
    """simple-salesforce insists on https; the loopback has none."""

    def send(self, request: PreparedRequest, **options: Any) -> Response:  # type: ignore[override]
        request.url = (request.url or "").replace("https://", "http://", 1)
        return super().send(request, **options)


def salesforce_client(vendors: RunningVendors, token: str) -> Salesforce:
    """simple-salesforce on the running simulator."""
    session = Session()
    session.mount("https://", _PlainHttp())
    address = vendors.salesforce_url.removeprefix("http://")
    return Salesforce(session_id=token, instance=address, version="66.0", session=session)


@pytest.fixture
def token(vendors: RunningVendors) -> str:
    return open_session(vendors)


def ask(method: str, url: str, **options: Any) -> httpx.Response:
    """One request over plain HTTP: no proxy, and no certificates to load."""
    return httpx.request(method, url, verify=False, trust_env=False, **options)


def open_session(vendors: RunningVendors) -> str:
    answer = ask(
        "POST",
        f"{vendors.salesforce_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(SETTINGS.salesforce_client_id, SETTINGS.salesforce_client_secret),
    )
    return str(answer.json()["access_token"])


@pytest.fixture
def crm(vendors: RunningVendors, token: str) -> Salesforce:
    return salesforce_client(vendors, token)


class Receiver:
    """An app's webhook: keeps what comes in and answers what `answer` says for the n-th delivery."""

    def __init__(self, answer: Callable[[int], tuple[int, bytes]]) -> None:
        self.deliveries: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = answer
        self.url = ""
        self._lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self._lock:
            self.deliveries.append((path, headers, body))
            return self.answer(len(self.deliveries))


@contextmanager
def receiving(answer: Callable[[int], tuple[int, bytes]]) -> Iterator[Receiver]:
    """Serve a receiver on a free port."""
    receiver = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = receiver.take(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
