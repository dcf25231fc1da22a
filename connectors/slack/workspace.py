"""One Slack workspace behind `flows.ports.SlackWorkspace`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from slack_sdk import WebClient

from connectors.slack.channels import Channels
from connectors.slack.client import Caller
from connectors.slack.identity import Identity
from connectors.slack.messages import Messages
from connectors.slack.people import People
from connectors.transport import Gate, open_gate
from flows.errors import FarSideError, Rejected
from flows.ports import ChannelState, Person
from flows.values.card import Card, View
from flows.values.clock import Clock, SystemClock


class SlackClientWorkspace:
    """The workspace of the client's token. Make the client with `connectors.slack.client.make_client`."""

    def __init__(self, client: WebClient, clock: Clock | None = None, *, gate: Gate = open_gate) -> None:
        self._caller = Caller(client, gate)
        self._identity = Identity(self._caller)
        self._messages = Messages(self._caller, self._identity)
        self._people = People(self._caller, self._identity, clock or SystemClock())
        self._channels = Channels(self._caller)

    def post(self, channel: str, card: Card, *, key: str, thread_ts: str | None = None) -> str:
        with self._naming(channel):
            return self._messages.post(channel, card, key, thread_ts)

    def find_post(self, channel: str, *, key: str, since: datetime, thread_ts: str | None = None) -> str | None:
        with self._naming(channel):
            return self._messages.find(channel, key, since, thread_ts)

    def update(self, channel: str, ts: str, card: Card, *, key: str) -> None:
        with self._naming(channel):
            self._messages.update(channel, ts, card, key)

    def post_ephemeral(self, channel: str, user_id: str, card: Card, *, thread_ts: str | None = None) -> None:
        with self._naming(channel):
            self._messages.post_ephemeral(channel, user_id, card, thread_ts)

    def upload(self, channel: str, *, thread_ts: str, filename: str, title: str, content: bytes) -> str:
        with self._naming(channel):
            return self._messages.upload(channel, thread_ts, filename, title, content)

    def find_upload(self, channel: str, *, thread_ts: str, filename: str) -> str | None:
        with self._naming(channel):
            return self._messages.find_upload(channel, thread_ts, filename)

    def open_dm(self, user_id: str) -> str:
        return self._channels.open_dm(user_id)

    def publish_home(self, user_id: str, view: View) -> None:
        self._caller.put("views.publish", user_id=user_id, view=view.payload)

    def update_view(self, view_id: str, view: View) -> None:
        self._caller.put("views.update", view_id=view_id, view=view.payload)

    def group_members(self, group: str, *, lately: bool = False) -> frozenset[str]:
        return self._people.group_members(group, lately=lately)

    def person(self, user_id: str) -> Person:
        return self._people.person(user_id)

    def person_by_email(self, email: str) -> Person | None:
        return self._people.by_email(email)

    def permalink(self, channel: str, ts: str) -> str:
        with self._naming(channel):
            return self._messages.permalink(channel, ts)

    def channel(self, name_or_id: str) -> ChannelState | None:
        return self._channels.find(name_or_id)

    def granted_scopes(self) -> frozenset[str]:
        return self._identity.scopes()

    @contextmanager
    def _naming(self, channel: str) -> Iterator[None]:
        """Let refusals name the channel and the bot as people know them, not by their ids."""
        try:
            yield
        except Rejected as error:
            if channel not in error.reason:
                raise
            words = error.reason.replace(channel, self._channel_name(channel)).replace("@dunwell", f"@{self._me()}")
            raise Rejected(error.system, words, code=error.code) from error

    def _channel_name(self, channel: str) -> str:
        try:
            found = self._channels.find(channel)
        except FarSideError:  # the refusal itself is what matters; the id names the channel too
            return channel
        return f"#{found.name}" if found and found.name else channel

    def _me(self) -> str:
        try:
            return self._identity.me().name
        except FarSideError:  # as above
            return "dunwell"
