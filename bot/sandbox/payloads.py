"""Interaction payloads, shaped as Slack sends them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks import elements_of
from bot.sandbox.inputs import HOLDS, first_values
from bot.sandbox.people import APP_ID, TEAM_DOMAIN, TEAM_ID, Person
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]
TOKEN = "verification-token"


def user_of(person: Person) -> Json:
    """Return who acted; somebody from another company carries that company's team id."""
    return {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team_id}


def common(kind: str, person: Person) -> Json:
    """Return the fields that every interaction has."""
    return {
        "type": kind, "user": user_of(person), "api_app_id": APP_ID, "token": TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN}, "enterprise": None, "is_enterprise_install": False,
    }  # fmt: skip


def channel_of(channel: Json) -> Json:
    """Return a channel as payloads name it."""
    return {"id": channel["id"], "name": "directmessage" if channel["kind"] == "im" else channel["name"]}


def action_of(block: Json, element: Json, held: Json | None, ts: str) -> Json:
    """Return the action of pressing or choosing `element`; `held` is what a menu or picker holds now."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    if element["type"] == "button":
        shown = ("text", "value", "style", "url")
        return action | {name: element[name] for name in shown if name in element}
    if held:
        action |= held
    kept = ("placeholder", HOLDS[element["type"]][1])
    return action | {name: element[name] for name in kept if name in element}


def block_actions_on_message(
    workspace: Workspace, person: Person, message: Json, action: Json, values: Json
) -> Json:  # fmt: skip
    """Return the payload of an act in a message; an ephemeral message is not in it, as Slack leaves it out."""
    channel = workspace.channels[message["channel"]]
    ephemeral = "ephemeral_for" in message
    url = workspace.permissions.response_url(person.id, channel["id"], message["ts"], message.get("thread_ts"))
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel["id"], "is_ephemeral": ephemeral}
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    payload = common("block_actions", person) | {
        "container": container,
        "trigger_id": workspace.permissions.trigger(person.id),
        "channel": channel_of(channel),
        "state": {"values": values},
        "response_url": f"{workspace.config.base_url}/response/{url}",
        "actions": [action],
    }
    return payload if ephemeral else payload | {"message": workspace.messages.shown_to_app(message)}


def block_actions_on_view(workspace: Workspace, person: Person, view: Json, action: Json) -> Json:
    """Return the payload of an act in a modal or in App Home."""
    return common("block_actions", person) | {
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": workspace.permissions.trigger(person.id, view["id"]),
        "view": view,
        "actions": [action],
    }


def view_submission(workspace: Workspace, person: Person, view: Json) -> Json:
    """Return the payload of sending a modal."""
    trigger = workspace.permissions.trigger(person.id, view["id"])
    return common("view_submission", person) | {"trigger_id": trigger, "view": view, "response_urls": []}


def view_closed(person: Person, view: Json, cleared: bool) -> Json:
    """Return the payload of closing a modal without sending it."""
    return common("view_closed", person) | {"view": view, "is_cleared": cleared}


def slash_command(workspace: Workspace, person: Person, channel: Json, command: str, text: str) -> Json:
    """Return the form fields of a slash command."""
    url = workspace.permissions.response_url(person.id, channel["id"])
    return {
        "token": TOKEN, "team_id": TEAM_ID, "team_domain": TEAM_DOMAIN, "channel_id": channel["id"],
        "channel_name": channel_of(channel)["name"], "user_id": person.id, "user_name": person.handle,
        "command": command, "text": text, "api_app_id": APP_ID, "is_enterprise_install": "false",
        "response_url": f"{workspace.config.base_url}/response/{url}",
        "trigger_id": workspace.permissions.trigger(person.id),
    }  # fmt: skip


def global_shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    """Return the payload of a shortcut from the search box."""
    trigger = workspace.permissions.trigger(person.id)
    return common("shortcut", person) | {
        "callback_id": callback_id,
        "trigger_id": trigger,
        "action_ts": workspace.stamps.ts(),
    }


def message_shortcut(workspace: Workspace, person: Person, message: Json, callback_id: str) -> Json:
    """Return the payload of a shortcut from a message's menu."""
    channel = workspace.channels[message["channel"]]
    url = workspace.permissions.response_url(person.id, channel["id"], thread_ts=message.get("thread_ts"))
    return common("message_action", person) | {
        "callback_id": callback_id,
        "trigger_id": workspace.permissions.trigger(person.id),
        "action_ts": workspace.stamps.ts(),
        "message_ts": message["ts"],
        "message": workspace.messages.shown_to_app(message),
        "channel": channel_of(channel),
        "response_url": f"{workspace.config.base_url}/response/{url}",
    }


def block_suggestion(person: Person, block: Json, element: Json, query: str, place: Json) -> Json:
    """Return the question for the choices of an external menu; `place` names the message or view."""
    own = {"action_id": element["action_id"], "block_id": block["block_id"], "value": query}
    return common("block_suggestion", person) | own | place


def values_with(blocks: list[Json], touched: dict[str, dict[str, Json]]) -> Json:
    """Return `state.values` of a message's blocks with what the person has chosen there."""
    values = first_values(blocks)
    for block_id, actions in touched.items():
        if block_id in values:
            values[block_id] |= {name: held for name, held in actions.items() if name in values[block_id]}
    return values


def element_named(blocks: list[Json], action_id: str, value: str | None = None) -> tuple[Json, Json] | None:
    """Return the block and element with an action id (and, where it is given, this value), or None."""
    for block in blocks:
        for element in elements_of(block):
            if element["action_id"] == action_id and (value is None or element.get("value", value) == value):
                return block, element
    return None
