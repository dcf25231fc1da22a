"""The card of an invoice that cannot be booked as it is coded: what is wrong, in words, and a button to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.blockkit import (
    IN_A_SELECT,
    actions,
    ago,
    button,
    context,
    entry,
    escape,
    instant,
    link,
    mention,
    modal,
    options,
    picked,
    plain,
    searched,
    section,
)
from flows.blockkit.states import state_words
from flows.dimensions.form import Question
from flows.dimensions.model import ACCOUNT, DIMENSIONS, POSTING_DATE
from flows.values.card import Block, Card, View
from flows.values.money import Money, format_money

CODE: Final = "coding.mend"  # its value is "invoice id v version"
CHECK_AGAIN: Final = "coding.check"
CODE_MODAL: Final = "coding.mend_modal"
PICK: Final = "coding.pick."  # begins the action id of every select; its block id is the question's

_SHOWN = 8  # problems on the card
_QUESTIONS = 30  # in one form
_OPEN = "needs coding"


@dataclass(frozen=True, slots=True)
class CodingView:
    """An invoice whose coding was, or is, to be mended. `problems` are sentences, `state` is the invoice's."""

    invoice_id: str
    version: int
    customer: str
    total: Money
    state: str
    problems: tuple[str, ...]
    can_be_mended: bool
    since: datetime
    number: str | None = None
    mended_by: str | None = None  # Slack id
    mended_at: datetime | None = None
    approval_url: str | None = None

    @property
    def waits(self) -> bool:
        """Whether the coding is still to be mended."""
        return self.state == _OPEN

    @property
    def value(self) -> str:
        """What the buttons carry."""
        return f"{self.invoice_id} v{self.version}"


def coding_card(view: CodingView) -> Card:
    """Return the card in whatever state the invoice is; without something to mend it has no button."""
    who, amount = escape(view.customer, 150), format_money(view.total)
    headline = f"*{who} · {amount}*"
    if not view.waits:
        return Card(f"The coding of the invoice to {who} over {amount} is settled.", tuple(_settled(view, headline)))
    first = escape(view.problems[0], 300) if view.problems else ""
    text = f"{who}, {amount}: {_count(view)} in the coding before anybody is asked to approve. {first}".strip()
    if not view.problems:
        text = f"{who}, {amount}: nothing is wrong with the coding any more. Check it again."
    return Card(text, tuple(_open(view, headline)))


def coding_modal(metadata: str, view: CodingView, questions: Sequence[Question], *, notice: str = "") -> View:
    """Return the form: a select for everything that is wrong, with nothing in it but what fits."""
    blocks = [
        section(f"*{escape(view.customer, 150)} · {format_money(view.total)}*", escape(notice, 500) if notice else None)
    ]
    about: tuple[int, ...] = ()
    for number, question in enumerate(questions[:_QUESTIONS]):
        lines = tuple(line.seq for line in question.lines)
        if lines and lines != about:
            blocks.append(section(_lines_words(question)))
        about = lines
        blocks.extend(_entry(number, question, optional=len(questions) > 1))
    if len(questions) > _QUESTIONS:
        blocks.append(context(f"{len(questions) - _QUESTIONS} more follow when these are done."))
    can_submit = any(question.offered for question in questions[:_QUESTIONS])
    submit = "Save and go on" if can_submit else None
    close = "Cancel" if can_submit else "Close"
    return modal("Mend the coding", blocks, callback_id=CODE_MODAL, submit=submit, close=close, metadata=metadata)


def read_answers(values: Mapping[str, Any]) -> dict[str, str]:
    """Return what was chosen, by question, out of the submitted form's `state.values`."""
    chosen = {
        name: (element.get("selected_option") or {}).get("value")
        for name, block in values.items()
        for element in block.values()
    }
    return {name: str(value) for name, value in chosen.items() if value}


