"""The card of a deal that changed after its invoice was out, and the form in which a person says what that means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from flows.blockkit import (
    actions,
    ago,
    button,
    choice,
    confirm,
    context,
    date_picker,
    day,
    entry,
    escape,
    instant,
    link,
    mention,
    modal,
    plain,
    section,
)
from flows.errors import BadInput
from flows.rating import Adjustment
from flows.values.card import Block, Card, View
from flows.values.money import Money, format_money

AMEND: Final = "contract.amend"  # the values of both buttons are AmendButton
LEAVE: Final = "contract.leave"
VOID: Final = "contract.void"  # its value is the id of the invoice that is out
AMEND_MODAL: Final = "contract.amend_modal"
EFFECTIVE: Final = "effective"  # block ids of the form
CREDIT: Final = "credit"
CHARGE: Final = "charge"
WITH_CREDIT: Final = {"give": "Give back what was billed too much", "keep": "Give nothing back"}
WHEN: Final = {"now": "Now, on an invoice of its own", "next": "With the next invoice"}
_SHOWN: Final = 8
_FOLLOWED: Final = 4
_WHAT_FOLLOWS: Final = (
    "An invoice is drafted and asks for approval as any other; a credit is taken off the next ones, or asks for "
    "approval as a credit memo when none is to come. What is out is never edited."
)
_SOMEBODY_ELSE: Final = "A credit memo that follows is asked for by whoever decides here, so somebody else approves it."
_VALUE: Final = re.compile(r"(con_[0-9a-z]{10,40}) v([1-9][0-9]{0,5})")


class UnreadableAmendButton(BadInput):
    """A value that no button of these cards carries."""

    code = "card.unreadable_button"

    def __init__(self) -> None:
        super().__init__("This button is from an older version of Dunwell. Nothing was changed. Use the newest card.")


@dataclass(frozen=True, slots=True)
class AmendButton:
    """What the buttons carry: the contract, and the version of it that the card showed."""

    contract_id: str
    version: int

    def dump(self) -> str:
        """Write the value."""
        return f"{self.contract_id} v{self.version}"

    @classmethod
    def parse(cls, value: object) -> AmendButton:
        """Read a value back. Raises UnreadableAmendButton."""
        found = _VALUE.fullmatch(str(value))
        if found is None:
            raise UnreadableAmendButton
        return cls(found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class Choice:
    """The change in force from a day on, what that credits and charges, and what is invoiced as it `begins`."""

    effective: date
    adjustment: Adjustment
    begins: Money


@dataclass(frozen=True, slots=True)
class Followed:
    """What a decision brought: how it is called, the link to its card, and for a credit memo who is asked about it."""

    name: str
    url: str | None
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """Who decided, when, and what, in words; and what follows."""

    by: str
    at: datetime
    words: str
    follows: tuple[Followed, ...] = ()


@dataclass(frozen=True, slots=True)
class Voidable:
    """The one invoice that is out; `why_not` says why it cannot be voided and issued anew, "" when it can."""

    invoice_id: str
    number: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class AmendView:
    """A contract whose deal changed after an invoice was out. `choices` are the day proposed, then the first day."""

    contract_id: str
    version: int
    customer: str
    deal: str
    words: tuple[str, ...]
    choices: tuple[Choice, ...]
    end: date | None
    first: date
    day: date
    since: datetime
    is_open: bool
    ends: bool = False  # an earlier end is all that changed
    account_manager: str | None = None
    voidable: Voidable | None = None
    under_way: tuple[str, ...] = ()  # what is done to an invoice at this moment: "INV-1 is being voided"
    decided: Decided | None = None


def money_words(adjustment: Adjustment) -> str:
    """Say what an adjustment comes to: "charge USD 1,234.56", "credit USD 40.00", or that it is nothing."""
    net = adjustment.net
    if not net:
        return "nothing to charge or credit for what is billed"
    return f"charge {format_money(net)}" if net.amount > 0 else f"credit {format_money(-net)}"


def amend_card(view: AmendView) -> Card:
    """Return the card: while nobody has decided with its buttons, then with who did."""
    who = escape(view.customer, 150)
    if not view.is_open:
        return Card(f"The change of {who}'s contract is settled.", tuple(_settled(view, f"*{who}*")))
    what = escape(view.words[0], 200) if view.words else "its terms"
    text = f"The deal of {who} changed after its invoice had gone out: {what}. Please say what that means."
    return Card(text, tuple(_open(view, f"*{who} · the contract changed*")))


def wait_words(view: AmendView) -> str:
    """Say that the change cannot be decided while an invoice is corrected; "" when it can."""
    if not view.under_way:
        return ""
    return f"{'; '.join(view.under_way)} at this moment. The change can be decided when that is done."


def changed_again(version: int, words: Sequence[str]) -> Card:
    """Return the news that the deal changed once more while the card waited."""
    text = f"The deal changed again: this is v{version} now. {escape('; '.join(words), 500)}"
    return Card(text, (section(text),))


def amend_modal(view: AmendView, place: Mapping[str, Any], *, notice: str = "") -> View:
    """Return the form: from which day, credit or not where there is any, and when what is due is billed."""
    metadata = {"contract_id": view.contract_id, "version": view.version}
    metadata |= {name: place.get(name) for name in ("channel", "thread_ts")}
    blocks = [
        section(f"*{escape(view.customer, 150)}*", escape(notice, 300) if notice else None, *_changes(view)),
        section("*What it comes to*", *_choice_lines(view)),
        entry(
            "First day without it" if view.ends else "In force from",
            EFFECTIVE,
            date_picker(EFFECTIVE, initial=view.day),
        ),
    ]
    if _gives_back(view):
        blocks.append(entry("What was billed too much", CREDIT, choice(CREDIT, WITH_CREDIT, chosen="give")))
    blocks.append(entry("Billed", CHARGE, choice(CHARGE, WHEN, chosen="now")))
    blocks.append(context(_WHAT_FOLLOWS, _SOMEBODY_ELSE if _gives_back(view) else None))
    return modal(
        "Amend the contract",
        blocks,
        callback_id=AMEND_MODAL,
        submit="Amend",
        close="Cancel",
        metadata=json.dumps(metadata),
    )


def read_form(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what was filled in, by block id."""
    found: dict[str, str] = {}
    for name, block in values.items():
        element: Mapping[str, Any] = next(iter(block.values()), {}) if isinstance(block, Mapping) else {}
        value = element.get("selected_date") or (element.get("selected_option") or {}).get("value")
        if value:
            found[name] = str(value)
    return found


