"""Short-lived permissions: trigger ids that open one view within three seconds, and response urls."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.errors import SlackRefused

RESPONSE_USES, RESPONSE_SECONDS = 5, 1800.0
Monotonic = Callable[[], float]


@dataclass(slots=True)
class Trigger:
    """A person's act that may open one view; `view_id` is the view it was done in, if any."""

    user: str
    view_id: str | None
    until: float
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A permission to answer one interaction: where, to whom, and in place of which message."""

    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    until: float
    uses: int = 0


class Permissions:
    """Gives out and checks trigger ids and response urls; both run on real time, whatever the demo clock says."""

    def __init__(self, monotonic: Monotonic, trigger_seconds: float) -> None:
        self._monotonic = monotonic
        self._trigger_seconds = trigger_seconds
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id for an act of `user`."""
        self._forget_old()
        id_ = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**13)}.{secrets.token_hex(16)}"
        self._triggers[id_] = Trigger(user, view_id, self._monotonic() + self._trigger_seconds)
        return id_

    def use_trigger(self, id_: str) -> Trigger:
        """Return what the trigger stands for, once and in time; SlackRefused with Slack's name for the reason."""
        trigger = self._triggers.get(id_)
        if trigger is None:
            raise SlackRefused("invalid_trigger_id")
        if trigger.used:
            raise SlackRefused("exchanged_trigger_id")
        if self._monotonic() > trigger.until:
            raise SlackRefused("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """Return the secret last part of a new response url."""
        id_ = secrets.token_urlsafe(18)
        self._urls[id_] = ResponseUrl(user, channel, message_ts, thread_ts, self._monotonic() + RESPONSE_SECONDS)
        return id_

    def use_response_url(self, id_: str) -> ResponseUrl:
        """Return where an answer goes; refused after five uses or half an hour."""
        url = self._urls.get(id_)
        if url is None or self._monotonic() > url.until:
            raise SlackRefused("expired_url")
        if url.uses >= RESPONSE_USES:
            raise SlackRefused("used_url")
        url.uses += 1
        return url

    def _forget_old(self) -> None:
        now = self._monotonic()
        if len(self._triggers) > 2000:
            self._triggers = {i: t for i, t in self._triggers.items() if now - t.until < 60}
        if len(self._urls) > 2000:
            self._urls = {i: u for i, u in self._urls.items() if now <= u.until}
