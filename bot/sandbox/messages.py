"""The messages of all channels, as Slack would show them to the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.blocks import with_ids
from bot.sandbox.stamps import Stamps
from bot.sandbox.store import Store

Json = dict[str, Any]
PRIVATE = ("channel", "ephemeral_for")


class Messages:
    """Keeps messages by channel and time stamp, oldest first; ephemeral ones stand among them, marked."""

    def __init__(self, store: Store, stamps: Stamps, changed: Callable[[], None]) -> None:
        self._store = store
        self._stamps = stamps
        self._changed = changed
        self._channels: dict[str, dict[str, Json]] = {}
        for _, message in store.all("message"):
            self._channels.setdefault(message["channel"], {})[message["ts"]] = message

    def add(self, channel: str, message: Json) -> Json:
        """Post a message: it gets its time stamp and the ids of its blocks."""
        ts = self._stamps.ts()
        whole = {"type": "message", **message, "ts": ts, "channel": channel}
        if "blocks" in whole:
            whole["blocks"] = with_ids(whole["blocks"], ts)
        self._channels.setdefault(channel, {})[ts] = whole
        return self._keep(whole)

    def edit(self, message: Json, news: Json, by: str | None) -> Json:
        """Replace parts of a message; None takes a part away; `by` marks it as edited."""
        if news.get("blocks"):
            news = {**news, "blocks": with_ids(news["blocks"], f"{message['ts']}/{self._stamps.id('E')}")}
        message.update(news)
        for name in [name for name, value in message.items() if value is None]:
            del message[name]
        if by:
            message["edited"] = {"user": by, "ts": self._stamps.ts()}
        return self._keep(message)

    def remove(self, message: Json) -> None:
        """Take a message away; the head of a thread leaves a tombstone."""
        if self.replies(message["channel"], message["ts"]):
            self.edit(message, {"subtype": "tombstone", "text": "This message was deleted.", "blocks": None}, None)
            return
        del self._channels[message["channel"]][message["ts"]]
        self._store.drop("message", f"{message['channel']}/{message['ts']}")
        self._changed()

    def get(self, channel: str, ts: str) -> Json | None:
        """Return one message, ephemeral or not."""
        return self._channels.get(channel, {}).get(ts)

    def lasting(self, channel: str) -> list[Json]:
        """Return the messages of a channel that are not ephemeral, replies among them, oldest first."""
        return [m for m in self._channels.get(channel, {}).values() if "ephemeral_for" not in m]

    def everything(self, channel: str) -> list[Json]:
        """Return all messages of a channel, the ephemeral ones too, oldest first."""
        return list(self._channels.get(channel, {}).values())

    def replies(self, channel: str, thread_ts: str) -> list[Json]:
        """Return the replies of a thread, oldest first."""
        return [m for m in self.lasting(channel) if m.get("thread_ts") == thread_ts and m["ts"] != thread_ts]

    def ephemeral_since(self, user: str, ts: str) -> list[Json]:
        """Return what only `user` was shown later than `ts`, with its channel."""
        found = [
            m for shown in self._channels.values() for m in shown.values()
            if m.get("ephemeral_for") == user and m["ts"] > ts
        ]  # fmt: skip
        return sorted(found, key=lambda m: str(m["ts"]))

    def shown_to_app(self, message: Json, *, metadata: bool = True) -> Json:
        """Return a message as the Web API and payloads carry it, with the count of its replies."""
        public = {k: v for k, v in message.items() if k not in PRIVATE and (metadata or k != "metadata")}
        if replies := self.replies(message["channel"], message["ts"]):
            users = list(dict.fromkeys(reply["user"] for reply in replies))
            public |= {
                "thread_ts": message["ts"], "reply_count": len(replies), "reply_users": users,
                "reply_users_count": len(users), "latest_reply": replies[-1]["ts"],
            }  # fmt: skip
        return public

    def _keep(self, message: Json) -> Json:
        self._store.put("message", f"{message['channel']}/{message['ts']}", message)
        self._changed()
        return message
