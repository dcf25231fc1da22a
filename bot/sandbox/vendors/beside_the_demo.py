"""The simulators as the demo workspace uses them: `bot.sandbox.far_sides.FarSides`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from starlette.routing import BaseRoute

from bot.sandbox.vendors.mount import Vendors
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.simulator import JSON, OUTBOUND, SalesforceSimulator
from bot.sandbox.vendors.stripe.simulator import StripeSimulator

Json = dict[str, Any]

_WAYS: Final = {
    "outbound": frozenset({OUTBOUND}),
    "json": frozenset({JSON}),
    "both": frozenset({OUTBOUND, JSON}),
    "none": frozenset[str](),
}


class BesideTheDemo:
    """Both simulators behind the demo workspace's own interface. Call `vendors.point_at` before the first deal."""

    def __init__(self, vendors: Vendors) -> None:
        self.vendors = vendors
        self.simulators: Mapping[str, StripeSimulator | SalesforceSimulator] = {
            "stripe": vendors.stripe,
            "salesforce": vendors.salesforce,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the simulators' own routes, under /_vendor/."""
        return self.vendors.routes

    async def close_deal(self, body: Json) -> Json:
        """Close a deal of a `kind`, or a whole deal.

        `notify` chooses how the app is told: "outbound" (the default), "json", "both" or "none" (it has to poll);
        `late_seconds` lets the record carry an older SystemModstamp. ValueError says what is wrong.
        """
        deal = {key: value for key, value in body.items() if key not in ("notify", "late_seconds")}
        if not deal:
            raise ValueError("Say a `kind` of deal, or give a whole deal.")
        ways = body.get("notify")
        if ways is not None and ways not in _WAYS:
            raise ValueError(f"`notify` is one of {', '.join(_WAYS)}, not {ways!r}.")
        late = timedelta(seconds=float(body.get("late_seconds", 0)))
        return self.vendors.close_deal(deal, ways=_WAYS[ways] if ways else None, late=late)

    async def change_deal(self, body: Json) -> Json:
        """Change the deal of that `id` by the other keys; ValueError says what is wrong."""
        changes = {key: value for key, value in body.items() if key != "id"}
        try:
            record = self.vendors.change_deal(str(body.get("id", "")), changes)
        except SalesforceRefusal:
            raise ValueError(f"There is no deal {body.get('id')!r} in Salesforce.") from None
        return {"id": record["Id"], "name": record["Name"], "version": record["SystemModstamp"]}

    def set_fault(self, where: str, kind: str, method: str | None, count: int | None, seconds: float) -> None:
        """Let something go wrong at one of the simulators; ValueError names what is possible."""
        if where not in self.simulators:
            raise ValueError(f"There is no {where!r}; there are slack, {', '.join(self.simulators)}.")
        self.simulators[where].set_fault(kind, method, count, seconds)

    def active_faults(self) -> list[Json]:
        """Return the faults that still wait for a request."""
        return [{"where": where, **one} for where, far in self.simulators.items() for one in far.faults.active()]

    def undelivered(self) -> list[str]:
        """Return the notifications that the app has not taken yet, a line each."""
        return self.vendors.work_left()

    def start(self) -> None:
        """Begin to deliver notifications."""
        self.vendors.start()

    def close(self) -> None:
        """Stop delivering and close the files."""
        self.vendors.close()
