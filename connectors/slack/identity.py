"""Who we are in the workspace: the answer of auth.test, asked once per token."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.slack.client import Caller


@dataclass(frozen=True, slots=True)
class Me:
    """The bot user of the token in use."""

    user_id: str
    bot_id: str | None
    name: str
    team_id: str


class Identity:
    """Knows who the token belongs to."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._me: Me | None = None

    def me(self) -> Me:
        """Return who we are."""
        if self._me is None:
            answer = self._caller.read("auth.test")
            bot_id = answer.get("bot_id")
            self._me = Me(
                user_id=str(answer["user_id"]),
                bot_id=None if bot_id is None else str(bot_id),
                name=str(answer.get("user") or "dunwell"),
                team_id=str(answer["team_id"]),
            )
        return self._me

    def scopes(self) -> frozenset[str]:
        """Return the scopes of the token, as they are now."""
        granted = self._caller.headers("auth.test").get("x-oauth-scopes", "")
        return frozenset(scope.strip() for scope in granted.split(",") if scope.strip())
