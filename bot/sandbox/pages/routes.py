"""The addresses of the pages: the workspace, its fragments, one page for each vendor, the static files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.pages import world
from bot.sandbox.pages.log_rows import log_rows
from bot.sandbox.pages.scene import Place, Scene
from bot.sandbox.pages.vendors_page import page_of

HERE = Path(__file__).parent
PARTS = ("clock", "persona", "sidebar", "main", "thread", "modals", "world", "log")
NO_SUCH_VENDOR = (
    "<!doctype html><title>Not here</title><p>There is no such system in this demo. <a href='/'>Back</a></p>"
)
PERMALINK = re.compile(r"p([0-9]{10})([0-9]{6})")
VENDORS = ("stripe", "salesforce")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class HasState(Protocol):
    """What the pages need of the workspace."""

    def state(self, as_user: str | None) -> dict[str, Any]: ...


class HasSnapshot(Protocol):
    """A simulator that shows what it holds: title, tables, requests (newest first) and faults."""

    def snapshot(self) -> dict[str, Any]: ...


class HasFarSides(Protocol):
    """What the pages need of the vendors' simulators."""

    @property
    def simulators(self) -> Mapping[str, HasSnapshot]: ...

    def active_faults(self) -> list[dict[str, Any]]: ...


def environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        vendors=VENDORS,
        first_kinds=world.first_deals(),
        deal_groups=world.deal_groups(),
        faults=world.FAULTS,
        fault_title=world.fault_title,
    )
    macros = env.get_template("parts/macros.html").module
    env.globals.update({name: getattr(macros, name) for name in ("avatar", "icon", "composer", "message")})
    return env


def day_words(now: datetime) -> str:
    """Return the demo clock as words."""
    return f"{now:%a} {now.day} {now:%b %Y, %H:%M}"


class Pages:
    """Draws the pages from the workspace's state."""

    def __init__(self, workspace: HasState, far: HasFarSides | None) -> None:
        self._workspace, self._far = workspace, far
        self._vendors: Mapping[str, HasSnapshot] = far.simulators if far else {}
        self._templates = environment()

    def _scene(self, request: Request) -> Scene:
        place = Place.of(request.query_params, zone=request.cookies.get("tz", "UTC"))
        state = self._workspace.state(place.as_)
        if self._far:
            state = {**state, "faults": [*state["faults"], *self._far.active_faults()]}
        return Scene(state, place, str(request.base_url).rstrip("/"))

    def _deals(self) -> list[world.ClosedDeal]:
        return world.closed_deals(self._vendors["salesforce"].snapshot()) if "salesforce" in self._vendors else []

    def _values(self, scene: Scene) -> dict[str, Any]:
        """Return what the templates of the workspace page use."""
        return {
            "scene": scene,
            "deals": self._deals() if scene.place.panel in ("auto", "world") else [],
            "log": log_rows(scene.state, scene.names) if scene.place.panel == "log" else [],
            "now_words": day_words(scene.names.now.astimezone(scene.names.zone)),
            "title": f"{scene.room.name if scene.room else 'Home'} · {scene.state['team']['name']}",
        }

    async def workspace(self, request: Request) -> Response:
        """The whole page."""
        values = self._values(self._scene(request))
        return HTMLResponse(self._templates.get_template("page.html").render(values), headers=HEADERS)

    async def fragments(self, request: Request) -> Response:
        """The parts of the page as they are now, by the id of the element they stand in."""
        scene = self._scene(request)
        values = self._values(scene)
        parts = {part: self._templates.get_template(f"parts/{part}.html").render(values) for part in PARTS}
        return JSONResponse({"version": scene.version, "title": values["title"], "parts": parts}, headers=HEADERS)

    async def message_json(self, request: Request) -> Response:
        """One message as the workspace keeps it."""
        message = self._scene(request).message(request.query_params.get("ts", ""))
        if message is None:
            return JSONResponse({"ok": False, "error": "There is no such message in this channel."}, 404)
        return JSONResponse(message, headers=HEADERS)

    async def usage_file(self, request: Request) -> Response:
        """A usage file to drop on the World panel, for the deal and the meter that are chosen there."""
        now = datetime.fromisoformat(self._workspace.state(None)["now"])
        asked = request.query_params
        text = world.usage_example(asked.get("deal", ""), asked.get("meter", ""), now.date())
        if text is None:
            return JSONResponse({"ok": False, "error": "Choose a deal that is priced by use first."}, 404)
        offered = {"Content-Disposition": f'attachment; filename="usage-{now.date()}.csv"'}
        return Response(text, media_type="text/csv", headers={**HEADERS, **offered})

    async def permalink(self, request: Request) -> Response:
        """A message's permanent address: the channel, its thread where it has one, the message in sight."""
        query = {"channel": request.path_params["channel"]}
        found = PERMALINK.fullmatch(request.path_params["stamp"])
        if found and (thread := request.query_params.get("thread_ts")):
            query["thread"] = thread
        return RedirectResponse(f"/?{urlencode(query)}{f'#m-{found[1]}.{found[2]}' if found else ''}", 302)

    async def vendor(self, request: Request) -> Response:
        """A vendor's page, or only its body when `part` is asked for."""
        name = request.path_params["vendor"]
        if name not in VENDORS or name not in self._vendors:
            return HTMLResponse(NO_SUCH_VENDOR, 404, HEADERS)
        state = self._workspace.state(None)
        snapshot = page_of(self._vendors[name].snapshot(), day_words(datetime.fromisoformat(state["now"])))
        template = "parts/vendor_body.html" if request.query_params.get("part") else "vendor.html"
        return HTMLResponse(
            self._templates.get_template(template).render(vendor=name, snapshot=snapshot), headers=HEADERS
        )


def routes(workspace: HasState, app: object = None, far: HasFarSides | None = None) -> list[BaseRoute]:
    """Return the pages' routes; `far` has the simulators by name (`stripe`, `salesforce`)."""
    del app  # the pages restart and break the app through the demo interface, as anybody else
    pages = Pages(workspace, far)
    return [
        Route("/", pages.workspace),
        Route("/_page/fragments", pages.fragments),
        Route("/_page/message", pages.message_json),
        Route("/_page/usage.csv", pages.usage_file),
        Route("/archives/{channel}/{stamp}", pages.permalink),
        Route("/vendors/{vendor}", pages.vendor),
        Mount("/_page/static", StaticFiles(directory=HERE / "static")),
    ]
