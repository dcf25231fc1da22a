"""The fixed words for the states of an invoice, each with the emoji that may stand before it, never instead of it."""

from __future__ import annotations

from typing import Final

from flows.blockkit.text import escape

EMOJI: Final = {
    "draft": "📝",
    "needs coding": "🏷️",
    "awaiting approval": "⏳",
    "changes requested": "✏️",
    "rejected": "⛔",
    "approved": "✅",
    "issuing": "📤",
    "sent, not confirmed": "🔎",
    "issued": "🧾",
    "part paid": "💳",
    "paid": "💰",
    "disputed": "⚖️",
    "credited": "↩️",
    "void": "🚫",
    "needs attention": "⚠️",
    "waiting": "⏳",
    "settled": "✅",
    "done": "✅",
    "turned down": "⛔",
    "withdrawn": "🚫",
}


def state_words(state: str) -> str:
    """Return the state as cards show it: "⏳ awaiting approval"."""
    emoji = EMOJI.get(state)
    return f"{emoji} {state}" if emoji else escape(state, 40)