def _open(view: AmendView, headline: str) -> Iterator[Block]:
    asked = mention(view.account_manager) if view.account_manager else "Finance"
    yield section(headline, f"{asked}, or whoever approves: what does it mean for what is billed?")
    yield section("*Changed after the invoice had gone out*", *_changes(view))
    leave = "• *Leave what is out:* nothing is charged; later invoices follow the deal"
    yield section(*_choice_lines(view), *_void_lines(view), leave)
    if _gives_back(view):
        yield context(_SOMEBODY_ELSE)
    yield context(f"v{view.version}", f"from the deal {escape(view.deal, 40)}", f"asked {ago(view.since)}")
    if view.under_way:
        yield section(f"⏳ {escape(wait_words(view), 600)}")
        return
    value = AmendButton(view.contract_id, view.version).dump()
    name = plain(view.customer, 40)
    ask = confirm("Leave what is out?", "Nothing is charged or credited for what was billed before.", yes="Leave it")
    yield actions(
        button("Amend …", AMEND, value, style="primary", spoken=f"Amend the contract of {name}"),
        *_void_buttons(view, name),
        button("Leave as it is", LEAVE, value, ask=ask, spoken=f"Leave the invoices of {name} as they are"),
    )


def _void_lines(view: AmendView) -> Iterator[str]:
    """Say that the only invoice that is out can be voided instead, or why it cannot."""
    if view.voidable is None:
        yield "• *Void and issue anew:* several invoices are out; the menu of each one's card offers it"
    elif view.voidable.why_not:
        yield f"• *Void and issue anew:* not here. {escape(view.voidable.why_not, 300)}"
    else:
        number = escape(view.voidable.number, 40)
        yield f"• *Void and issue anew:* {number} is void, and drafted by the deal as it is now, as from the start"


def _void_buttons(view: AmendView, name: str) -> Iterator[Block]:
    if view.voidable is not None and not view.voidable.why_not:
        spoken = f"Void {plain(view.voidable.number, 40)} of {name} and issue it anew"
        yield button("Void and re-issue …", VOID, view.voidable.invoice_id, spoken=spoken)


def _gives_back(view: AmendView) -> bool:
    return any(one.adjustment.net.amount < 0 for one in view.choices)


def _follow_lines(decided: Decided) -> Iterator[str]:
    for one in decided.follows[:_FOLLOWED]:
        asked = f" {escape(one.asked, 500)}" if one.asked else ""
        yield f"→ {link(one.url, escape(one.name, 120))}{asked}"
    if (more := len(decided.follows) - _FOLLOWED) > 0:
        yield f"and {more} more"


def _settled(view: AmendView, headline: str) -> Iterator[Block]:
    if view.decided is None:
        yield section(headline, "The deal bills the same as before by now. Nothing is left to decide.")
        return
    yield section(
        headline,
        f"✅ {mention(view.decided.by)} · {instant(view.decided.at)}",
        escape(view.decided.words, 600),
        *_follow_lines(view.decided),
    )
    yield context(f"v{view.version}")


def _changes(view: AmendView) -> list[str]:
    more = len(view.words) - _SHOWN
    shown = [f"• {escape(one, 250)}" for one in view.words[:_SHOWN]]
    return [*shown, f"and {more} more"] if more > 0 else shown


def _choice_lines(view: AmendView) -> Iterator[str]:
    if view.ends and view.end:
        yield from (f"• *End on {day(view.end)}:* {_ending_words(one.adjustment)}" for one in view.choices)
    else:
        yield from _change_lines(view)
    if _gives_back(view):
        yield "• *The same, giving nothing back:* chosen in the form; what was billed stays billed"


def _change_lines(view: AmendView) -> Iterator[str]:
    until = f"; it ends with the rest of the contract, {day(view.end)}" if view.end else ""
    for number, one in enumerate(view.choices):
        name = "From the start" if number or one.effective == view.first else "Amend"
        begins = f"; {format_money(one.begins)} is invoiced for what begins" if one.begins else ""
        yield f"• *{name}, from {day(one.effective)}:* {money_words(one.adjustment)}{begins}{'' if number else until}"


def _ending_words(adjustment: Adjustment) -> str:
    net = adjustment.net
    return f"{money_words(adjustment)}{' for the days after it' if net.amount < 0 else ''}"
