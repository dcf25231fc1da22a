"""The demo workspace as one web application, and how it is served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from bot.sandbox.app_process import AppProcess, ChildProcess, Ready
from bot.sandbox.config import SandboxConfig
from bot.sandbox.delivery import Delivery, HttpTransport
from bot.sandbox.demo_api import DemoApi
from bot.sandbox.errors import SlackRefused
from bot.sandbox.far_sides import FarSides
from bot.sandbox.guard import Guard
from bot.sandbox.install import InstallPage
from bot.sandbox.pages.routes import routes as page_routes
from bot.sandbox.replies import respond
from bot.sandbox.socket_mode import SocketTransport
from bot.sandbox.triggers import Monotonic
from bot.sandbox.vendors import BesideTheDemo, VendorSettings, mount
from bot.sandbox.webapi.front_door import FrontDoor
from bot.sandbox.wire import DroppingProtocol
from bot.sandbox.workspace import Workspace
from flows.values.clock import ShiftedClock

PagesOf = Callable[[Workspace, AppProcess, FarSides | None], list[BaseRoute]]
Endpoint = Callable[[Request], Awaitable[Response]]
Ending = Callable[[], Awaitable[None]]


def build(
    config: SandboxConfig,
    app: AppProcess,
    *,
    far: FarSides | None = None,
    pages: PagesOf | None = None,
    monotonic: Monotonic = time.monotonic,
) -> Starlette:
    """Return the demo workspace: Slack's Web API, the demo interface, and the vendors and pages that are given.

    Its `state.workspace` is the `Workspace`. The app is not started here; `serve` does all of it.
    """
    workspace = Workspace(config, monotonic)
    sockets = SocketTransport(workspace)
    over_http = HttpTransport(workspace, f"{app.url}/slack/events")
    delivery = Delivery(workspace, sockets if config.mode == "socket" else over_http)
    if config.mode == "socket" and isinstance(app, ChildProcess):
        app.readiness = _connects_anew(sockets, app)
    demo = DemoApi(workspace, delivery, sockets, app, far)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if far:
            far.start()
        yield
        if far:
            far.close()
        await delivery.stop()
        await over_http.close()
        workspace.store.close()

    routes: list[BaseRoute] = [
        Route("/api/{method}", FrontDoor(workspace, sockets).call, methods=["GET", "POST"]),
        Route("/response/{id}", _responses(workspace), methods=["POST"]),
        Route("/files/upload/{id}", _uploads(workspace), methods=["POST"]),
        Route("/files/{id}/{name}", _downloads(workspace), methods=["GET"]),
        Route("/oauth/v2/authorize", InstallPage(workspace).answer, methods=["GET", "POST"]),
        WebSocketRoute("/socket", sockets.serve),
        Mount("/_demo/api", routes=demo.routes()),
        *(far.routes() if far else ()),
        *(pages(workspace, app, far) if pages else ()),
    ]
    served = Starlette(routes=routes, middleware=[Middleware(Guard)], lifespan=lifespan)
    served.state.workspace = workspace
    served.state.sockets = sockets
    served.state.delivery = delivery
    return served


def build_whole(config: SandboxConfig, app: AppProcess) -> Starlette:
    """Return the demo workspace with its pages, and with Stripe and Salesforce beside it."""
    settings = VendorSettings(
        stripe_key=config.stripe_key,
        stripe_webhook_secret=config.stripe_webhook_secret,
        salesforce_client_id=config.salesforce_client_id,
        salesforce_client_secret=config.salesforce_client_secret,
        salesforce_org_id=config.salesforce_org_id,
        salesforce_webhook_secret=config.salesforce_webhook_secret,
        deals_webhook_secret=config.deals_webhook_secret,
    )
    _, vendors = mount(config.data, ShiftedClock(config.clock_file), settings)
    vendors.point_at(app.url)
    return build(config, app, far=BesideTheDemo(vendors), pages=page_routes)


def _connects_anew(sockets: SocketTransport, app: ChildProcess) -> Callable[[], Ready]:
    """Return the readiness of a Socket Mode app: healthy and connected anew (a killed one may linger)."""

    def readiness() -> Ready:
        before = sockets.opened

        async def connected() -> bool:
            return sockets.opened > before and await app.healthy()

        return connected

    return readiness


def _responses(workspace: Workspace) -> Endpoint:
    async def answer(request: Request) -> Response:
        """Take what the app posts to a response url."""
        try:
            body = json.loads(await request.body())
            respond(workspace, workspace.permissions.use_response_url(request.path_params["id"]), body)
        except ValueError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        except SlackRefused as refused:
            workspace.refuse("response_url", refused)
            return JSONResponse(refused.body(), 404 if refused.code in ("expired_url", "used_url") else 400)
        return PlainTextResponse("ok")

    return answer


def _uploads(workspace: Workspace) -> Endpoint:
    async def answer(request: Request) -> Response:
        """Take the bytes of an announced file, bare or as the first file of a form."""
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            files = [value for value in (await request.form()).values() if isinstance(value, UploadFile)]
            content = await files[0].read() if files else b""
        else:
            content = await request.body()
        try:
            length = workspace.files.receive(request.path_params["id"], content)
        except SlackRefused as refused:
            workspace.refuse("upload", refused)
            return PlainTextResponse(str(refused), 400)
        return PlainTextResponse(f"OK - {length}")

    return answer


def _downloads(workspace: Workspace) -> Endpoint:
    async def answer(request: Request) -> Response:
        """Return a file to the app, which must show its token."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        found = workspace.files.content(request.path_params["id"])
        try:
            workspace.tokens.check(bearer, workspace.manifest.scopes)
        except SlackRefused as refused:
            return PlainTextResponse(refused.code, 403)
        if found is None:
            return PlainTextResponse("file_not_found", 404)
        return Response(found[1], media_type=found[0]["mimetype"])

    return answer


