"""Messages, cards, modals and App Homes as people read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """Something that people read, as the workspace keeps it; `channel` is where it stands."""

    raw: Json
    channel: str

    @property
    def ts(self) -> str:
        """Its name in the channel."""
        return str(self.raw["ts"])

    @property
    def text(self) -> str:
        """What a lock screen shows."""
        return str(self.raw["text"])

    @property
    def words(self) -> str:
        """Everything that is written on it, its lock-screen text included."""
        return "\n".join([str(self.raw.get("text", "")), *_texts(self.raw.get("blocks", []))])

    @property
    def buttons(self) -> list[str]:
        """The action ids of its buttons and menus, in order."""
        return [element["action_id"] for element in self._elements()]

    def button(self, action_id: str) -> Json:
        """Return one button as it stands on the message."""
        return next(element for element in self._elements() if element["action_id"] == action_id)

    @property
    def replies(self) -> list[str]:
        """What was written in its thread for everybody, oldest first."""
        return [reply["text"] for reply in self.raw["replies"] if not reply.get("ephemeral_for")]

    @property
    def files(self) -> list[Json]:
        """The files in its thread."""
        return [file for reply in self.raw["replies"] for file in reply["files"]]

    @property
    def inputs(self) -> list[str]:
        """The block ids of its inputs."""
        return [block["block_id"] for block in self.raw["blocks"] if block["type"] == "input"]

    def _elements(self) -> Iterator[Json]:
        for block in self.raw.get("blocks", []):
            yield from (one for one in block.get("elements", []) if block["type"] == "actions")
            if "action_id" in block.get("accessory", {}):
                yield block["accessory"]


def _texts(value: Any) -> Iterator[str]:
    """Give every text in blocks, in reading order."""
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for name, one in value.items():
            if name not in ("value", "action_id", "block_id") and not isinstance(one, str):
                yield from _texts(one)
