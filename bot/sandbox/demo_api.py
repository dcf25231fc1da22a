"""The JSON interface under /_demo/api/: whatever a person can do on the page, scripts and tests can do here.

Documented with a curl line each in docs/demo.md. Refusals are {"ok": false, "error": "a sentence"} with 4xx.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.acts import Acts
from bot.sandbox.app_process import AppProcess, AppWontStart
from bot.sandbox.asked import optional_word, seconds, target, whole, word
from bot.sandbox.delivery import Delivery
from bot.sandbox.errors import DemoRefused
from bot.sandbox.far_sides import FarSides
from bot.sandbox.faults import CLEAR, meant
from bot.sandbox.people import BOT_USER
from bot.sandbox.picture import thread
from bot.sandbox.socket_mode import SocketTransport
from bot.sandbox.usage_reports import UsageReports
from bot.sandbox.workspace import Workspace
from flows.values.clock import write_offset

Json = dict[str, Any]
IDLE_SECONDS = 30.0
SLACK, RESTART = "slack", "restart"
EVERYBODY_SEES = "#invoice-approvals"
LASTING = ("token_revoked", "ignore_idempotency")  # until "off", unless a count is given
PULSE = 0.05


class DemoApi:
    """Answers the demo interface."""

    def __init__(
        self, workspace: Workspace, delivery: Delivery, socket: SocketTransport, app: AppProcess, far: FarSides | None
    ) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self.acts = Acts(workspace, delivery)
        self.socket = socket
        self.app = app
        self.far = far
        secret = workspace.config.usage_webhook_secret
        self.reports = UsageReports(secret, lambda: app.url, workspace.clock.now)

    def routes(self) -> list[Route]:
        """Return the routes below /_demo/api."""
        posts = (
            self.click, self.select, self.submit, self.close, self.command, self.shortcut, self.options, self.message,
            self.open_home, self.deal, self.usage, self.advance, self.fault, self.restart, self.channel,
        )  # fmt: skip
        gets = (self.state, self.changes, self.thread, self.idle)
        return [
            *(Route(f"/{act.__name__}", _answering(act), methods=["POST"]) for act in posts),
            *(Route(f"/{look.__name__}", _looking(look), methods=["GET"]) for look in gets),
            Route("/deal/change", _answering(self.change_deal), methods=["POST"]),
            Route("/files/{id}", self.file, methods=["GET"]),
            Route("/{anything:path}", self.nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    async def nothing(self, request: Request) -> Response:
        """Say what there is instead of what was asked for."""
        asked = request.path_params["anything"]
        for route in self.routes():
            if route.path == f"/{asked}" and route.methods:
                verb = min(route.methods - {"HEAD"})
                return JSONResponse({"ok": False, "error": f"{asked} answers {verb} only."}, 405, {"Allow": verb})
        calls = ", ".join(route.path.removeprefix("/") for route in self.routes()[:-1])
        return JSONResponse({"ok": False, "error": f"There is no {asked!r} here; there are {calls}."}, 404)

    async def state(self, query: Json) -> Json:
        """Return the workspace, or what the person `as` sees of it."""
        state = self.workspace.state(query.get("as"))
        if self.far:
            state["faults"] += self.far.active_faults()
        return state

    async def changes(self, query: Json) -> Json:
        """Return the version once it is not `since`, or after 25 seconds."""
        return {"version": await self.workspace.wait_change(whole(query.get("since", "0"), "since"))}

    async def thread(self, query: Json) -> Json:
        """Return one message with its replies."""
        viewer = self.workspace.person(query["as"]) if "as" in query else None
        room = self.workspace.room(word(query, "channel"), viewer)
        message = self.workspace.messages.get(room["id"], word(query, "ts"))
        if message is None:
            raise DemoRefused(f"There is no message {query['ts']} in {query['channel']}.", status=404)
        return {"ok": True, "message": thread(self.workspace, message, viewer)}

    async def file(self, request: Request) -> Response:
        """Return the bytes of an uploaded file."""
        found = self.workspace.files.content(request.path_params["id"])
        if found is None:
            return JSONResponse({"ok": False, "error": "There is no such file."}, 404)
        file, content = found
        return Response(content, media_type=file["mimetype"], headers={"X-Content-Type-Options": "nosniff"})

    async def click(self, body: Json) -> Json:
        """Press a button of a message, or of a modal or App Home with `view_id`."""
        if "view_id" in body:
            return await self.acts.click_in_view(
                word(body, "as"), word(body, "view_id"), word(body, "action_id"), body.get("value") or None
            )
        stale = body.get("stale")
        action_id = str(body.get("action_id")) if stale else word(body, "action_id")
        place = self.acts.place(word(body, "as"), optional_word(body, "channel"), _stamp(body), action_id)
        return await self.acts.click(word(body, "as"), *place, action_id, body.get("value") or None, stale)

    async def select(self, body: Json) -> Json:
        """Choose in a menu, an overflow or a picker."""
        if "value" not in body:
            raise DemoRefused("Say which `value` to choose.")
        return await self.click(body)

    async def submit(self, body: Json) -> Json:
        """Fill in a modal and send it; without `view_id` the one that the person sees."""
        values = body.get("values") or {}
        if not isinstance(values, dict):
            raise DemoRefused("`values` is an object: what stands in each input, by its action id or block id.")
        return await self.acts.submit(word(body, "as"), self._view_id(body), values)

    def _view_id(self, body: Json) -> str:
        return optional_word(body, "view_id") or self.acts.seen_modal(word(body, "as"))

    async def close(self, body: Json) -> Json:
        """Close a modal without sending it, or with `all` the whole stack."""
        return await self.acts.close(word(body, "as"), self._view_id(body), bool(body.get("all")))

    async def command(self, body: Json) -> Json:
        """Send a slash command: whole in `text`, or its name in `command` and the rest in `text`."""
        text = " ".join(filter(None, (optional_word(body, "command"), optional_word(body, "text"))))
        channel = optional_word(body, "channel") or EVERYBODY_SEES
        return await self.acts.command(word(body, "as"), channel, text or word(body, "text"))

    async def shortcut(self, body: Json) -> Json:
        """Use a global shortcut, or a message's with `channel` and `ts`."""
        return await self.acts.shortcut(
            word(body, "as"), word(body, "callback_id"), body.get("channel"), body.get("ts")
        )

    async def options(self, body: Json) -> Json:
        """Ask the app for the choices of an external menu."""
        place = (body.get("view_id"), body.get("channel", ""), body.get("ts", ""))
        return await self.acts.suggest(word(body, "as"), *place, word(body, "action_id"), body.get("value", ""))

    async def message(self, body: Json) -> Json:
        """Write a message."""
        return self.acts.message(word(body, "as"), word(body, "channel"), word(body, "text"), body.get("thread_ts"))

    async def open_home(self, body: Json) -> Json:
        """Look at App Home."""
        return self.acts.open_home(word(body, "as"))

    async def deal(self, body: Json) -> Json:
        """Close a deal of a `kind`, or a whole one, which may stand under `deal`."""
        whole_deal = body.get("deal")
        given = (
            {**{k: v for k, v in body.items() if k != "deal"}, **whole_deal} if isinstance(whole_deal, dict) else body
        )
        return {"ok": True, **await self._far().close_deal(given)}

    async def change_deal(self, body: Json) -> Json:
        """Change a closed deal."""
        return {"ok": True, **await self._far().change_deal(body)}

    async def usage(self, body: Json) -> Json:
        """Report usage, as the demo company's product does."""
        return await self.reports.report(body)

    async def advance(self, body: Json) -> Json:
        """Move the demo clock forward by `days` or to the instant `until`."""
        at = target(body, self.workspace.clock.now())
        shift = at - datetime.now(UTC)
        write_offset(self.workspace.config.clock_file, ceil(shift.total_seconds()))
        self.workspace.changes.note()
        return {"ok": True, "now": self.workspace.clock.now().isoformat(timespec="seconds")}

    async def fault(self, body: Json) -> Json:
        """Break something: see docs/demo.md for the kinds."""
        where, kind = (optional_word(body, "where") or "").lower(), meant(word(body, "kind"))
        if kind == RESTART:
            return await self.restart({})
        if kind == CLEAR and not where:
            self._mend_everywhere()
        elif kind == "disconnect" and where in ("", SLACK):
            return {"ok": True, "told": await self.socket.refresh()}
        else:
            count = body.get("count")
            times = (None if kind in LASTING else 1) if count is None else whole(count, "count")
            late = body.get("seconds")
            self._break(
                where or SLACK,
                kind,
                optional_word(body, "method"),
                times,
                seconds(5 if late is None else late, "seconds"),
            )
        return {"ok": True, "faults": (await self.state({}))["faults"]}

    def _break(self, where: str, kind: str, method: str | None, count: int | None, late: float) -> None:
        if where == SLACK:
            self.workspace.faults.set(kind, method, count, late)
        else:
            self._far().set_fault(where, kind, method, count, late)
            self.workspace.changes.note()

    def _mend_everywhere(self) -> None:
        for where in (SLACK, *(self.far.simulators if self.far else ())):
            self._break(where, CLEAR, None, None, 0)

    async def restart(self, body: Json) -> Json:
        """Kill the app and start it again; answers when it is ready."""
        del body
        try:
            await self.app.restart()
        except AppWontStart as error:
            raise DemoRefused(str(error), status=502) from None
        return {"ok": True}

    async def channel(self, body: Json) -> Json:
        """Change a channel: `archived`, `bot` ("invite" or "remove")."""
        room = self.workspace.room(word(body, "channel"))
        others = [member for member in room["members"] if member != BOT_USER]
        match body.get("bot"):
            case "invite":
                self.workspace.change_channel(room, members=[*others, BOT_USER])
            case "remove":
                self.workspace.change_channel(room, members=others)
        if "archived" in body:
            self.workspace.change_channel(room, archived=bool(body["archived"]))
        return {"ok": True, "members": room["members"], "archived": room["archived"]}

    async def idle(self, query: Json) -> Json:
        """Wait until nothing is left to do, twice in a row; after `timeout` seconds say what is left."""
        until = time.monotonic() + seconds(query.get("timeout", IDLE_SECONDS), "timeout")
        quiet = 0
        while True:
            left = await self._left()
            quiet = 0 if left else quiet + 1
            if quiet == 2:
                return {"ok": True}
            if time.monotonic() > until:
                return {"ok": False, "left": left, "status_code": 408}
            await asyncio.sleep(PULSE)

    async def _left(self) -> list[str]:
        counts = {"requests between the app and Slack": self.workspace.in_flight, "events": self.delivery.under_way}
        here = [f"{count} {what}" for what, count in counts.items() if count]
        far = self.far.undelivered() if self.far else []
        return here + far or await asyncio.to_thread(self.app.work_left)

    def _far(self) -> FarSides:
        if self.far is None:
            raise DemoRefused("This demo workspace runs without its vendors.", status=404)
        return self.far


Handler = Callable[[Json], Awaitable[Json]]


def _answering(act: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            return JSONResponse({"ok": False, "error": "The body is not valid JSON."}, 400)
        if not isinstance(body, dict):
            return JSONResponse({"ok": False, "error": "The body must be a JSON object."}, 400)
        return await _answered(act, body)

    return endpoint


def _looking(look: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _answered(look, dict(request.query_params))

    return endpoint


async def _answered(handler: Handler, given: Json) -> Response:
    try:
        answer = await handler(given)
    except DemoRefused as refused:
        return JSONResponse({"ok": False, "error": str(refused)}, refused.status)
    except ValueError as wrong:
        return JSONResponse({"ok": False, "error": str(wrong)}, 400)
    return JSONResponse(answer, answer.pop("status_code", 200))


def _stamp(body: Json) -> str | None:
    """Return the `ts` of a message; as a number it has six decimals."""
    ts = body.get("ts")
    return f"{ts:.6f}" if isinstance(ts, float) else optional_word(body, "ts")
