"""Once on every date of a time zone, also on those on which the clocks are changed at midnight.

APScheduler's own trigger leaves out a day whose hour is skipped, and counts some days after a change wrongly.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger

_DAY = timedelta(days=1)


class EachDay(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Due at that time of every date in `zone`.

    A time that a clock change skips is due so much later, and one that it repeats is due the first time only.
    """

    def __init__(self, at: time, zone: ZoneInfo) -> None:
        self._at, self._zone = at, zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:  # noqa: ARG002
        """Return the first instant not before `now` at which it is due."""
        today = now.astimezone(self._zone).date()
        return next(due for day in (today, today + _DAY, today + 2 * _DAY) if (due := self._on(day)) >= now)

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self._at, self._zone).astimezone(UTC)
