"""Both simulators on a server of their own: a thread and a free port of the loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from bot.sandbox.vendors.mount import SALESFORCE_PATH, STRIPE_PATH, Vendors
from bot.sandbox.vendors.salesforce.simulator import SalesforceSimulator
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.simulator import StripeSimulator
from bot.sandbox.wire import DroppingProtocol
from flows.values.clock import Clock, SystemClock


class RunningVendors:
    """The simulators and where they listen."""

    def __init__(self, vendors: Vendors, url: str) -> None:
        self.vendors = vendors
        self.url = url
        self.stripe_url = url + STRIPE_PATH
        self.salesforce_url = url + SALESFORCE_PATH

    @property
    def stripe(self) -> StripeSimulator:
        """Stripe."""
        return self.vendors.stripe

    @property
    def salesforce(self) -> SalesforceSimulator:
        """Salesforce."""
        return self.vendors.salesforce

    def close_deal(
        self,
        kind_or_deal: str | Mapping[str, Any],
        *,
        ways: frozenset[str] | None = None,
        late: timedelta = timedelta(0),
    ) -> Record:
        """Close a deal as won; see `bot.sandbox.deals.close_deal`."""
        return self.vendors.close_deal(kind_or_deal, ways=ways, late=late)

    def change_deal(self, deal_id: str, changes: Mapping[str, Any]) -> Record:
        """Change a deal; see `bot.sandbox.deals.change_deal`."""
        return self.vendors.change_deal(deal_id, changes)


@contextmanager
def running(
    data: Path, *, clock: Clock | None = None, settings: VendorSettings | None = None, app_url: str | None = None
) -> Iterator[RunningVendors]:
    """Serve both simulators with their state in `data` until the block ends; notices go to `app_url` if it is given."""
    vendors = Vendors(data, clock or SystemClock(), settings or VendorSettings())
    if app_url:
        vendors.point_at(app_url)
    vendors.start()
    try:
        with _served(Starlette(routes=vendors.routes)) as url:
            yield RunningVendors(vendors, url)
    finally:
        vendors.close()


@contextmanager
def _served(app: Starlette) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    config = uvicorn.Config(
        app, http=DroppingProtocol, lifespan="off", log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="vendors", daemon=True)
    thread.start()  # the socket listens already: whoever connects before the loop runs is only served a little later
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
