"""Delivers a simulator's notifications to the app until the app has taken them or the tries are used up."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import httpx

from bot.sandbox.vendors.store import Record, Store

DEMO_DELAYS: Final = (0.3, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Seconds before each further try; vendors wait hours, a demo does not."""

_WAITING, _FAILED = "waiting", "failed"

Deliver = Callable[[list[Record]], bool]


def loopback_client() -> httpx.Client:
    """Return a client for the app beside us: no proxy, and no certificates to load since nothing is encrypted."""
    return httpx.Client(timeout=10.0, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


class Courier:
    """Takes parcels (JSON objects), keeps them in the store until `deliver` returns True for their batch."""

    def __init__(
        self,
        store: Store,
        deliver: Deliver,
        *,
        kind: str = "outgoing",
        batch: int = 1,
        delays: Sequence[float] = DEMO_DELAYS,
    ) -> None:
        self._store = store
        self._kind = kind
        self._deliver = deliver
        self._batch = batch
        self._delays = tuple(delays)
        self._turn = threading.Condition()
        self._closed = False
        self._due: dict[str, float] = {str(parcel["id"]): 0.0 for parcel in store.all(self._kind, owner=_WAITING)}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to deliver, in a thread of its own; a courier that has begun goes on."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is not delivered stays in the store for the next start."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        if self._thread:
            self._thread.join()

    def post(self, parcels: Sequence[Record]) -> None:
        """Take parcels that have an `id`; call it inside the transaction that makes them true, or after it."""
        for parcel in parcels:
            self._store.put(self._kind, parcel["id"], {**parcel, "attempts": 0}, owner=_WAITING)
        with self._turn:
            self._due.update({parcel["id"]: 0.0 for parcel in parcels})
            self._turn.notify_all()

    def waiting(self) -> int:
        """Return how many parcels are still to be delivered."""
        with self._turn:
            return len(self._due)

    def failed(self) -> list[Record]:
        """Return the parcels that nobody took within the tries."""
        return self._store.all(self._kind, owner=_FAILED)

    def wait_idle(self, timeout: float = 30.0) -> bool:
        """Wait until nothing is left to deliver; False when that took longer than `timeout` seconds."""
        with self._turn:
            return self._turn.wait_for(lambda: not self._due, timeout)

    def _run(self) -> None:
        while batch := self._next_batch():
            with self._store.transaction():
                parcels = self._store.some(self._kind, batch)
            taken = not parcels or self._deliver(parcels)
            self._settle(batch, parcels, taken)

    def _next_batch(self) -> list[str]:
        """Wait for parcels that are due; an empty list means that the courier was closed."""
        with self._turn:
            while not self._closed:
                now = time.monotonic()
                ready = [one for one, due in self._due.items() if due <= now][: self._batch]
                if ready:
                    return ready
                soonest = min(self._due.values(), default=None)
                self._turn.wait(None if soonest is None else max(0.0, soonest - now))
        return []

    def _settle(self, batch: Sequence[str], parcels: Sequence[Record], taken: bool) -> None:
        again: dict[str, float] = {}
        with self._store.transaction():
            for parcel in parcels:
                parcel["attempts"] += 1
                tries = parcel["attempts"]
                if taken:
                    self._store.delete(self._kind, parcel["id"])
                elif tries > len(self._delays):
                    self._store.put(self._kind, parcel["id"], parcel, owner=_FAILED)
                else:
                    self._store.put(self._kind, parcel["id"], parcel, owner=_WAITING)
                    again[parcel["id"]] = time.monotonic() + self._delays[tries - 1]
        with self._turn:
            for one in batch:
                self._due.pop(one, None)
            self._due.update(again)
            self._turn.notify_all()
