"""Both simulators together, as routes for a server that somebody else runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from starlette.routing import BaseRoute, Mount

from bot.sandbox import deals
from bot.sandbox.vendors.salesforce.seed import seed
from bot.sandbox.vendors.salesforce.simulator import SalesforceSimulator
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.store import Record
from bot.sandbox.vendors.stripe.simulator import StripeSimulator
from flows.values.clock import Clock

STRIPE_PATH: Final = "/_vendor/stripe"
SALESFORCE_PATH: Final = "/_vendor/salesforce"


class Vendors:
    """The far sides of one demo: their state lies in the folder `data` and survives a restart."""

    def __init__(self, data: Path, clock: Clock, settings: VendorSettings) -> None:
        self.settings = settings
        self.stripe = StripeSimulator(data / "stripe.sqlite3", clock, settings)
        self.salesforce = SalesforceSimulator(data / "salesforce.sqlite3", clock, settings)
        seed(self.salesforce)
        self.routes: list[BaseRoute] = [
            Mount(STRIPE_PATH, routes=self.stripe.routes, name="stripe"),
            Mount(SALESFORCE_PATH, routes=self.salesforce.routes, name="salesforce"),
        ]

    def start(self) -> None:
        """Begin to deliver events and notices, also those that an earlier run left."""
        for courier in (self.stripe.courier, self.salesforce.outbound, self.salesforce.deal_notices):
            courier.start()

    def point_at(self, app_url: str) -> None:
        """Send events and notices to the app at `app_url` (no slash at its end) from now on."""
        secret = self.settings.salesforce_webhook_secret
        self.stripe.webhook_url = f"{app_url}/webhooks/stripe"
        self.salesforce.outbound_url = f"{app_url}/webhooks/salesforce/{secret}/outbound"
        self.salesforce.deals_url = f"{app_url}/webhooks/deals"

    def close_deal(
        self,
        kind_or_deal: str | Mapping[str, Any],
        *,
        ways: frozenset[str] | None = None,
        late: timedelta = timedelta(0),
    ) -> Record:
        """Close a deal as won; see `bot.sandbox.deals.close_deal`."""
        return deals.close_deal(self.salesforce, kind_or_deal, ways=ways, late=late)

    def change_deal(self, deal_id: str, changes: Mapping[str, Any]) -> Record:
        """Change a deal; see `bot.sandbox.deals.change_deal`."""
        return deals.change_deal(self.salesforce, deal_id, changes)

    def work_left(self) -> list[str]:
        """Return, in words, the deliveries that are still to be made."""
        counts = {"Stripe events": self.stripe.courier.waiting(), "Salesforce notices": self.salesforce.waiting()}
        return [f"{count} {what} to deliver" for what, count in counts.items() if count]

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until every delivery is made or given up; False when that took longer than `timeout` seconds."""
        return self.stripe.courier.wait_idle(timeout) and self.salesforce.wait_idle(timeout)

    def close(self) -> None:
        """Stop delivering and close the files."""
        self.stripe.close()
        self.salesforce.close()


def mount(data: Path, clock: Clock, settings: VendorSettings | None = None) -> tuple[list[BaseRoute], Vendors]:
    """Return the routes of both simulators, and the simulators. Start and close them with the server.

    The server has to run on `bot.sandbox.wire.DroppingProtocol` for the faults that close connections.
    """
    vendors = Vendors(data, clock, settings or VendorSettings())
    return vendors.routes, vendors
