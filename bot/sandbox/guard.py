"""Keeps the demo workspace to this machine: refuses other host names and other sites' posts."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")


class Guard:
    """ASGI middleware: only `Host: 127.0.0.1` or `localhost`, and changes only from our own pages or from programs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] in ("http", "websocket") and (reason := _refusal(scope)):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 4003})
            else:
                await PlainTextResponse(reason, 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _refusal(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in HOSTS:
        return "The demo workspace answers on 127.0.0.1 and localhost only."
    if scope.get("method") in ("GET", "HEAD"):
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    if (origin not in (None, f"http://{host}")) or site not in ("same-origin", "none"):
        return "Another site's page may not act in the demo workspace."
    return None
