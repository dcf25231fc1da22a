"""What was sent to the app and how quickly it answered."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from bot.sandbox.store import Store

KEPT_REQUESTS, KEPT_SIGNED = 500, 200
Json = dict[str, Any]


class Journal:
    """The interactions (kept on disk) and the requests that carried them, with headers (kept in memory)."""

    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self.requests: deque[Json] = deque((body for _, body in store.all("request")), maxlen=KEPT_REQUESTS)
        self.signed: deque[Json] = deque(maxlen=KEPT_SIGNED)

    def open(self, entry: Json) -> Json:
        """Begin an entry: something is on its way to the app."""
        if len(self.requests) == KEPT_REQUESTS:
            self._store.drop("request", self.requests[0]["id"])
        self.requests.append(entry)
        return self.write(entry)

    def write(self, entry: Json, **news: Any) -> Json:
        """Add what is known now to an entry."""
        entry.update(news)
        self._store.put("request", entry["id"], entry)
        self._changed()
        return entry

    def sign(self, entry: Json) -> None:
        """Log one request as it went over the wire."""
        self.signed.append(entry)
