"""What Slack sends with a click, as our inbox keeps it. Nothing in it is trusted beyond Slack's signature."""

from __future__ import annotations

from typing import Any

from slack_bolt import BoltContext

Body = dict[str, Any]


def team_of(context: BoltContext) -> str:
    """Return the workspace in which the app is installed; somebody from outside may have clicked."""
    return str(context.authorize_result.team_id if context.authorize_result else context.team_id)


def who(body: Body) -> str:
    """Return the user id of whoever clicked, typed or submitted."""
    user = body.get("user")
    return str(user["id"] if isinstance(user, dict) else body["user_id"])


def place(body: Body) -> dict[str, Any]:
    """Return where a click happened: the channel, and the thread if the card stands in one; nothing in App Home."""
    container = body.get("container") or {}
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id")
    return {"channel": channel, "thread_ts": container.get("thread_ts")}


def evidence(body: Body, action: Body | None = None) -> dict[str, Any]:
    """Return what proves the click: channel, message, action time and whose workspace it came from."""
    container = body.get("container") or {}
    found = {
        "channel": place(body)["channel"],
        "message_ts": container.get("message_ts"),
        "view_id": (body.get("view") or {}).get("id") or container.get("view_id"),
        "action_ts": (action or {}).get("action_ts"),
        "user_team": (body.get("user") or {}).get("team_id"),
        "request": body.get("trigger_id"),
    }
    return {name: value for name, value in found.items() if value}


def click_key(body: Body, action: Body) -> str:
    """Return what is the same when Slack delivers one click twice, and differs between two clicks."""
    return f"{who(body)}:{action['action_id']}:{action['action_ts']}"
