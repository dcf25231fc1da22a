"""Channels by id or by name, as far as the bot sees them."""

from __future__ import annotations

import re
from typing import Final

from connectors.slack.client import Answer, Caller
from flows.errors import Rejected
from flows.ports import ChannelState

_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,}")  # names are in lower case


class Channels:
    """The channels of a workspace."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def find(self, name_or_id: str) -> ChannelState | None:
        """Return the channel, or None when the bot cannot see one of that id or name."""
        wanted = name_or_id.strip().removeprefix("#")
        return self._by_id(wanted) if _ID.fullmatch(wanted) else self._by_name(wanted)

    def open_dm(self, user_id: str) -> str:
        """Return the channel id of the direct messages with a person."""
        return str(self._caller.put("conversations.open", users=user_id)["channel"]["id"])

    def _by_id(self, channel_id: str) -> ChannelState | None:
        try:
            return _state(self._caller.read("conversations.info", channel=channel_id)["channel"])
        except Rejected as error:
            if error.code == "slack.channel_not_found":
                return None
            raise

    def _by_name(self, name: str) -> ChannelState | None:
        channels = self._caller.pages("conversations.list", "channels", types="public_channel,private_channel")
        found = (channel for channel in channels if str(channel["name"]).casefold() == name.casefold())
        return next((_state(channel) for channel in found), None)


def _state(channel: Answer) -> ChannelState:
    return ChannelState(
        channel_id=str(channel["id"]),
        name=str(channel.get("name") or ""),
        is_member=bool(channel.get("is_member") or channel.get("is_im")),
        is_archived=bool(channel.get("is_archived")),
    )
