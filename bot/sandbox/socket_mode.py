"""Socket Mode: the app connects to us, and interactions travel over its websockets in envelopes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.delivery import Answer, Envelope, Retry
from bot.sandbox.people import APP_ID
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]
CONNECTIONS = 10


class Connection:
    """One websocket of the app."""

    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.gone = asyncio.Event()

    async def send(self, message: Json) -> bool:
        """Send one message; False when the connection is gone."""
        try:
            await self.websocket.send_text(json.dumps(message))
        except (RuntimeError, WebSocketDisconnect):
            self.gone.set()
        return not self.gone.is_set()


class SocketTransport:
    """The app's connections, used in turn; what a lost connection had not acknowledged is sent over the next one."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.opened = 0  # connections since the beginning
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._arrived = asyncio.Event()
        self._answers: dict[str, asyncio.Future[Any]] = {}

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def ticket(self) -> str:
        """Return an address that one connection may be opened at."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return f"{self._workspace.config.base_url.replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={APP_ID}"

    async def wait_connected(self) -> None:
        """Wait until the app has a connection open."""
        while not self._connections:
            await self._arrived.wait()

    async def serve(self, websocket: WebSocket) -> None:
        """Keep one connection until it ends, taking acknowledgements."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets or self.count >= CONNECTIONS:
            await websocket.close(code=4003)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        connection = Connection(websocket)
        await connection.send(
            {"type": "hello", "num_connections": self.count + 1, "connection_info": {"app_id": APP_ID},
             "debug_info": {"host": "demo", "build_number": 1, "approximate_connection_time": 18060}}
        )  # fmt: skip
        self._connections.append(connection)
        self.opened += 1
        self._arrived.set()
        try:
            await self._listen(websocket)
        finally:
            connection.gone.set()
            self._connections.remove(connection)
            if not self._connections:
                self._arrived.clear()

    async def _listen(self, websocket: WebSocket) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                message = json.loads(await websocket.receive_text())
                answer = self._answers.get(message.get("envelope_id", ""))
                if answer and not answer.done():
                    answer.set_result(message.get("payload"))

    async def send(self, kind: Envelope, payload: Json, retry: Retry) -> Answer:
        """Send one envelope and wait for its acknowledgement, over another connection if the first one ends."""
        envelope_id = secrets.token_hex(16)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[envelope_id] = answer
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
        try:
            async with asyncio.timeout(self._workspace.config.ack_seconds):
                await self._until_acknowledged(envelope, answer)
        except TimeoutError:
            return self._noted(envelope, Answer("timeout" if self._connections else "unreachable"))
        finally:
            del self._answers[envelope_id]
        return self._noted(envelope, Answer("ok", answer.result()))

    async def _until_acknowledged(self, envelope: Json, answer: asyncio.Future[Any]) -> None:
        while not answer.done():
            await self.wait_connected()
            connection = self._connections.pop(0)
            self._connections.append(connection)
            if not await connection.send(envelope):
                self._connections.remove(connection)
                continue
            gone = asyncio.ensure_future(connection.gone.wait())
            await asyncio.wait([answer, gone], return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()

    def _noted(self, envelope: Json, answer: Answer) -> Answer:
        at = self._workspace.clock.now().isoformat(timespec="milliseconds")
        self._workspace.journal.sign(
            {"at": at, "url": "socket", "headers": {}, "body": json.dumps(envelope),
             "status": answer.status, "http": None}
        )  # fmt: skip
        return answer

    async def refresh(self) -> int:
        """Tell every connection to be replaced, as Slack does every few hours; return how many were told."""
        told = list(self._connections)
        for connection in told:
            await connection.send(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "demo"}}
            )  # fmt: skip
            await connection.websocket.close()
        return len(told)
