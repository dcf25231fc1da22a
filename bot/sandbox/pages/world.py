"""The words of the World panel: what can be closed, what can be broken, and what each does, in one plain sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.sandbox.company import PRODUCTS
from bot.sandbox.deal_kinds import KINDS
from bot.sandbox.deals_by_price import BY_USE, OVER_TIME

FIRST_KINDS: Final = ("flat", "per_unit", "one_time", "mixed", "large", "incomplete")
OPPORTUNITIES: Final = "Opportunities"
LINE_ITEMS: Final = "Line items"
MEASURED: Final = tuple(product for product in PRODUCTS if product.meter)
SHOWN_DEALS: Final = 40


@dataclass(frozen=True)
class DealButton:
    """A kind of deal that a visitor can close."""

    kind: str
    title: str
    what: str


@dataclass(frozen=True)
class DealGroup:
    """Kinds of deals that are behind one line of the panel."""

    name: str
    title: str
    buttons: tuple[DealButton, ...]


@dataclass(frozen=True)
class MeasuredLine:
    """What a deal bills by use: the meter, and the product as people call it."""

    meter: str
    product: str


@dataclass(frozen=True)
class FaultSwitch:
    """A way to break something at `where` (slack, stripe or salesforce) for the next `count` calls; 0 until mended."""

    where: str
    kind: str
    title: str
    what: str
    count: int = 1


@dataclass(frozen=True)
class ClosedDeal:
    """A deal that can be changed; `measured` is what of it is billed by use."""

    id: str
    label: str
    measured: tuple[MeasuredLine, ...]


def first_deals() -> list[DealButton]:
    """Return the kinds that are shown at once."""
    return [_button(name) for name in FIRST_KINDS]


def deal_groups() -> list[DealGroup]:
    """Return the kinds behind them, by what they show."""
    known = {*FIRST_KINDS, *BY_USE, *OVER_TIME}
    return [
        DealGroup("use", "Priced by use", tuple(map(_button, BY_USE))),
        DealGroup("time", "Minimums, milestones, seats", tuple(map(_button, OVER_TIME))),
        DealGroup("odd", "Odd and broken deals", tuple(_button(name) for name in KINDS if name not in known)),
    ]


def _button(name: str) -> DealButton:
    return DealButton(name, KINDS[name].title, KINDS[name].explains)


FAULTS: Final = (
    FaultSwitch("slack", "429", "Slack says slow down", "Two calls get 429; the card comes late, and once.", 2),
    FaultSwitch("slack", "5xx", "Slack is down", "Two calls answer 503; nothing may be lost.", 2),
    FaultSwitch(
        "slack",
        "drop_after",
        "Slack takes it, then hangs up",
        "The next call is done but never answered; no second card.",
    ),
    FaultSwitch("slack", "slow", "Slack is slow", "Three calls take four seconds; clicks are acknowledged at once.", 3),
    FaultSwitch(
        "slack",
        "token_revoked",
        "Token revoked",
        "Refused until you mend it; what waited comes with the next thing that is posted.",
        0,
    ),
    FaultSwitch("slack", "duplicate", "Deliver the next click twice", "One interaction arrives twice and counts once."),
    FaultSwitch("stripe", "429", "Stripe says slow down", "Two calls get 429.", 2),
    FaultSwitch("stripe", "5xx", "Stripe is down", "Two calls answer 500, nothing done.", 2),
    FaultSwitch(
        "stripe",
        "drop_after",
        "Stripe takes it, then hangs up",
        "One call is done but never answered; no second invoice.",
    ),
    FaultSwitch("stripe", "slow", "Stripe is slow", "Three calls take four seconds.", 3),
    FaultSwitch(
        "stripe", "stored_500", "Stripe repeats a 500", "One key gets the same 500 for ever; only looking it up helps."
    ),
    FaultSwitch(
        "stripe", "stored_500_after", "Stripe does it, but says 500", "The work is done, the answer is a stored 500."
    ),
    FaultSwitch(
        "stripe",
        "ignore_idempotency",
        "Stripe forgets its keys",
        "Idempotency keys are ignored until you mend it; still one invoice.",
        0,
    ),
    FaultSwitch("stripe", "token_revoked", "Stripe key revoked", "Every call is refused until you mend it.", 0),
    FaultSwitch("stripe", "duplicate", "Deliver the next event twice", "One Stripe event arrives twice."),
    FaultSwitch(
        "salesforce", "5xx", "Salesforce is down", "Two calls answer with an error; the deal is found later.", 2
    ),
    FaultSwitch("salesforce", "slow", "Salesforce is slow", "Three calls take four seconds.", 3),
    FaultSwitch(
        "salesforce", "token_revoked", "Salesforce session ends", "One call is refused; Dunwell logs in again."
    ),
    FaultSwitch("salesforce", "duplicate", "Deliver the next deal twice", "One notice arrives twice; one invoice."),
)


def fault_title(where: str, kind: str) -> str:
    """Return a fault's title, or its two names when it has none here."""
    found = next((f for f in FAULTS if (f.where, f.kind) == (where, kind)), None)
    return found.title if found else f"{where.capitalize()}: {kind}"


def closed_deals(salesforce: Mapping[str, Any]) -> list[ClosedDeal]:
    """Return the deals in a snapshot of Salesforce, the newest first, as a menu can name them."""
    measured: defaultdict[Any, list[MeasuredLine]] = defaultdict(list)
    for row in _rows(salesforce, LINE_ITEMS):
        measured[row["Opportunity"]] += [
            MeasuredLine(str(one.meter), one.name) for one in MEASURED if str(row["Product"]).endswith(one.name)
        ]
    return [
        ClosedDeal(str(row["Id"]), _label(row), tuple(measured[row["Id"]]))
        for row in _rows(salesforce, OPPORTUNITIES)[:SHOWN_DEALS]
        if row.get("Stage") == "Closed Won"
    ]


def usage_example(deal: str, meter: str, day: date) -> str | None:
    """Return a usage file of a day, to be dropped on the panel: 1,200 in two rows, with keys that no other day has.

    It is the same all day, so that dropping it again changes nothing. None for what no deal of the demo is billed by.
    """
    if meter not in {one.meter for one in MEASURED} or not (deal.isalnum() and deal.isascii()):
        return None
    rows = [f"{deal}-{meter}-{day}-{number},{quantity},{day}T00:00:00Z" for number, quantity in ((1, 700), (2, 500))]
    return "\n".join(["key,quantity,occurred_at", *rows, ""])


def _rows(salesforce: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    table = next((t for t in salesforce.get("tables") or [] if t["name"] == name), None)
    return [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]] if table else []


def _label(row: Mapping[str, Any]) -> str:
    name = str(row.get("Account") or row.get("Name") or row["Id"])
    short = name if len(name) <= 48 else name[:47] + "…"
    return f"{short} · {row['Amount']}" if row.get("Amount") else short
