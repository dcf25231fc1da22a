"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

import json
import re
from typing import Any

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER, TEAM_ID, TEAM_NAME
from bot.sandbox.replies import content_of
from bot.sandbox.webapi.call import Call, Json, Method

METADATA_BYTES = 16_384
CONTENT = {"text": "str", "blocks": "json", "attachments": "json", "markdown_text": "str"}
MANNERS = {"as_user": "bool", "link_names": "bool", "parse": "str"}
LOOKS = {"icon_emoji": "str", "icon_url": "str", "username": "str"}
METADATA = {"metadata": "json"}


def post_message(call: Call) -> Json:
    """Post in a channel the bot is in, in a thread of it, or to a person."""
    channel = writable_channel(call, call.args["channel"])
    body = _body(call)
    if thread_ts := call.args.get("thread_ts"):
        body["thread_ts"] = thread_head(call, channel, thread_ts)
    call.workspace.rate.take(channel["id"])
    message = call.workspace.messages.add(channel["id"], body)
    if call.args.get("reply_broadcast") and thread_ts:
        call.workspace.messages.edit(message, {"subtype": "thread_broadcast"}, None)
    shown = call.workspace.messages.shown_to_app(message)
    return {"channel": channel["id"], "ts": message["ts"], "message": shown}


def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel only."""
    channel = writable_channel(call, call.args["channel"])
    person = call.workspace.member(call.args["user"])
    if person.id not in channel["members"]:
        raise SlackRefused("user_not_in_channel")
    body = _body(call) | {"ephemeral_for": person.id}
    if thread_ts := call.args.get("thread_ts"):
        body["thread_ts"] = thread_head(call, channel, thread_ts)
    message = call.workspace.messages.add(channel["id"], body)
    return {"message_ts": message["ts"]}


def update(call: Call) -> Json:
    """Change a message of the bot's own; blocks that are not given stay, an empty list ends them."""
    channel, message = _own_message(call, "cant_update_message")
    ended = {"blocks": None} if call.args.get("blocks") == [] else {}
    call.workspace.messages.edit(message, ended | _content(call), BOT_USER)
    shown = call.workspace.messages.shown_to_app(message)
    return {"channel": channel["id"], "ts": message["ts"], "text": message.get("text", ""), "message": shown}


def delete(call: Call) -> Json:
    """Delete a message of the bot's own."""
    channel, message = _own_message(call, "cant_delete_message")
    call.workspace.messages.remove(message)
    return {"channel": channel["id"], "ts": message["ts"]}


def permalink(call: Call) -> Json:
    """Return the address of a message."""
    channel = call.workspace.channel(call.args["channel"])
    message = call.workspace.messages.get(channel["id"], call.args["message_ts"])
    if message is None or "ephemeral_for" in message:
        raise SlackRefused("message_not_found")
    base = f"{call.workspace.config.base_url}/archives/{channel['id']}/p{message['ts'].replace('.', '')}"
    head = message.get("thread_ts")
    tail = f"?thread_ts={head}&cid={channel['id']}" if head and head != message["ts"] else ""
    return {"channel": channel["id"], "permalink": base + tail}


def writable_channel(call: Call, name: str) -> Json:
    """Return the channel to write in: one the bot is in, or a person's direct messages; refused with Slack's reason."""
    workspace = call.workspace
    if name in workspace.people:
        if workspace.people[name].outsider:
            raise SlackRefused("user_not_found", "an app cannot write to people of another company directly")
        name = workspace.people[name].im
    channel = workspace.channel(name)
    if channel["archived"]:
        raise SlackRefused("is_archived")
    if not workspace.bot_is_in(channel) and "chat:write.public" not in call.token.scopes:
        raise SlackRefused("not_in_channel")
    return channel


def _own_message(call: Call, refusal: str) -> tuple[Json, Json]:
    channel = call.workspace.channel(call.args["channel"])
    message = call.workspace.messages.get(channel["id"], call.args["ts"])
    if message is None or "ephemeral_for" in message or message.get("subtype") == "tombstone":
        raise SlackRefused("message_not_found")
    if message.get("bot_id") != BOT_ID:
        raise SlackRefused(refusal)
    return channel, message


def thread_head(call: Call, channel: Json, thread_ts: str) -> str:
    """Return the ts of the thread to answer in; only a message that is no reply itself can have one."""
    head = call.workspace.messages.get(channel["id"], thread_ts)
    if head is None or "ephemeral_for" in head:
        raise SlackRefused("thread_not_found")
    if head.get("thread_ts", thread_ts) != thread_ts:
        raise SlackRefused("cannot_reply_to_message")
    return thread_ts


def _body(call: Call) -> Json:
    if any(call.args.get(name) for name in LOOKS):
        call.need("chat:write.customize")
    profile = {"id": BOT_ID, "app_id": APP_ID, "name": "dunwell", "team_id": TEAM_ID, "team_name": TEAM_NAME}
    author = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM_ID, "bot_profile": profile}
    return {**author, **_content(call)}


def _content(call: Call) -> Json:
    args = dict(call.args)
    if "markdown_text" in args:
        if "text" in args or "blocks" in args:
            raise SlackRefused("markdown_text_conflict", "markdown_text cannot stand beside text or blocks")
        args |= {"text": args["markdown_text"], "blocks": [{"type": "markdown", "text": args["markdown_text"]}]}
    if args.get("attachments"):
        raise SlackRefused("invalid_attachments", "attachments are the old way: use blocks")
    if "metadata" in args:
        _check_metadata(args["metadata"])
    return content_of(args)


def _check_metadata(metadata: Any) -> None:
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise SlackRefused("invalid_metadata_format", "metadata is {event_type, event_payload}")
    named = re.fullmatch(r"[A-Za-z0-9_.:-]{1,255}", str(metadata["event_type"]))
    if not named or not isinstance(metadata["event_payload"], dict):
        raise SlackRefused("invalid_metadata_schema", "event_type is a word, event_payload an object")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackRefused("metadata_too_large")


METHODS = (
    Method(
        "chat.postMessage", post_message,
        {"channel": "str!", **CONTENT, **MANNERS, **LOOKS, **METADATA, "thread_ts": "str", "reply_broadcast": "bool",
         "unfurl_links": "bool", "unfurl_media": "bool", "mrkdwn": "bool"},
        "chat:write",
    ),
    Method(
        "chat.postEphemeral", post_ephemeral,
        {"channel": "str!", "user": "str!", **CONTENT, **MANNERS, **LOOKS, "thread_ts": "str"}, "chat:write",
    ),
    Method(
        "chat.update", update,
        {"channel": "str!", "ts": "str!", **CONTENT, **MANNERS, **METADATA, "reply_broadcast": "bool"}, "chat:write",
    ),
    Method("chat.delete", delete, {"channel": "str!", "ts": "str!", "as_user": "bool"}, "chat:write"),
    Method("chat.getPermalink", permalink, {"channel": "str!", "message_ts": "str!"}),
)  # fmt: skip
