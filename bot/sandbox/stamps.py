"""Ids and time stamps that the workspace gives out: never twice, always growing, also across restarts."""

from __future__ import annotations

from bot.sandbox.store import Store
from flows.values.clock import Clock

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Stamps:
    """Gives message time stamps from the demo clock and counted ids such as `V00000001Z`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        counters = dict(store.all("counter"))
        self._last_micros = int(counters.get("ts", {}).get("at", 0))
        self._counts = {name: int(body["at"]) for name, body in counters.items()}

    def ts(self) -> str:
        """Return a time stamp like `1795437000.000100`, later than any before."""
        micros = max(int(self._clock.now().timestamp() * 1_000_000), self._last_micros + 1)
        self._last_micros = micros
        self._store.put("counter", "ts", {"at": micros})
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def id(self, prefix: str) -> str:
        """Return a new id that begins with `prefix` and looks like Slack's."""
        self._counts[prefix] = number = self._counts.get(prefix, 0) + 1
        self._store.put("counter", prefix, {"at": number})
        digits = ""
        while number:
            number, digit = divmod(number, 36)
            digits = _ALPHABET[digit] + digits
        return prefix + digits.rjust(9, "0")
