"""What Slack shows: a message, and a view (modal or App Home), as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Card:
    """A message. `text` is one full sentence that is enough alone on a lock screen; `blocks` are Block Kit."""

    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A modal or an App Home as `views.open` and `views.publish` take it."""

    payload: dict[str, Any] = field(default_factory=dict)
