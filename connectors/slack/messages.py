"""Messages: posting them under a key of ours, finding them by it, changing them; and files in threads.

The key travels in the message's metadata, where no person sees it and no edit of the text loses it.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.slack.client import Caller
from connectors.slack.identity import Identity
from flows.errors import Rejected
from flows.values.card import Card

EVENT_TYPE: Final = "dunwell_post"
_CLOCK_SKEW: Final = timedelta(minutes=5)


class Messages:
    """The messages and files of one workspace."""

    def __init__(self, caller: Caller, identity: Identity) -> None:
        self._caller = caller
        self._identity = identity

    def post(self, channel: str, card: Card, key: str, thread_ts: str | None) -> str:
        """Post and return the ts."""
        answer = self._caller.do(
            "chat.postMessage",
            channel=channel,
            text=card.text,
            blocks=list(card.blocks) or None,
            metadata=_metadata(key),
            thread_ts=thread_ts,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["ts"])

    def find(self, channel: str, key: str, since: datetime, thread_ts: str | None) -> str | None:
        """Return the ts of our message with that key; messages of other apps that copy the key do not count."""
        oldest = f"{(since - _CLOCK_SKEW).timestamp():.6f}"
        if thread_ts is None:
            found = self._caller.pages(
                "conversations.history", "messages", channel=channel, oldest=oldest, include_all_metadata=True
            )
        else:
            found = self._caller.pages(
                "conversations.replies",
                "messages",
                channel=channel,
                ts=thread_ts,
                oldest=oldest,
                include_all_metadata=True,
            )
        return next((str(one["ts"]) for one in found if _key_of(one) == key and self._ours(one)), None)

    def update(self, channel: str, ts: str, card: Card, key: str) -> None:
        """Replace text and blocks."""
        self._caller.put(
            "chat.update", channel=channel, ts=ts, text=card.text, blocks=list(card.blocks), metadata=_metadata(key)
        )

    def post_ephemeral(self, channel: str, user_id: str, card: Card, thread_ts: str | None) -> None:
        """Show to one person."""
        self._caller.do(
            "chat.postEphemeral",
            channel=channel,
            user=user_id,
            text=card.text,
            blocks=list(card.blocks) or None,
            thread_ts=thread_ts,
        )

    def upload(self, channel: str, thread_ts: str, filename: str, title: str, content: bytes) -> str:
        """Share a file in a thread: announce it, send the bytes, complete it. Only the last step shows anything."""
        if not content:
            raise Rejected("Slack", f"{filename} is empty, and Slack takes no empty files.")
        announced = self._caller.read("files.getUploadURLExternal", filename=filename, length=len(content))
        self._caller.send_bytes(str(announced["upload_url"]), content)
        file_id = str(announced["file_id"])
        self._caller.do(
            "files.completeUploadExternal",
            files=json.dumps([{"id": file_id, "title": title}]),
            channel_id=channel,
            thread_ts=thread_ts,
        )
        return file_id

    def find_upload(self, channel: str, thread_ts: str, filename: str) -> str | None:
        """Return the id of our file of that name in the thread."""
        replies = self._caller.pages("conversations.replies", "messages", channel=channel, ts=thread_ts)
        for message in replies:
            for file in message.get("files") or []:
                if file.get("name") == filename and self._ours(message):
                    return str(file["id"])
        return None

    def permalink(self, channel: str, ts: str) -> str:
        """Return the link to a message."""
        return str(self._caller.read("chat.getPermalink", channel=channel, message_ts=ts)["permalink"])

    def _ours(self, message: dict[str, Any]) -> bool:
        me = self._identity.me()
        return me.user_id == message.get("user") or (me.bot_id is not None and me.bot_id == message.get("bot_id"))


def _metadata(key: str) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}


def _key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return None if key is None else str(key)
