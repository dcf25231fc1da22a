"""Where a block stands: the names its text speaks of, what has been typed, what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.pages.names import Names

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Surface:
    """A message, modal or home that blocks are drawn on.

    `owner` (ts or view id) keeps the ids of elements apart on one page; `values` is Slack's `state.values`,
    `errors` maps a block id to the sentence shown beside its field.
    """

    names: Names
    owner: str
    kind: str = "message"
    values: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def dom_id(self, *parts: str) -> str:
        """Return an element id that is unique on the page."""
        return "-".join(["e", self.owner, *parts]).replace(" ", "_")

    def entered(self, block_id: str, action_id: str) -> Json:
        """Return what the element holds now by the server's account, or nothing."""
        return self.values.get(block_id, {}).get(action_id, {})
