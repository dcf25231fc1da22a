"""What a person finds in the Home tab: what waits for them first, oldest on top; never an empty page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from flows.attention import RETRY
from flows.blockkit import ago, button, context, divider, escape, header, home, instant, link, section
from flows.blockkit.states import state_words
from flows.values.card import Block, View
from flows.values.money import Money, format_money

HOME: Final = "home"
SHOWN: Final = 20
"""How many entries each list shows at most."""

_DID = {"approve": "You approved", "reject": "You rejected", "request_changes": "You asked for changes"}
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invoice that waits for this person. `asked_at` is when; `progress` such as "step 1 of 2"."""

    customer: str
    total: Money
    asked_at: datetime
    progress: str
    url: str | None  # of its card


@dataclass(frozen=True, slots=True)
class Lately:
    """An invoice that this person decided. `state` is what it is now; `verdict` what they said."""

    customer: str
    total: Money
    verdict: str
    at: datetime
    state: str
    number: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that does not move. `retry` is what its button "Try again" carries; None: it has no button now."""

    title: str
    why: str
    since: datetime
    url: str | None
    retry: str | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """One person's home. `approves` says whether the policy names them; `ask` whom a newcomer may ask.

    `waiting` is oldest first, `decided` latest first, `stuck` oldest first. Where many wait or are stuck, the first few
    are here, and `waiting_besides` and `stuck_besides` say how many more there are.
    """

    name: str
    approves: bool
    waiting: tuple[Waiting, ...] = ()
    waiting_besides: int = 0
    decided: tuple[Lately, ...] = ()
    stuck: tuple[Stuck, ...] = ()
    stuck_besides: int = 0
    approvals_channel: str = "#invoice-approvals"
    ask: str = "your finance team"


def home_view(view: HomeView) -> View:
    """Return the App Home."""
    return home(list(_blocks(view)), callback_id=HOME)


def _blocks(view: HomeView) -> Iterator[Block]:
    yield section(f"*{_verdict(view)}*")
    yield from _list("Waiting for you", view.waiting, _waiting, besides=view.waiting_besides)
    yield from _list("Needs attention", view.stuck, _stuck, besides=view.stuck_besides)
    yield from _list("Decided by you lately", view.decided, _decided)
    if not (view.waiting or view.decided):
        yield from _welcome(view)


def _verdict(view: HomeView) -> str:
    """Return the first line: what this person has to do."""
    if view.waiting:
        oldest = f"the oldest asked {ago(min(one.asked_at for one in view.waiting))}"
        count = len(view.waiting) + view.waiting_besides
        return f"{'1 invoice waits' if count == 1 else f'{count:,} invoices wait'} for you, {oldest}"
    if view.decided:
        last = view.decided[0]
        return f"Nothing waits for you. Last: {escape(last.customer, 100)}, {format_money(last.total)}"
    return "Nothing waits for you."


def _list(title: str, entries: Sequence[Entry], show: Callable[[Entry], Block], *, besides: int = 0) -> Iterator[Block]:
    if not entries:
        return
    yield divider()
    count = len(entries) + besides
    yield header(f"{title} ({count:,})")
    yield from map(show, entries[:SHOWN])
    if count > SHOWN:
        yield context(f"and {count - SHOWN:,} more")


def _waiting(one: Waiting) -> Block:
    return section(_title(one.url, one.customer, one.total), f"{escape(one.progress, 80)} · asked {ago(one.asked_at)}")


def _decided(one: Lately) -> Block:
    number = f" · {escape(one.number, 40)}" if one.number else ""
    did = _DID.get(one.verdict, "You decided")
    now = f"{did} {instant(one.at)} · now {state_words(one.state)}{number}"
    return section(_title(one.url, one.customer, one.total), now)


def _stuck(one: Stuck) -> Block:
    title = link(one.url, escape(one.title, 200))
    again = None
    if one.retry:  # a view has each action once: the row's own id makes this one its own
        again = button("Try again", f"{RETRY}.{one.retry}", one.retry, spoken=f"Try again: {one.title}")
    return section(f"⚠️ *{title}*", escape(one.why, 300), f"noticed {ago(one.since)}", accessory=again)


def _title(url: str | None, customer: str, total: Money) -> str:
    return f"*{link(url, f'{escape(customer, 120)} · {format_money(total)}')}*"


def _welcome(view: HomeView) -> Iterator[Block]:
    channel = escape(view.approvals_channel, 80)
    may = (
        f"You are an approver: invoices that need you are asked in {channel} and listed here."
        if view.approves
        else "You are not an approver. You can follow every invoice of your deals on its card."
    )
    yield divider()
    yield section(
        f"Hello {escape(view.name, 80)}. I am Dunwell.",
        "When a deal is closed I draft its invoice, ask the right people, issue it and tell you in the thread.",
    )
    yield section(may, f"Questions? Ask {escape(view.ask, 120)}.")
