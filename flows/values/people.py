"""Who is who, as far as one piece of work needs to know; read from Slack before its transaction begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The deal's owner as a Slack user id (None: not a member), and names by user id or e-mail address."""

    account_manager: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)  # Slack user ids by what the policy calls the person
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  # members by group; one unreadable is absent

    def name(self, who: str) -> str:
        """Return the person's name, or what stands before the @ of an address nobody has."""
        return self.names.get(who) or who.partition("@")[0]
