"""oauth.v2.access: a code or a refresh token for a bot token."""

from __future__ import annotations

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import APP_ID, BOT_USER, TEAM_ID, TEAM_NAME
from bot.sandbox.webapi.call import Call, Json, Method


def access(call: Call) -> Json:
    """Return a bot token for a code (once) or for a refresh token (once)."""
    config, args = call.workspace.config, call.args
    if args.get("client_id") != config.client_id:
        raise SlackRefused("invalid_client_id")
    if args.get("client_secret") != config.client_secret:
        raise SlackRefused("bad_client_secret")
    if args.get("grant_type") == "refresh_token":
        grant, user = call.workspace.tokens.refresh(args.get("refresh_token", ""))
    elif args.get("grant_type", "authorization_code") != "authorization_code":
        raise SlackRefused("invalid_grant_type")
    else:
        grant, user = call.workspace.tokens.exchange(args.get("code", ""), args.get("redirect_uri"))
    return grant | {
        "token_type": "bot", "bot_user_id": BOT_USER, "app_id": APP_ID, "team": {"id": TEAM_ID, "name": TEAM_NAME},
        "enterprise": None, "is_enterprise_install": False, "authed_user": {"id": user},
    }  # fmt: skip


METHODS = (
    Method(
        "oauth.v2.access", access,
        {"client_id": "str", "client_secret": "str", "code": "str", "redirect_uri": "str", "grant_type": "str",
         "refresh_token": "str"},
        token="none",
    ),
)  # fmt: skip
