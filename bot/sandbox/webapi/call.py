"""What a Web API method is, and the arguments of one call."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import SlackRefused
from bot.sandbox.socket_mode import SocketTransport
from bot.sandbox.tokens import Token
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the workspace it is made on, who makes it, and its arguments as their types say."""

    workspace: Workspace
    socket: SocketTransport
    token: Token
    args: Json

    def need(self, scope: str) -> None:
        """Refuse the call when its token lacks a scope."""
        if scope not in self.token.scopes:
            provided = ",".join(sorted(self.token.scopes))
            raise SlackRefused("missing_scope", needed=scope, provided=provided)


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its name, what it does, the scope it needs and its arguments.

    `arguments` maps a name to "str", "int", "bool" or "json", with a "!" behind it when it must be given.
    """

    name: str
    do: Callable[[Call], Json]
    arguments: Mapping[str, str] = field(default_factory=dict)
    scope: str | None = None
    token: str = "bot"


def read_arguments(method: Method, given: Json) -> Json:
    """Return the arguments as their types say; SlackRefused("invalid_arguments") names the wrong and the missing."""
    problems = [f"unexpected argument: {name}" for name in given if name not in method.arguments]
    for name, kind in method.arguments.items():
        if kind.endswith("!") and given.get(name) in (None, ""):
            problems.append(f"missing required field: {name}")
    if problems:
        raise SlackRefused("invalid_arguments", *problems)
    return {
        name: _typed(name, method.arguments[name].rstrip("!"), value)
        for name, value in given.items()
        if value is not None
    }


FORMAT_ERRORS = {
    "blocks": "invalid_blocks_format",
    "metadata": "invalid_metadata_format",
    "attachments": "invalid_attachments",
}


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == "bool":
        if isinstance(value, bool) or value in ("0", "1", "true", "false", 0, 1):
            return value in (True, "1", "true", 1)
    elif kind == "int":
        if isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdigit()):
            return int(value)
    elif kind == "json":
        return _parsed(name, value)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise SlackRefused("invalid_arguments", f"{name} must be of type {kind}")


def _parsed(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise SlackRefused(FORMAT_ERRORS.get(name, "invalid_arguments"), f"{name} is not valid JSON") from None


def page(items: list[Any], args: Json, default: int = 100, most: int = 1000) -> tuple[list[Any], Json]:
    """Return one page of a list as `cursor` and `limit` ask, and the metadata that leads to the next."""
    limit = args.get("limit", default)
    if not 1 <= limit <= most:
        raise SlackRefused("invalid_limit", f"limit must be from 1 to {most}")
    cursor = args.get("cursor", "")
    if cursor and not (cursor.startswith("at:") and cursor[3:].isdigit()):
        raise SlackRefused("invalid_cursor")
    begin = int(cursor[3:]) if cursor else 0
    more = begin + limit < len(items)
    return items[begin : begin + limit], {"next_cursor": f"at:{begin + limit}" if more else ""}
