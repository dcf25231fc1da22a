"""The workspace as `GET /_demo/api/state` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.people import BOT_USER, PEOPLE, TEAM_DOMAIN, TEAM_ID, TEAM_NAME, Person

if TYPE_CHECKING:
    from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


def picture(workspace: Workspace, viewer: Person | None) -> Json:
    """Return the whole state, or with a viewer only what that person sees."""
    return {
        "version": workspace.version,
        "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN},
        "now": workspace.clock.now().isoformat(timespec="seconds"),
        "mode": workspace.config.mode,
        "people": [person.view() for person in PEOPLE],
        "channels": [_channel(workspace, c, viewer) for c in workspace.channels.values() if sees(c, viewer)],
        "views": _views(workspace, viewer),
        "homes": {
            user: view for user, view in workspace.modals.homes.items() if viewer is None or user == viewer.id
        },
        "requests": list(workspace.journal.requests),
        "commands": list(workspace.manifest.commands),
        "shortcuts": list(workspace.manifest.shortcuts),
        "faults": workspace.faults.active(),
        "signed_requests": list(workspace.journal.signed),
        "unknown_methods": list(workspace.unknown_methods),
        "refusals": list(workspace.refusals),
    }  # fmt: skip


def sees(channel: Json, viewer: Person | None) -> bool:
    """Whether a person sees a channel at all."""
    return viewer is None or viewer.id in channel["members"]


def shown(message: Json) -> Json:
    """Return one message as `state` shows it, without its replies."""
    entry = {
        "ts": message["ts"], "user": message.get("user", BOT_USER), "bot": "bot_id" in message,
        "text": message.get("text", ""), "blocks": message.get("blocks", []),
        "attachments": message.get("attachments", []), "files": message.get("files", []),
        "metadata": message.get("metadata"), "edited": message.get("edited"), "thread_ts": message.get("thread_ts"),
        "subtype": message.get("subtype"), "reactions": message.get("reactions", []),
    }  # fmt: skip
    if "ephemeral_for" in message:
        entry["ephemeral_for"] = message["ephemeral_for"]
    return entry


def thread(workspace: Workspace, message: Json, viewer: Person | None) -> Json:
    """Return one message with its replies."""
    replies = [m for m in _visible(workspace, message["channel"], viewer) if _replies_to(m) == message["ts"]]
    return shown(message) | {"replies": [shown(reply) for reply in replies]}


def _channel(workspace: Workspace, channel: Json, viewer: Person | None) -> Json:
    visible = _visible(workspace, channel["id"], viewer)
    replies: dict[str, list[Json]] = {}
    for message in visible:
        if head := _replies_to(message):
            replies.setdefault(head, []).append(shown(message))
    heads = [shown(m) | {"replies": replies.get(m["ts"], [])} for m in visible if not _replies_to(m)]
    return {
        "id": channel["id"], "name": channel["name"], "kind": channel["kind"], "members": channel["members"],
        "bot_is_member": workspace.bot_is_in(channel), "shared": channel["shared"], "topic": channel["topic"],
        "archived": channel["archived"], "messages": heads,
    }  # fmt: skip


def _visible(workspace: Workspace, channel_id: str, viewer: Person | None) -> list[Json]:
    messages = workspace.messages.everything(channel_id)
    return [m for m in messages if viewer is None or m.get("ephemeral_for", viewer.id) == viewer.id]


def _replies_to(message: Json) -> str | None:
    head = message.get("thread_ts")
    return None if head in (None, message["ts"]) else str(head)


def _views(workspace: Workspace, viewer: Person | None) -> list[Json]:
    return [
        {**{name: view[name] for name in ("id", "type", "title", "submit", "close", "blocks", "state", "callback_id",
                                          "private_metadata", "hash", "external_id")},
         "user": user, "errors": workspace.modals.errors.get(view["id"], {}), "depth": depth}
        for user, views in workspace.modals.everybody() if viewer is None or user == viewer.id
        for depth, view in enumerate(views, start=1)
    ]  # fmt: skip
