"""How the demo workspace speaks HTTP: answers in one write, and connections that can be closed without an answer.

Give `DroppingProtocol` to uvicorn (`http=DroppingProtocol`). A handler that wants the connection gone calls
`drop(scope)` and then returns without sending anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

DROP: Final = "dunwell.drop"
"""The name in `scope["extensions"]` under which the protocol offers to close the connection."""

AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


def drop(scope: Any) -> None:
    """Close the connection of `scope` at once, with nothing sent.

    Raises RuntimeError when the server does not run on `DroppingProtocol`.
    """
    offered = scope.get("extensions", {}).get(DROP)
    if offered is None:
        raise RuntimeError("this server cannot drop connections; start uvicorn with http=DroppingProtocol")
    offered()


class DroppingProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with `DROP` in every scope and each answer's head and body in one segment."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.app = self._offering_drop(config.loaded_app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        if isinstance(self.transport, OneWrite):
            self.transport = self.transport.release()
        super().handle_websocket_upgrade(event)

    def _offering_drop(self, app: AsgiApp) -> AsgiApp:
        async def with_drop(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[DROP] = self._drop
            await app(scope, receive, send)

        return with_drop

    def _drop(self) -> None:
        self.cycle.disconnected = True  # uvicorn would otherwise answer 500 for a handler that sent nothing
        self.transport.close()


class OneWrite(asyncio.Transport):
    """A transport that gathers what is written in one turn of the event loop and sends it together."""

    def __init__(self, inner: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._inner = inner
        self._loop = loop
        self._gathered = bytearray()

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if not self._gathered:
            self._loop.call_soon(self._flush)
        self._gathered += data

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        for data in list_of_data:
            self.write(data)

    def _flush(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, bytearray()
            self._inner.write(bytes(gathered))

    def release(self) -> asyncio.Transport:
        """Send what is gathered and hand back the transport underneath (for a protocol that takes over)."""
        self._flush()
        return self._inner

    def close(self) -> None:
        self._flush()
        self._inner.close()

    def abort(self) -> None:
        self._gathered.clear()
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)

    def is_reading(self) -> bool:
        return self._inner.is_reading()

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._inner.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._inner.get_protocol()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._inner.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._inner.get_write_buffer_size() + len(self._gathered)
