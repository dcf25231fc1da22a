"""What the demo workspace needs of the simulated vendors beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from starlette.routing import BaseRoute

Json = dict[str, Any]


class HasSnapshot(Protocol):
    """A simulator that can be looked at."""

    def snapshot(self) -> Json:
        """Return what its page shows."""
        ...


class FarSides(Protocol):
    """The simulated Stripe and Salesforce, and the company whose deals close in them."""

    @property
    def simulators(self) -> Mapping[str, HasSnapshot]:
        """The simulators by name."""
        ...

    def routes(self) -> Sequence[BaseRoute]:
        """Return the simulators' own routes, under /_vendor/."""
        ...

    async def close_deal(self, body: Json) -> Json:
        """Close a deal of a kind, or a whole deal, and return {"id", ...}; ValueError says what is wrong with it."""
        ...

    async def change_deal(self, body: Json) -> Json:
        """Change a closed deal and return it; ValueError says what is wrong."""
        ...

    def set_fault(self, where: str, kind: str, method: str | None, count: int | None, seconds: float) -> None:
        """Let something go wrong at one of the simulators; ValueError names what is possible."""
        ...

    def active_faults(self) -> list[Json]:
        """Return the faults that still wait for a request."""
        ...

    def undelivered(self) -> list[str]:
        """Return the notifications that the app has not taken yet, a line each."""
        ...

    def start(self) -> None:
        """Begin to deliver notifications."""
        ...

    def close(self) -> None:
        """Stop delivering."""
        ...
