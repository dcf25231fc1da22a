"""A far side that does as it is told, on a real socket: answers in order, silence, and lines that go dead."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `body` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


DROP = "close the connection without an answer, after the request was read"
HANG = "say nothing until the test ends"

Act = Reply | str | Callable[["Seen"], Reply]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body, read as a form."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


class FarSide:
    """Answers each request with the next act that was planned for its path, and keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._plans: dict[str, list[Act]] = {}
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, path: str, *acts: Act) -> None:
        """Answer requests for `path` (its end is enough) with these acts in order; the last one stays."""
        self._plans[path] = list(acts)

    def asked(self, path: str) -> list[Seen]:
        """Return the requests for a path so far."""
        return [one for one in self.seen if one.path.endswith(path)]

    @contextmanager
    def serving(self) -> Iterator[FarSide]:
        """Serve until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _act(self, seen: Seen) -> Act:
        self.seen.append(seen)
        acts = next((acts for path, acts in self._plans.items() if seen.path.endswith(path)), None)
        assert acts, f"nothing was planned for {seen.method} {seen.path}"
        act = acts.pop(0) if len(acts) > 1 else acts[0]
        return act(seen) if callable(act) else act

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        far_side = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen = Seen(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
                act = far_side._act(seen)
                if act == HANG:
                    far_side._over.wait()
                if isinstance(act, str):
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.reply(act)

            def reply(self, reply: Act) -> None:
                assert isinstance(reply, Reply)
                raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                content = b"" if reply.body is None else raw
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing on the console."""

        return Handler


def closed_port() -> int:
    """Return a port of the loopback on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
