"""The front desk that both simulators share: takes a request, meets the faults, keeps the log, gives one answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.vendors.faults import Fault, FaultBoard
from bot.sandbox.vendors.store import Record, Store
from bot.sandbox.wire import drop
from flows.values.clock import Clock

KEPT_EXCHANGES: Final = 5000
_TRIM_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request as a simulator sees it; `path` is below the simulator's own base, `base` is the base's address."""

    operation: str
    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]
    captured: Mapping[str, str]
    base: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, JSON (nothing when None) and headers of the vendor's."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Work = Callable[[Incoming, Fault | None], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        drop(scope)


class Desk:
    """Answers requests one at a time; `refusals` gives the answer of each fault that replaces the work."""

    def __init__(
        self, store: Store, clock: Clock, faults: FaultBoard, refusals: Mapping[str, Callable[[Fault], Answer]]
    ) -> None:
        self.store = store
        self.clock = clock
        self.faults = faults
        self._refusals = refusals

    def endpoint(self, operation: str, work: Work, done: Callable[[Incoming], None] | None = None) -> Endpoint:
        """Return a Starlette endpoint that does `work`; `done` is called when the answer has gone or been dropped."""

        async def serve(request: Request) -> Response:
            began = time.perf_counter()
            incoming = await _read(request, operation)
            fault = self.faults.take(operation, [kind for kind in self.faults.kinds if kind != "duplicate"])
            kind = fault.kind if fault else None
            if kind == "drop_before":
                self._log(incoming, Answer(0), kind, began)
                return NoAnswer()
            try:
                answer = self._answer(incoming, fault, work)
                if fault and kind == "slow":
                    await _hold(request, fault.seconds)
            finally:
                if done:
                    done(incoming)
            self._log(incoming, answer, kind, began)
            return NoAnswer() if kind == "drop_after" else _response(answer)

        return serve

    def _answer(self, incoming: Incoming, fault: Fault | None, work: Work) -> Answer:
        if fault and fault.kind in self._refusals:
            return self._refusals[fault.kind](fault)
        return work(incoming, fault)

    def _log(self, incoming: Incoming, answer: Answer, fault: str | None, began: float) -> None:
        number = self.store.next_number("exchange")
        exchange = {
            "at": self.clock.now().isoformat(timespec="milliseconds"),
            "operation": incoming.operation,
            "method": incoming.method,
            "path": incoming.path,
            "form": incoming.body.decode("utf-8", "replace") if incoming.body else incoming.query,
            "headers": {name: value for name, value in incoming.headers.items() if name != "authorization"},
            "status": answer.status,
            "answer": answer.body,
            "answer_headers": answer.headers,
            "fault": fault,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
        self.store.put("exchange", str(number), exchange)
        if number % _TRIM_EVERY == 0:
            self.store.trim("exchange", KEPT_EXCHANGES)

    def exchanges(self, limit: int = -1) -> list[Record]:
        """Return the requests and their answers, newest first."""
        return self.store.all("exchange", newest_first=True, limit=limit)


async def _read(request: Request, operation: str) -> Incoming:
    root = request.scope.get("root_path", "")
    return Incoming(
        operation=operation,
        method=request.method,
        path=request.scope["path"].removeprefix(root),
        query=request.url.query,
        body=await request.body(),
        headers={name.lower(): value for name, value in request.headers.items()},
        captured={name: str(value) for name, value in request.path_params.items()},
        base=f"{request.url.scheme}://{request.url.netloc}{root}",
    )


async def _hold(request: Request, seconds: float) -> None:
    """Wait `seconds`, or until the client has gone away."""
    gone = asyncio.ensure_future(request.receive())
    await asyncio.wait([gone], timeout=seconds)
    gone.cancel()


def _response(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, answer.status, {"Content-Type": "application/json;charset=utf-8", **answer.headers})
