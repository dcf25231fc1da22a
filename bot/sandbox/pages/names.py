"""Who and what the ids in a text stand for, and in which zone its reader lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MISSING: Mapping[str, str] = {}


def zone_named(name: str) -> ZoneInfo:
    """Return the time zone; an unknown or unsafe name gives UTC."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@dataclass(frozen=True)
class Names:
    """What a renderer has to know about the workspace; `now` is the demo clock, `base_url` our own address."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    base_url: str = ""
    me: str = ""

    @classmethod
    def of(cls, state: Mapping[str, Any], me: str, zone: str = "UTC", base_url: str = "") -> Names:
        """Read the names out of a workspace state."""
        groups = state.get("usergroups") or []
        return cls(
            people={p["id"]: p["name"] for p in state["people"]} | bot_name(state),
            channels={c["id"]: c["name"] for c in state["channels"]},
            groups={g["id"]: g["handle"] for g in groups} or {"S0FINANCE": "finance-approvers"},
            now=datetime.fromisoformat(state["now"]),
            zone=zone_named(zone),
            base_url=base_url,
            me=me,
        )


def bot_name(state: Mapping[str, Any]) -> dict[str, str]:
    """Return the bot user's id and name."""
    bot = state.get("bot") or {"user_id": "U0DUNWELL", "name": "Dunwell"}
    return {bot.get("user_id") or bot.get("id") or "U0DUNWELL": bot.get("name") or "Dunwell"}
