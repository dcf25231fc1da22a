"""The card of something that does not move: what, since when, why, whose it is, when it is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flows.blockkit import actions, ago, button, context, escape, fields, instant, link, mention, section
from flows.blockkit.states import state_words
from flows.values.card import Block, Card

RETRY: Final = "attention.retry"  # its value is the attention's id


_HAPPENED: Final = {  # what the parts of Dunwell give as the reason why something is settled
    "asked": "approval was asked for",
    "billed": "it was billed",
    "correction": "it was corrected",
    "decision": "somebody decided",
    "done": "it was done",
    "issued": "it was issued",
    "noted": "it was noted on the deal",
    "operator": "an operator took it up",
    "policy": "a rule of the policy fits now",
    "poll": "Salesforce was read",
    "posted": "it was posted",
    "read": "the deal was read",
    "tried again": "it was tried again",
    "turned down": "it was turned down",
    "withdrawn": "it was withdrawn",
}


@dataclass(frozen=True, slots=True)
class AttentionView:
    """One thing that stands still. `state` is open, retrying or settled; `owner` a Slack id, a name or "operators"."""

    attention_id: str
    title: str
    why: str
    since: datetime
    owner: str
    state: str = "open"
    retries: int = 0
    next_try_at: datetime | None = None
    settled_by: str | None = None  # Slack id, name, or the part of Dunwell that moved it
    settled_at: datetime | None = None
    url: str | None = None  # of the card of what stands still
    can_retry: bool = True


def attention_card(view: AttentionView) -> Card:
    """Return the card in its state; a settled one has no button and says who or what settled it."""
    title = escape(view.title, 300)
    if view.state == "settled":
        return Card(f"Settled: {title}.", tuple(_settled(view, title)))
    return Card(f"Needs attention: {title}. {escape(view.why, 400)}", tuple(_open(view, title)))


def _open(view: AttentionView, title: str) -> Iterator[Block]:
    yield section(f"{state_words('needs attention')}", f"*{title}*")
    yield section(escape(view.why, 1000))
    yield fields(
        {
            "Owner": "the operators" if view.owner == "operators" else mention(view.owner),
            "Since": ago(view.since),
            "Next try": _next_try(view),
            "Tried again": "not yet" if view.retries == 0 else f"{view.retries} times" if view.retries > 1 else "once",
        }
    )
    yield context(view.attention_id, link(view.url, "Open the card") if view.url else None)
    if view.can_retry and view.state == "open":
        yield actions(button("Try again", RETRY, view.attention_id, style="primary", spoken=f"Try again: {view.title}"))


def _settled(view: AttentionView, title: str) -> Iterator[Block]:
    at = f" · {instant(view.settled_at)}" if view.settled_at else ""
    yield section(f"{state_words('settled')}{_how(view.settled_by)}{at}", f"*{title}*")
    yield context(escape(view.why, 300), f"stood since {instant(view.since)}")


def _how(settled_by: str | None) -> str:
    """Say who settled it, or what happened that did."""
    if settled_by in _HAPPENED:
        return f": {_HAPPENED[settled_by]}"
    return f" by {mention(settled_by)}" if settled_by else ""


def _next_try(view: AttentionView) -> str:
    if view.state == "retrying":
        return "now"
    return instant(view.next_try_at) if view.next_try_at else "when somebody presses Try again"
