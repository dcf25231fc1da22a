"""What the app's own manifest.yml grants: scopes, commands, shortcuts and event subscriptions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

USUAL_SCOPES = frozenset(
    "app_mentions:read channels:history channels:join channels:read chat:write commands files:write im:history im:read"
    " im:write reactions:write team:read usergroups:read users:read users:read.email".split()
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The granted part of a manifest; without a manifest file the usual scopes are granted and nothing is checked."""

    scopes: frozenset[str] = USUAL_SCOPES
    commands: tuple[dict[str, Any], ...] = ()
    shortcuts: tuple[dict[str, Any], ...] = ()
    events: frozenset[str] = frozenset()
    home: bool = True
    known: bool = False
    redirect_urls: tuple[str, ...] = field(default=())

    def subscribes(self, event: str) -> bool:
        """Whether the app is sent this event."""
        return not self.known or event in self.events


def read_manifest(path: Path) -> Manifest:
    """Return what the manifest at `path` grants; ValueError when it is not a manifest."""
    if not path.exists():
        return Manifest()
    with path.open(encoding="utf-8") as text:
        whole = yaml.safe_load(text)
    if not isinstance(whole, dict):
        raise ValueError(f"{path} is not a Slack app manifest: it holds no mapping.")
    features, settings = whole.get("features") or {}, whole.get("settings") or {}
    oauth = whole.get("oauth_config") or {}
    return Manifest(
        scopes=frozenset((oauth.get("scopes") or {}).get("bot") or ()),
        commands=tuple(features.get("slash_commands") or ()),
        shortcuts=tuple(features.get("shortcuts") or ()),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
        home=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        known=True,
        redirect_urls=tuple(oauth.get("redirect_urls") or ()),
    )