def nothing_chosen(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors to answer an empty form with."""
    return dict.fromkeys(list(values)[:1], "Choose at least one of these.")


def _open(view: CodingView, headline: str) -> Iterator[Block]:
    ask = "Finance, please mend it. Nobody is asked to approve before."
    if not view.problems:
        ask = "Nothing is wrong with it any more. Check it again, and it asks for approval."
    yield section(headline, f"{state_words(_OPEN)} · {_count(view)}", ask)
    if view.problems:
        yield section(*_problems(view.problems))
    yield context(f"v{view.version}", f"asked {ago(view.since)}")
    again = button(
        "Check again", CHECK_AGAIN, view.value, style=None if view.can_be_mended or view.problems else "primary"
    )
    if view.can_be_mended:
        spoken = f"Mend the coding, {plain(view.customer, 40)}"
        yield actions(button("Mend the coding", CODE, view.value, style="primary", spoken=spoken), again)
    elif not view.problems:
        yield actions(again)
    else:
        yield context("Nothing of this can be mended here: correct the dimensions file, then check again.")
        yield actions(again)


def _settled(view: CodingView, headline: str) -> Iterator[Block]:
    by = None
    if view.mended_by:
        at = f" · {instant(view.mended_at)}" if view.mended_at else ""
        by = f"✅ {mention(view.mended_by)} mended the coding{at}"
    number = f"{escape(view.number, 40)} · " if view.number else ""
    where = link(view.approval_url, "The invoice's own card") if view.approval_url else None
    yield section(headline, by, f"{number}{state_words(view.state)}", where)
    yield context(f"v{view.version}")


def _count(view: CodingView) -> str:
    count = len(view.problems)
    return "1 thing to mend" if count == 1 else f"{count or 'no'} things to mend"


def _problems(problems: Sequence[str]) -> list[str]:
    more = len(problems) - _SHOWN
    shown = [f"• {escape(problem, 300)}" for problem in problems[:_SHOWN]]
    return [*shown, f"and {more} more"] if more > 0 else shown


def _lines_words(question: Question) -> str:
    first = question.lines[0]
    numbers = _numbers([line.seq for line in question.lines])
    what = "Line" if len(question.lines) == 1 else "Lines"
    coding = [f"account {escape(first.account, 40)}" if first.account else "no account"]
    coding += [f"{escape(name.replace('_', ' '), 40)} {escape(value, 40)}" for name, value in first.dimensions]
    return f"*{what} {numbers} · {escape(plain(first.description, 80), 200)}*\n{' · '.join(coding)}"


def _numbers(seqs: Sequence[int]) -> str:
    """Write line numbers shortly: 1, 2, 3, 7 as "1-3, 7"."""
    runs: list[list[int]] = []
    for seq in sorted(seqs):
        if runs and seq == runs[-1][-1] + 1:
            runs[-1].append(seq)
        else:
            runs.append([seq])
    written = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return ", ".join(written[:6]) + (", …" if len(written) > 6 else "")


def _entry(number: int, question: Question, *, optional: bool) -> Iterator[Block]:
    hint = " ".join(f"{text[:1].upper()}{text[1:]}" for text in question.problems)
    if not question.offered:
        yield section(f"{escape(hint, 500)} No value fits; the dimensions file has to be corrected.")
        return
    action_id = f"{PICK}{number}"
    chosen = (
        next(iter(options({question.chosen: question.offered[question.chosen]})), None) if question.chosen else None
    )
    choices = options(question.offered)
    element = searched(action_id, chosen) if len(question.offered) > IN_A_SELECT else picked(action_id, choices, chosen)
    yield entry(_label(question), question.id, element, hint=hint, optional=optional)


def _label(question: Question) -> str:
    if not question.problems:
        return f"Or another {plain(question.field.replace('_', ' '), 60)}"
    usual = {ACCOUNT: "Account", POSTING_DATE: "Post on", DIMENSIONS: "Leave out"}
    return usual.get(question.field) or plain(question.field.replace("_", " ").capitalize(), 60) or "Dimension"
