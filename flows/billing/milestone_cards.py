"""The card of a contract's milestones, with a button for each that waits or is a draft, and its forms for the day."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flows.billing.milestones import MilestoneLine, MilestonesView
from flows.blockkit import (
    button,
    context,
    date_picker,
    day,
    divider,
    entry,
    escape,
    mention,
    modal,
    plain,
    section,
    typed,
)
from flows.values.card import Block, Card, View
from flows.values.money import format_money, total

REACHED: Final = "milestone.reached"  # its value is a MilestoneButton; each on the card has its row behind it
CORRECT: Final = "milestone.correct"  # the same for a day that can still be corrected
REACHED_MODAL: Final = "milestone.reached_modal"
DAY: Final = "day"
NOTE: Final = "note"
_SHOWN: Final = 15  # milestones with a button
_SETTLED: Final = 10  # those that were reached
_LONGEST_NOTE: Final = 500
_STATES: Final = {"held": "⚠️ on hold: the deal is incomplete", "withdrawn": "🚫 withdrawn"}


@dataclass(frozen=True, slots=True)
class MilestoneButton:
    """Which milestone of which contract a button is for; `was` is the day that it corrects."""

    contract_id: str
    milestone_id: str
    was: date | None = None

    def dump(self) -> str:
        """Write it as a button's value."""
        said = [self.contract_id, self.milestone_id]
        return json.dumps([*said, self.was.isoformat()] if self.was else said)

    @classmethod
    def parse(cls, value: object) -> MilestoneButton | None:
        """Read a button's value; None when it is none of ours."""
        try:
            contract_id, milestone_id, *was = json.loads(str(value))
            return cls(str(contract_id), str(milestone_id), date.fromisoformat(was[0]) if was else None)
        except (ValueError, TypeError):
            return None


def milestones_card(view: MilestonesView) -> Card:
    """Return the card: what waits for which event, and what was reached when and by whose word."""
    customer, waiting = escape(view.customer, 150), view.waiting
    count = f"{len(waiting)} milestone{'s' if len(waiting) != 1 else ''}"
    if view.state != "active":
        text = f"The milestones of {customer} are {view.state}; nothing of them is billed now."
    elif waiting:
        text = f"{customer}: {count} over {_sum(waiting)} {'wait' if len(waiting) != 1 else 'waits'} to be reached."
    elif view.lines:
        text = f"All milestones of {customer} are reached."
    else:
        text = f"The contract of {customer} has no milestones any more."
    return Card(text, tuple(_blocks(view, customer)))


def reached_modal(metadata: str, view: MilestonesView, line: MilestoneLine) -> View:
    """Return the form that asks on which day a milestone was reached."""
    blocks = [
        section(
            f"*{escape(view.customer, 150)} · {format_money(line.amount)}*",
            f"{escape(line.description, 300)}: its invoice is drafted at once and goes to approval.",
        ),
        entry("Reached on", DAY, date_picker(DAY, initial=view.today), hint=_days(view)),
        entry(
            "What shows it",
            NOTE,
            typed(NOTE, example="Acceptance signed by Jo Doe", most=_LONGEST_NOTE),
            hint="It is kept in the audit trail.",
            optional=True,
        ),
    ]
    return modal(
        "Milestone reached", blocks, callback_id=REACHED_MODAL, submit="Reached", close="Not yet", metadata=metadata
    )


def correct_modal(metadata: str, view: MilestonesView, line: MilestoneLine) -> View:
    """Return the form that asks on which other day a milestone was reached; nothing is lost by closing it."""
    assert line.reached_on is not None
    blocks = [
        section(
            f"*{escape(view.customer, 150)} · {format_money(line.amount)}*",
            f"{escape(line.description, 300)}: reported as reached on {day(line.reached_on)}. Its invoice is not out "
            "yet; it is dated anew and asks for approval again.",
        ),
        entry("Reached on", DAY, date_picker(DAY, initial=line.reached_on), hint=_days(view)),
        entry(
            "What shows it",
            NOTE,
            typed(NOTE, example="The acceptance is dated 12 November", most=_LONGEST_NOTE),
            hint="It is kept in the audit trail, with the day as it was.",
            optional=True,
        ),
    ]
    return modal(
        "Correct the day", blocks, callback_id=REACHED_MODAL, submit="Correct", close="Leave it", metadata=metadata
    )


def read_reached(values: Mapping[str, Any]) -> tuple[date | None, str]:
    """Return the day and the note out of the submitted modal's `state.values`; None for no day."""
    picked = ((values.get(DAY) or {}).get(DAY) or {}).get("selected_date")
    note = ((values.get(NOTE) or {}).get(NOTE) or {}).get("value") or ""
    try:
        return date.fromisoformat(str(picked)), str(note).strip()[:_LONGEST_NOTE]
    except ValueError:
        return None, str(note)


def _blocks(view: MilestonesView, customer: str) -> Iterator[Block]:
    waiting = view.waiting
    if view.state != "active":
        yield section(f"*{customer} · milestones*", _STATES.get(view.state, escape(view.state, 40)))
    elif waiting:
        who = f"{mention(view.account_manager)}, please say" if view.account_manager else "Please say"
        yield section(f"*{customer} · {_sum(waiting)} by milestones*", f"{who} when one is reached: it is billed then.")
        for row, line in enumerate(waiting[:_SHOWN], start=1):
            value = MilestoneButton(view.contract_id, line.id).dump()
            yield section(
                f"*{escape(line.description, 200)}*",
                f"{format_money(line.amount)} · waiting",
                accessory=button(
                    "Reached", f"{REACHED}.row_{row}", value, spoken=f"{plain(line.description, 60)} is reached"
                ),
            )
        if rest := waiting[_SHOWN:]:
            yield context(f"and {len(rest)} more over {_sum(rest)}, shown when these are reached")
    else:
        yield section(f"*{customer} · milestones*", "✅ all reached" if view.lines else "none any more")
    yield from _settled(view)
    yield context(f"contract {escape(view.contract, 80)}", "any member may report; who did is kept")


def _settled(view: MilestonesView) -> Iterator[Block]:
    settled = [line for line in view.lines if line.reached_on is not None]
    if not settled:
        return
    yield divider()
    shown = settled[-_SETTLED:]
    more = len(settled) - len(shown)
    fixed = [line for line in shown if view.state != "active" or line.billed_with is not None]
    if fixed or more:
        yield section(*map(_reached, fixed), f"and {more} more before" if more else None)
    for row, line in enumerate((line for line in shown if line not in fixed), start=1):
        value = MilestoneButton(view.contract_id, line.id, line.reached_on).dump()
        spoken = f"Correct the day of {plain(line.description, 50)}"
        yield section(_reached(line), accessory=button("Correct day", f"{CORRECT}.row_{row}", value, spoken=spoken))


def _reached(line: MilestoneLine) -> str:
    assert line.reached_on is not None
    by = f" · reported by {mention(line.reached_by)}" if line.reached_by else ""
    by += f" · day corrected by {mention(line.corrected_by)}" if line.corrected_by else ""
    return f"✅ {escape(line.description, 120)} · {format_money(line.amount)} · reached on {day(line.reached_on)}{by}"


def _sum(lines: tuple[MilestoneLine, ...]) -> str:
    return format_money(total((line.amount for line in lines), lines[0].amount.currency))


def _days(view: MilestonesView) -> str:
    return f"From {day(view.first_day)} to today, {day(view.today)}."