class _Server(uvicorn.Server):
    """Sends those home who wait for news before it ends, so that an open page holds nothing up.

    Signals are left to whoever runs the loop: uvicorn raises them once more when it has closed, which would end this
    process before it has ended the app.
    """

    def __init__(self, settings: uvicorn.Config, workspace: Workspace, before_end: Ending) -> None:
        super().__init__(settings)
        self._workspace = workspace
        self._before_end = before_end

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Do what comes before the end while everything still answers, then the long polls, then end."""
        await self._before_end()
        self._workspace.changes.note()
        await super().shutdown(sockets)


async def _nothing() -> None:
    """Nothing comes before the end."""


def uvicorn_server(served: Starlette, port: int = 0, before_end: Ending = _nothing) -> uvicorn.Server:
    """Return a server for the workspace on 127.0.0.1 that answers in one write and can drop connections.

    `before_end` is awaited when it has been told to end and still answers. Await its
    `serve(sockets=[listening_socket(port)])`, so that the port is known, and refused when taken, before.
    """
    settings = uvicorn.Config(
        served, host="127.0.0.1", port=port, http=DroppingProtocol, ws="websockets-sansio", log_level="warning",
        lifespan="on", access_log=False, timeout_graceful_shutdown=2,
    )  # fmt: skip
    return _Server(settings, served.state.workspace, before_end)


def listening_socket(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1 at `port` (any free one for 0); OSError when it is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(2048)
    except OSError:
        listening.close()
        raise
    return listening


async def serve(
    config: SandboxConfig, app: AppProcess, listening: socket.socket, ready: Callable[[], object] = lambda: None
) -> None:
    """Serve the workspace at `listening` with the app beside it until cancelled; call `ready` once both answer.

    The app is stopped in any case, before the workspace that it talks to; AppWontStart passes through.
    """
    server = uvicorn_server(build_whole(config, app), before_end=app.stop)
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    starting = asyncio.ensure_future(app.start())
    try:
        await asyncio.wait([starting, serving], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            ready()
        await asyncio.shield(serving)
    finally:
        starting.cancel()
        server.should_exit = True
        await asyncio.gather(starting, serving, return_exceptions=True)
