"""A demo workspace on a real port with a small Bolt app behind it, for tests of the workspace itself."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from werkzeug.serving import make_server

from bot.sandbox.app_process import AppWontStart
from bot.sandbox.config import SandboxConfig
from bot.sandbox.server import build, build_whole, listening_socket, uvicorn_server
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


class ManualTime:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class AppStandIn:
    """An app process that is there already; it counts what is asked of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.restarts = 0
        self.broken = False
        self.left: list[list[str]] = []

    async def start(self) -> None:
        """Do nothing: it runs."""

    async def stop(self) -> None:
        """Do nothing: the test ends it."""

    async def kill(self) -> None:
        """Do nothing: the test ends it."""

    async def restart(self) -> None:
        """Count it."""
        self.restarts += 1
        if self.broken:
            raise AppWontStart("The app ended with code 1 while starting; see what it printed.")

    def work_left(self) -> list[str]:
        """Return what the test has put there, one answer a call, and then nothing."""
        return self.left.pop(0) if self.left else []


class Rig:
    """The demo workspace, a client of its Web API, and calls of its demo interface."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.time = ManualTime()
        self._socket = listening_socket(settings.pop("port", 0))
        self._whole = bool(settings.pop("whole", False))
        self._app_port = 9  # nobody listens there
        base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = SandboxConfig(
            data=folder, base_url=base_url, manifest=folder / "manifest.yml", clock_file=folder / "clock",
            posts_per_second=0, retry_seconds=(0.0, 0.0, 0.0),
        )  # fmt: skip
        self.config = replace(config, **settings)
        self.client = WebClient(self.config.bot_token, base_url=f"{base_url}/api/", retry_handlers=[])
        self.app: AppStandIn
        self.workspace: Workspace
        self._server: uvicorn.Server
        self._loop: asyncio.AbstractEventLoop
        self._bolt: App | None = None
        self._closers: list[Callable[[], object]] = []

    def bolt(self) -> App:
        """Return the Bolt app behind the workspace; give it its listeners before `begin`."""
        client = WebClient(self.config.bot_token, base_url=f"{self.config.base_url}/api/", retry_handlers=[])
        self._bolt = App(
            token=self.config.bot_token, signing_secret=self.config.signing_secret, client=client,
            token_verification_enabled=False,
        )  # fmt: skip
        return self._bolt

    def serve_instead(self, app: App) -> None:
        """Put another Bolt app behind the workspace."""
        self._bolt = app

    def write_manifest(self, text: str) -> None:
        """Give the app a manifest."""
        self.config.manifest.write_text(text, encoding="utf-8")

    def begin(self) -> Rig:
        """Serve the app and the workspace."""
        url = f"http://127.0.0.1:{self._app_port}"
        if self._bolt and self.config.mode == "http":
            served = make_server("127.0.0.1", 0, SlackRequestHandler(self._bolt, path="/slack/events"), threaded=True)
            threading.Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
            self._closers.append(served.shutdown)
            url = f"http://127.0.0.1:{served.server_port}"
        self.app = AppStandIn(url)
        self.site = (
            build_whole(self.config, self.app) if self._whole else build(self.config, self.app, monotonic=self.time)
        )
        self.workspace = self.site.state.workspace
        self._server = uvicorn_server(self.site)
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        self._closers.append(thread.join)
        if self._bolt and self.config.mode == "socket":
            self.connect(self._bolt)
        return self

    def connect(self, app: App) -> Any:
        """Open a Socket Mode connection of the app."""
        handler: Any = SocketModeHandler(app, self.config.app_token, web_client=app.client)
        handler.connect()
        self._closers.insert(0, handler.close)
        return handler

    def _serve(self) -> None:
        asyncio.run(self._until_told())

    async def _until_told(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])

    def end(self) -> None:
        """End what was begun."""
        self._server.should_exit = True
        for close in self._closers:
            close()

    def do(self, act: str, **body: Any) -> Json:
        """Call the demo interface; `as_` stands for `as`. The answer has the HTTP status under "http"."""
        body = {name.rstrip("_"): value for name, value in body.items()}
        answer = httpx.post(f"{self.config.base_url}/_demo/api/{act}", json=body, timeout=20, trust_env=False)
        return {**answer.json(), "http": answer.status_code}

    def look(self, what: str, **query: str) -> Json:
        """Read from the demo interface."""
        query = {name.rstrip("_"): value for name, value in query.items()}
        answer = httpx.get(f"{self.config.base_url}/_demo/api/{what}", params=query, timeout=20, trust_env=False)
        return {**answer.json(), "http": answer.status_code}

    def messages(self, channel: str, as_: str | None = None) -> list[Json]:
        """Return the messages of a channel as `state` shows them."""
        state = self.look("state", **({"as": as_} if as_ else {}))
        return next(list(c["messages"]) for c in state["channels"] if channel in (c["id"], c["name"]))

    def refusal(self, method: str, **args: Any) -> str:
        """Call a method that must be refused and return Slack's error name."""
        return str(self.refused(method, **args)["error"])

    def refused(self, method: str, **args: Any) -> Json:
        """Call a method that must be refused and return the whole answer."""
        try:
            answer = self.client.api_call(method, json=args)
        except SlackApiError as error:
            return dict(error.response.data)
        raise AssertionError(f"{method} was not refused: {answer.data!r}")


def md(text: str) -> Json:
    """Return a mrkdwn object."""
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> Json:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    """Return a section."""
    return {"type": "section", "text": md(text)}


def button(text: str, action_id: str, value: str = "v") -> Json:
    """Return a button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": value}


def buttons(*elements: Json) -> Json:
    """Return an actions block."""
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal."""
    view = {"type": "modal", "callback_id": "reason", "title": plain("Reject"), "blocks": list(blocks), **more}
    return view | ({"submit": plain("Reject")} if "submit" not in more else {})


def text_input(block_id: str, action_id: str, **more: Any) -> Json:
    """Return an input block with a text field."""
    element = {"type": "plain_text_input", "action_id": action_id, **more}
    return {"type": "input", "block_id": block_id, "label": plain("Why"), "element": element}
