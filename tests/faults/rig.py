"""The whole house on real sockets: the demo workspace and its far sides here, the real app in processes of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bot.demo import MANIFEST, POLICY
from bot.sandbox.config import SandboxConfig
from bot.sandbox.server import build, listening_socket, uvicorn_server
from bot.sandbox.vendors import BesideTheDemo, VendorSettings, mount
from bot.sandbox.vendors.courier import loopback_client
from bot.work_left import WorkLeft
from flows.values.clock import ShiftedClock
from storage.database import Database
from tests.daybreak import set_clock
from tests.faults.children import Child, Role
from tests.faults.kills import KILLED, DeadlyFarSide, FarSideKill, Point

Json = dict[str, Any]
APPROVALS: Final = "#invoice-approvals"
OPERATORS: Final = "#dunwell-ops"
_PULSE = 0.03
_PATIENCE = 60.0
SELDOM: Final = "3600"
"""Seconds between two polls of the CRM where a test wants none."""


class House:
    """One company on a fresh database. `app` is the whole app in one process until `divide` is called."""

    def __init__(self, folder: Path, database_url: str, **environment: str) -> None:
        self._socket = listening_socket(0)
        base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        with listening_socket(0) as probe:
            port = probe.getsockname()[1]
        self.config = SandboxConfig(
            data=folder, base_url=base_url, manifest=MANIFEST, clock_file=folder / "clock", posts_per_second=0,
            retry_seconds=(0.1, 0.2, 0.5, 1.0, 2.0),
        )  # fmt: skip
        set_clock(self.config.clock_file)
        self.database_url = database_url
        self.database = Database(database_url)
        self.deaths = 0
        self._left = WorkLeft(database_url)
        self._environment = self.config.child_environment() | {
            "DUNWELL_DATABASE_URL": database_url,
            "DUNWELL_POLICY": str(POLICY),
            "DUNWELL_WORKER_ID": "first",
            "SLACK_POSTS_PER_SECOND": "100",
            "SLACK_POST_BURST": "100",
            "SALESFORCE_POLL_SECONDS": SELDOM,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            **environment,
        }
        self.app = self._child("app", f"http://127.0.0.1:{port}")
        self.others: list[Child] = []
        clock = ShiftedClock(self.config.clock_file)
        _, self.vendors = mount(folder, clock, VendorSettings(retry_delays=(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0)))
        self.vendors.point_at(self.app.url)
        site = build(self.config, self.app, far=BesideTheDemo(self.vendors))
        self.workspace = site.state.workspace
        self._armed: list[FarSideKill] = []
        site.add_middleware(DeadlyFarSide, app_is_killed=self.app.strike, armed=self._armed)
        self._server = uvicorn_server(site)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._client = loopback_client()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def _child(self, role: Role, url: str = "", **environment: str) -> Child:
        return Child(role, self._environment | environment, url, self._left)

    def start(self, *kills: Point | FarSideKill) -> None:
        """Start the app, to be killed where `kills` say."""
        self.app.points = [kill for kill in kills if isinstance(kill, Point)]
        self._armed[:] = [kill for kill in kills if isinstance(kill, FarSideKill)]
        self.app.begin()

    def divide(self) -> None:
        """Let the web half run alone; the work is for those that `add_worker` starts."""
        self.app.role = "web"
        self.app.begin()

    def add_worker(
        self, name: str, *kills: Point, dead_after: float = 0.5, beats_every: float = 0.1, release: str = ""
    ) -> Child:
        """Start a worker of that name. `dead_after` is how many seconds without a beat it takes for death."""
        beats = {"TEST_DEAD_AFTER": str(dead_after), "TEST_BEATS_EVERY": str(beats_every)}
        worker = self._child("worker", DUNWELL_WORKER_ID=name, TEST_RELEASE=release, **beats)
        worker.points = list(kills)
        worker.begin()
        self.others.append(worker)
        return worker

    def close(self) -> None:
        """End every process and server."""
        for child in (self.app, *self.others):
            child.end()
        self._server.should_exit = True
        self._thread.join()
        self._client.close()
        self.database.dispose()
        self._left.close()

    def do(self, act: str, **body: Any) -> Json:
        """Call the demo interface; `as_` stands for `as`."""
        named = {name.rstrip("_"): value for name, value in body.items()}
        answer = self._client.post(f"{self.config.base_url}/_demo/api/{act}", json=named)
        return dict(answer.json())

    def messages(self, channel: str) -> list[Json]:
        """Return a channel's messages with their replies, as everybody sees them."""
        state = self._client.get(f"{self.config.base_url}/_demo/api/state").json()
        room = next(one for one in state["channels"] if channel.lstrip("#") in (one["name"], one["id"]))
        return [message for message in room["messages"] if not message.get("ephemeral_for")]

    def settle(self) -> None:
        """Return when nothing is left to do; an app that dies meanwhile is started again, without its points."""
        waited, quiet = 0.0, 0
        while quiet < 2:
            if self.app.ended_within(_PULSE):
                self.revive()
            left = self.left()
            quiet = 0 if left else quiet + 1
            waited += _PULSE
            assert waited < _PATIENCE, f"still to do: {left}"

    def revive(self) -> None:
        """Start the app again if it was killed; how often that was is counted in `deaths`."""
        if self.app.ended_within(0):
            assert self.app.exit_code == KILLED
            self.deaths += 1
            self.app.begin()

    def left(self) -> list[str]:
        """Return what is still to do anywhere, a line each."""
        here = [f"{self.workspace.in_flight} requests"] if self.workspace.in_flight else []
        return here + self.vendors.work_left() or self._left()

    def close_deal(self, kind: str = "flat", **more: Any) -> str:
        """Close a deal in the CRM and return its id there."""
        return str(self.do("deal", kind=kind, **more)["id"])

    def cards(self) -> list[Json]:
        """Return the approval cards."""
        return self.messages(APPROVALS)

    def press(self, who: str, action_id: str, message: Json, channel: str = APPROVALS) -> Json:
        """Press a button of a message."""
        return self.do("click", as_=who, channel=channel, ts=message["ts"], action_id=action_id)


def buttons_of(message: Json) -> list[str]:
    """Return the action ids of a message's buttons and menus."""
    blocks: Sequence[Json] = message.get("blocks") or ()
    return [element["action_id"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


def values_of(view: Json, action_id: str) -> list[str]:
    """Return what the buttons carry whose action begins so, wherever they stand in a message or view."""
    blocks: Sequence[Json] = view.get("blocks") or ()
    elements = [one for block in blocks for one in [*block.get("elements", ()), block.get("accessory") or {}]]
    return [str(one["value"]) for one in elements if str(one.get("action_id")).startswith(action_id)]
