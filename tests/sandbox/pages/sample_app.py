"""The pages on the sample state, with a demo interface that only writes down what it was asked."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.pages.routes import routes
from tests.sandbox.pages.sample_state import sample_state

SNAPSHOT = {
    "title": "Stripe simulator",
    "tables": [
        {
            "name": "Invoices",
            "columns": ["id", "total"],
            "rows": [["in_1", 1240000], {"id": "<b>in_2</b>", "total": None}],
        }
    ],
    "requests": [
        {"at": "2026-11-23T13:00:00+00:00", "method": "POST", "path": "/v1/invoices", "status": 200, "fault": None}
    ],
    "faults": [{"kind": "slow", "seconds": 4}],
}


class SampleWorkspace:
    """A workspace whose state a test sets by hand; `posts` are the calls of the page."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self.now = state or sample_state()
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.changed = asyncio.Event()

    def state(self, as_user: str | None = None) -> dict[str, Any]:
        """Return the state, the same for everybody."""
        del as_user
        return self.now

    def change(self) -> None:
        """Tell the page that the state is another one."""
        self.now["version"] += 1
        self.changed.set()
        self.changed = asyncio.Event()

    @property
    def simulators(self) -> dict[str, SampleWorkspace]:
        """Return itself as the one simulator."""
        return {"stripe": self}

    def active_faults(self) -> list[dict[str, Any]]:
        """Return what is broken at the vendors."""
        return [{"where": "stripe", "kind": "slow", "method": None, "left": 3, "seconds": 4}]

    def snapshot(self) -> dict[str, Any]:
        """Return a vendor's snapshot."""
        return SNAPSHOT


def sample_app(workspace: SampleWorkspace) -> Starlette:
    """Return the pages with the interface that they call."""

    async def changes(request: Request) -> Response:
        if int(request.query_params["since"]) == workspace.now["version"]:
            await workspace.changed.wait()
        return JSONResponse({"ok": True, "version": workspace.now["version"]})

    async def act(request: Request) -> Response:
        name = request.path_params["name"]
        workspace.posts.append((name, await request.json()))
        default = {"ok": True, "ack_ms": 41.4, "status": "ok", "ephemeral": [], "view": None, "errors": {}}
        return JSONResponse(workspace.answers.get(name, default))

    return Starlette(
        routes=[
            *routes(workspace, None, workspace),
            Route("/_demo/api/changes", changes),
            Route("/_demo/api/{name:path}", act, methods=["POST"]),
        ]
    )
