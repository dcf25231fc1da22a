"""The tokens that the workspace knows: the bot's, the app's and those given out by OAuth."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.config import SandboxConfig
from bot.sandbox.errors import SlackRefused
from bot.sandbox.store import Store
from flows.values.clock import Clock

LIFE = 43_200
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Token:
    """Who calls, and what they may do."""

    kind: str
    scopes: frozenset[str]


class Tokens:
    """Checks tokens and gives out new ones; OAuth's tokens and codes are on disk."""

    def __init__(self, store: Store, config: SandboxConfig, clock: Clock) -> None:
        self._store = store
        self._config = config
        self._clock = clock
        self._given: dict[str, Json] = dict(store.all("token"))
        self._codes: dict[str, Json] = dict(store.all("oauth_code"))

    def check(self, token: str | None, manifest_scopes: frozenset[str]) -> Token:
        """Return what a token allows; SlackRefused with Slack's name for what is wrong with it."""
        if not token:
            raise SlackRefused("not_authed")
        if token == self._config.app_token:
            return Token("app", frozenset({"connections:write"}))
        if token == self._config.bot_token:
            return Token("bot", manifest_scopes)
        given = self._given.get(token)
        if given is None or given["kind"] != "bot":
            raise SlackRefused("invalid_auth")
        if given.get("revoked"):
            raise SlackRefused("token_revoked")
        if given.get("until") and self._clock.now().timestamp() > given["until"]:
            raise SlackRefused("token_expired")
        return Token("bot", manifest_scopes & frozenset(given["scopes"]))

    def code(self, user: str, scopes: list[str], redirect_uri: str) -> str:
        """Return a code that can be exchanged once for a token."""
        code = f"{secrets.randbelow(10**13)}.{secrets.token_hex(20)}"
        self._codes[code] = {"user": user, "scopes": scopes, "redirect_uri": redirect_uri}
        self._store.put("oauth_code", code, self._codes[code])
        return code

    def exchange(self, code: str, redirect_uri: str | None) -> tuple[Json, str]:
        """Return the grant for a code, which is used up, and the id of who installed."""
        grant = self._codes.pop(code, None)
        if grant is None:
            raise SlackRefused("invalid_code")
        self._store.drop("oauth_code", code)
        if grant["redirect_uri"] != (redirect_uri or ""):
            raise SlackRefused("bad_redirect_uri")
        return self._grant(grant["scopes"], grant["user"]), str(grant["user"])

    def refresh(self, refresh_token: str) -> tuple[Json, str]:
        """Return a new grant for a refresh token, which is used up."""
        old = self._given.get(refresh_token)
        if old is None or old["kind"] != "refresh" or old.get("revoked"):
            raise SlackRefused("invalid_refresh_token")
        self._put(refresh_token, {**old, "revoked": True})
        return self._grant(old["scopes"], old["user"]), str(old["user"])

    def _grant(self, scopes: list[str], user: str) -> Json:
        rotating = self._config.token_rotation
        access = f"xoxe.xoxb-1-{secrets.token_hex(20)}" if rotating else f"xoxb-{secrets.token_hex(20)}"
        until = self._clock.now().timestamp() + LIFE if rotating else None
        self._put(access, {"kind": "bot", "scopes": scopes, "user": user, "until": until})
        if not rotating:
            return {"access_token": access, "scope": ",".join(scopes)}
        refresh = f"xoxe-1-{secrets.token_hex(20)}"
        self._put(refresh, {"kind": "refresh", "scopes": scopes, "user": user})
        return {"access_token": access, "scope": ",".join(scopes), "refresh_token": refresh, "expires_in": LIFE}

    def _put(self, token: str, body: Json) -> None:
        self._given[token] = body
        self._store.put("token", token, body)
