"""What our buttons carry. A value comes back from Slack years later and from anybody, so parsing trusts nothing."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Self

from flows.errors import BadInput

_ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{10,40}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class UnreadableButton(BadInput):
    """A value that no button of ours carries: made by hand, or by a version that is long gone."""

    code = "card.unreadable_button"

    def __init__(self) -> None:
        super().__init__("This button is from an older version of Dunwell. Nothing was changed. Use the newest card.")


@dataclass(frozen=True, slots=True)
class ApproveButton:
    """The value of Approve, Reject and Request changes: what the card showed. `digest` is the whole content hash."""

    approval_id: str
    version: int
    digest: str

    def dump(self) -> str:
        """Write the value."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a value back. Raises UnreadableButton (a BadInput) for anything that `dump` does not write."""
        try:
            raw = json.loads(value or "")
            button = cls(raw.pop("approval_id"), raw.pop("version"), raw.pop("digest"))
            sound = not raw and type(button.version) is int and button.version > 0
            if sound and _ID.fullmatch(button.approval_id) and _DIGEST.fullmatch(button.digest):
                return button
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass
        raise UnreadableButton


@dataclass(frozen=True, slots=True)
class MoreChoice:
    """The value of an entry of the overflow menu, and of a page of the details: what to show of which approval."""

    act: str  # one of actions.MORE_*
    approval_id: str
    page: int = 0

    def dump(self) -> str:
        """Write the value: "history:apr_…"."""
        return f"{self.act}:{self.approval_id}" + (f":{self.page}" if self.page else "")

    @classmethod
    def parse(cls, value: str | None) -> Self:
        """Read a value back. Raises UnreadableButton (a BadInput) for anything that `dump` does not write."""
        found = re.fullmatch(r"([a-z]{2,20}):([a-z]{2,6}_[0-9a-z]{10,40})(?::([1-9][0-9]{0,3}))?", value or "")
        if found is None:
            raise UnreadableButton
        return cls(found[1], found[2], int(found[3] or 0))
