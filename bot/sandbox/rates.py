"""How often the app may post to one channel."""

from __future__ import annotations

import math

from bot.sandbox.errors import RateLimited
from bot.sandbox.triggers import Monotonic


class PostingRate:
    """A bucket a channel: `burst` posts at once, then `per_second`; nothing is limited when `per_second` is 0."""

    def __init__(self, monotonic: Monotonic, per_second: float, burst: int) -> None:
        self._monotonic = monotonic
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, channel: str) -> None:
        """Count one post; RateLimited, with the whole seconds to wait, when there are too many."""
        if not self._per_second:
            return
        now = self._monotonic()
        left, at = self._buckets.get(channel, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        if left < 1:
            raise RateLimited(max(1, math.ceil((1 - left) / self._per_second)))
        self._buckets[channel] = (left - 1, now)
