"""conversations.*: channels, their members and what was said in them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import BOT_USER, OTHER_TEAM_ID, TEAM_ID
from bot.sandbox.webapi.call import Call, Json, Method, page

PAGES = {"cursor": "str", "limit": "int"}
SPAN = {"latest": "str", "oldest": "str", "inclusive": "bool", "include_all_metadata": "bool"}


def open_dm(call: Call) -> Json:
    """Open the direct messages with one person."""
    if call.args.get("channel"):
        channel = call.workspace.channel(call.args["channel"])
        if channel["kind"] != "im":
            raise SlackRefused("method_not_supported_for_channel_type")
    else:
        users = [user for user in call.args.get("users", "").split(",") if user]
        if not users:
            raise SlackRefused("users_list_not_supplied")
        if len(users) > 1:
            raise SlackRefused("too_many_users", "the demo workspace has no group messages")
        person = call.workspace.member(users[0])
        if person.outsider:
            raise SlackRefused("user_not_found", "an app cannot write to people of another company directly")
        channel = call.workspace.channel(person.im)
    shown = _shown(call, channel) if call.args.get("return_im") else {"id": channel["id"]}
    return {"no_op": True, "already_open": True, "channel": shown}


def info(call: Call) -> Json:
    """Return one channel."""
    channel = call.workspace.channel(call.args["channel"])
    call.need("im:read" if channel["kind"] == "im" else "channels:read")
    shown = _shown(call, channel)
    if call.args.get("include_num_members"):
        shown["num_members"] = len(channel["members"])
    return {"channel": shown}


def list_all(call: Call) -> Json:
    """Return the channels of the asked types; public channels when none is asked."""
    kinds = call.args.get("types", "public_channel").split(",")
    if unknown := set(kinds) - {"public_channel", "private_channel", "mpim", "im"}:
        raise SlackRefused("invalid_types", f"unknown: {', '.join(sorted(unknown))}")
    for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read"), ("im", "im:read"),
                        ("mpim", "mpim:read")):  # fmt: skip
        if kind in kinds:
            call.need(scope)
    found = [
        _shown(call, c) for c in call.workspace.channels.values()
        if ("im" if c["kind"] == "im" else "public_channel") in kinds
        and not (call.args.get("exclude_archived") and c["archived"])
    ]  # fmt: skip
    channels, metadata = page(found, call.args)
    return {"channels": channels, "response_metadata": metadata}


def members(call: Call) -> Json:
    """Return the ids of a channel's members, the bot's too."""
    channel = call.workspace.channel(call.args["channel"])
    call.need("im:read" if channel["kind"] == "im" else "channels:read")
    ids, metadata = page(channel["members"], call.args)
    return {"members": ids, "response_metadata": metadata}


def join(call: Call) -> Json:
    """Enter a public channel."""
    channel = call.workspace.channel(call.args["channel"])
    if channel["kind"] == "im":
        raise SlackRefused("method_not_supported_for_channel_type")
    if channel["archived"]:
        raise SlackRefused("is_archived")
    if call.workspace.bot_is_in(channel):
        return {"channel": _shown(call, channel), "warning": "already_in_channel"}
    call.workspace.change_channel(channel, members=[*channel["members"], BOT_USER])
    return {"channel": _shown(call, channel)}


def history(call: Call) -> Json:
    """Return a channel's messages, newest first, without the replies in threads."""
    channel = _readable(call)
    messages = [
        m for m in call.workspace.messages.lasting(channel["id"])
        if m.get("thread_ts") in (None, m["ts"]) or m.get("subtype") == "thread_broadcast"
    ]  # fmt: skip
    shown, metadata = page([m for m in reversed(messages) if _within(m["ts"], call.args)], call.args, most=999)
    return _said(call, shown, metadata) | {"pin_count": 0}


def replies(call: Call) -> Json:
    """Return a thread, its head first; the ts of a reply gives that reply alone."""
    channel = _readable(call)
    head = call.workspace.messages.get(channel["id"], call.args["ts"])
    if head is None or "ephemeral_for" in head:
        raise SlackRefused("thread_not_found")
    rest = [m for m in call.workspace.messages.replies(channel["id"], head["ts"]) if _within(m["ts"], call.args)]
    shown, metadata = page([head, *rest], call.args, default=1000)
    return _said(call, shown, metadata)


def _readable(call: Call) -> Json:
    channel = call.workspace.channel(call.args["channel"])
    call.need("im:history" if channel["kind"] == "im" else "channels:history")
    if not call.workspace.bot_is_in(channel):
        raise SlackRefused("not_in_channel")
    return channel


def _within(ts: str, args: Json) -> bool:
    """Whether a time stamp lies between `oldest` and `latest`; on the edge only when `inclusive`."""
    oldest, latest = args.get("oldest"), args.get("latest")
    at = _micros(ts)
    if oldest and (at < _micros(oldest) or (at == _micros(oldest) and not args.get("inclusive"))):
        return False
    return not (latest and (at > _micros(latest) or (at == _micros(latest) and not args.get("inclusive"))))


def _micros(ts: str) -> int:
    whole, _, fraction = ts.partition(".")
    if not whole.isdigit() or not (fraction or "0").isdigit():
        raise SlackRefused("invalid_ts_latest", f"not a time stamp: {ts}")
    return int(whole) * 1_000_000 + int((fraction or "0").ljust(6, "0")[:6])


def _said(call: Call, messages: list[Json], metadata: Json) -> Json:
    keep = bool(call.args.get("include_all_metadata"))
    shown = [call.workspace.messages.shown_to_app(m, metadata=keep) for m in messages]
    return {"messages": shown, "has_more": bool(metadata["next_cursor"]), "response_metadata": metadata}


def _shown(call: Call, channel: Json) -> Json:
    im = channel["kind"] == "im"
    common: dict[str, Any] = {
        "id": channel["id"], "created": 1_700_000_000, "is_archived": channel["archived"], "is_im": im,
        "is_channel": not im, "is_group": False, "is_mpim": False, "is_private": im, "context_team_id": TEAM_ID,
    }  # fmt: skip
    if im:
        return common | {"user": next(m for m in channel["members"] if m != BOT_USER), "is_open": True}
    return common | {
        "name": channel["name"], "name_normalized": channel["name"], "is_member": call.workspace.bot_is_in(channel),
        "is_general": channel["id"] == "C0GENERAL", "is_shared": channel["shared"], "is_ext_shared": channel["shared"],
        "shared_team_ids": [TEAM_ID, OTHER_TEAM_ID] if channel["shared"] else [TEAM_ID],
        "topic": {"value": channel["topic"], "creator": "U0DANA", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }  # fmt: skip


METHODS = (
    Method("conversations.open", open_dm, {"channel": "str", "users": "str", "return_im": "bool"}, "im:write"),
    Method("conversations.info", info, {"channel": "str!", "include_locale": "bool", "include_num_members": "bool"}),
    Method("conversations.list", list_all, {**PAGES, "exclude_archived": "bool", "types": "str"}),
    Method("conversations.members", members, {"channel": "str!", **PAGES}),
    Method("conversations.join", join, {"channel": "str!"}, "channels:join"),
    Method("conversations.history", history, {"channel": "str!", **PAGES, **SPAN}),
    Method("conversations.replies", replies, {"channel": "str!", "ts": "str!", **PAGES, **SPAN}),
)
