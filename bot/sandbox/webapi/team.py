"""auth.test, team.info, bots.info and reactions.add."""

from __future__ import annotations

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from bot.sandbox.webapi.call import Call, Json, Method


def auth_test(call: Call) -> Json:
    """Return who the token belongs to."""
    return {
        "url": f"{call.workspace.config.base_url}/", "team": TEAM_NAME, "user": "dunwell", "team_id": TEAM_ID,
        "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False,
    }  # fmt: skip


def team_info(call: Call) -> Json:
    """Return the workspace."""
    if call.args.get("team", TEAM_ID) != TEAM_ID:
        raise SlackRefused("team_not_found")
    return {
        "team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "demo.example", "icon": {}}
    }


def bot_info(call: Call) -> Json:
    """Return the bot."""
    if call.args.get("bot", BOT_ID) != BOT_ID:
        raise SlackRefused("bot_not_found")
    bot = {
        "id": BOT_ID,
        "deleted": False,
        "name": "dunwell",
        "app_id": APP_ID,
        "user_id": BOT_USER,
        "updated": 0,
        "icons": {},
    }
    return {"bot": bot}


def add_reaction(call: Call) -> Json:
    """Put the bot's reaction on a message, once."""
    channel = call.workspace.channel(call.args["channel"])
    if not call.workspace.bot_is_in(channel):
        raise SlackRefused("not_in_channel")
    message = call.workspace.messages.get(channel["id"], call.args["timestamp"])
    if message is None or "ephemeral_for" in message:
        raise SlackRefused("message_not_found")
    reactions = [dict(one) for one in message.get("reactions", [])]
    mine = next((one for one in reactions if one["name"] == call.args["name"]), None)
    if mine and BOT_USER in mine["users"]:
        raise SlackRefused("already_reacted")
    if mine is None:
        mine = {"name": call.args["name"], "users": [], "count": 0}
        reactions.append(mine)
    mine |= {"users": [*mine["users"], BOT_USER], "count": mine["count"] + 1}
    call.workspace.messages.edit(message, {"reactions": reactions}, None)
    return {}


METHODS = (
    Method("auth.test", auth_test),
    Method("team.info", team_info, {"team": "str", "domain": "str"}, "team:read"),
    Method("bots.info", bot_info, {"bot": "str"}, "users:read"),
    Method("reactions.add", add_reaction, {"channel": "str!", "name": "str!", "timestamp": "str!"}, "reactions:write"),
)
