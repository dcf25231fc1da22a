"""The Web API methods that Dunwell calls, each with the bot scopes that it needs. No other method is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HISTORY: Final = frozenset({"channels:history", "groups:history", "im:history"})
_CHANNELS: Final = frozenset({"channels:read", "groups:read"})

SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "auth.test": frozenset(),
    "chat.getPermalink": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": _HISTORY,
    "conversations.info": _CHANNELS,
    "conversations.list": _CHANNELS,
    "conversations.open": frozenset({"im:write"}),
    "conversations.replies": _HISTORY,
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "usergroups.list": frozenset({"usergroups:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.info": frozenset({"users:read"}),
    "users.lookupByEmail": frozenset({"users:read.email"}),
    "views.publish": frozenset(),
    "views.update": frozenset(),
}
