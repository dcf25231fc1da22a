"""What the form asks to mend a coding: one question for each thing that is wrong, with the values that fit. Pure.

Lines that are coded alike and wrong alike share a question. Answers come back by question; they are put to the same
check as the draft before anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from flows.dimensions import wording
from flows.dimensions.coding import Coded, LineError, Mend, as_chosen, code_content, posting_of
from flows.dimensions.model import ACCOUNT, DIMENSIONS, POSTING_DATE, DimensionConfig, LineCoding
from flows.dimensions.rules import open_dates, refused_combinations, required
from flows.dimensions.suggestions import fitting
from flows.errors import UserError
from flows.values import words
from flows.values.invoice import InvoiceContent, InvoiceLine

LEAVE_OUT: Final = "-- leave out --"  # the choice that takes a dimension off the line
DATES: Final = 12  # in open periods ahead that are offered


class BadChoice(UserError):
    """An answer that cannot be. `errors` has a sentence for each question."""

    code = "coding.bad_choice"

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to choose. `offered` are the values that fit, with their labels; `chosen` is the suggestion."""

    id: str  # "2.department" for line 2 and those like it; "posting_date"
    field: str
    lines: tuple[InvoiceLine, ...]
    problems: tuple[str, ...]  # in words
    offered: Mapping[str, str]
    chosen: str | None = None


def questions(config: DimensionConfig, coded: Coded) -> tuple[Question, ...]:
    """Return what to ask about an invoice, the posting date first, then line by line.

    What the suggestions would ask for in turn, such as a dimension that another account requires, is asked as well.
    """
    lines = list(_about_lines(config, coded, coded.errors))
    taken = [mend for question in lines if question.chosen for mend in _mends(question, question.chosen)]
    then = code_content(config, coded.content, taken)
    known = {(wrong.seq, wrong.error.field) for wrong in coded.errors}
    more = [w for w in then.errors if w.error.code == "required" and (w.seq, w.error.field) not in known]
    lines += _about_lines(config, then, more)
    by_line = sorted(lines, key=lambda each: (each.lines[0].seq, each.field != ACCOUNT, each.field))
    return (*_about_the_date(config, coded), *by_line)


def choices(questions: Iterable[Question], answers: Mapping[str, str]) -> tuple[tuple[Mend, ...], date | None]:
    """Return what the answers choose for each line, and the posting date where one was chosen.

    Raises BadChoice for an answer to nothing that is asked, or with a value that is not offered.
    """
    asked = {question.id: question for question in questions}
    wrong = {
        key: "This is not among the values that fit; open the form anew."
        for key, value in answers.items()
        if key not in asked or value not in asked[key].offered
    }
    if wrong:
        raise BadChoice(wrong)
    mends = [mend for key, value in answers.items() for mend in _mends(asked[key], value)]
    day = answers.get(POSTING_DATE)
    return tuple(mends), date.fromisoformat(day) if day else None


def faults(
    config: DimensionConfig, coded: Coded, questions: Iterable[Question], answers: Mapping[str, str]
) -> dict[str, str]:
    """Return what the answers leave or make wrong, in words by question; what was not answered may stay wrong.

    `questions` are those of `coded`. Raises BadChoice as `choices` does.
    """
    asked = {question.id: question for question in questions if question.id in answers}
    mends, day = choices(asked.values(), answers)
    before = coded.content if day is None else replace(coded.content, invoice_date=day)
    after = code_content(config, before, mends)
    found: dict[str, str] = {}
    for wrong in after.errors:
        place = _place_of(wrong, asked.values(), is_new=wrong not in coded.errors)
        if place is not None:
            found.setdefault(place, wording.sentence(config, after.content, wrong))
    return found


def _about_the_date(config: DimensionConfig, coded: Coded) -> Iterator[Question]:
    wrong = [error for error in coded.errors if error.error.field == POSTING_DATE]
    if not wrong:
        return
    posting = posting_of(config, coded.content)
    ahead = open_dates(config, posting.date, posting.subsidiary)[:DATES]
    shown = {day.isoformat(): words.day(day) for day in ahead}
    problems = tuple(wording.sentence(config, coded.content, error) for error in wrong)
    yield Question(POSTING_DATE, POSTING_DATE, (), problems, shown, next(iter(shown), None))


def _about_lines(config: DimensionConfig, coded: Coded, errors: Iterable[LineError]) -> Iterator[Question]:
    lines = {line.seq: line for line in coded.content.lines}
    alike: dict[tuple[object, str], list[LineError]] = {}
    for wrong in errors:
        if wrong.seq is not None:
            line = lines[wrong.seq]
            alike.setdefault(((line.account, line.dimensions, line.filled), wrong.error.field), []).append(wrong)
    asked: dict[str, Question] = {}
    for (_, field), same in alike.items():
        group = tuple(lines[seq] for seq in dict.fromkeys(wrong.seq for wrong in same) if seq is not None)
        question = _question(config, coded, field, group, [each for each in same if each.seq == group[0].seq])
        for each in (question, *_instead(config, coded, question)):
            asked.setdefault(each.id, each)
    yield from asked.values()


def _question(
    config: DimensionConfig, coded: Coded, field: str, group: tuple[InvoiceLine, ...], errors: list[LineError]
) -> Question:
    coding = as_chosen(group[0])
    problems = tuple(wording.fault(config, coded.content, group[0], each.error) for each in errors)
    offered = _offered(config, coded.content, coding, field)
    suggested = [each.error.suggestion for each in errors if each.error.suggestion in offered]
    only = next(iter(offered)) if len(offered) == 1 else None
    return Question(f"{group[0].seq}.{field}", field, group, problems, offered, suggested[0] if suggested else only)


def _offered(config: DimensionConfig, content: InvoiceContent, coding: LineCoding, field: str) -> dict[str, str]:
    needed = required(config, coding.account)
    if field == DIMENSIONS:
        return {name: wording.called(config, name) for name in sorted(coding.dimensions.keys() - needed)}
    values = {code: label(config, field, code) for code in fitting(config, coding, field, posting_of(config, content))}
    can_go = field in coding.dimensions and field not in needed
    return values | ({LEAVE_OUT: f"Leave out the {wording.called(config, field)}"} if can_go else {})


def _instead(config: DimensionConfig, coded: Coded, question: Question) -> Iterator[Question]:
    """Ask for the other end of a refused combination as well: it may be the one that is wrong."""
    line = question.lines[0]
    coding, posting = LineCoding(line.account, dict(line.dimensions)), posting_of(config, coded.content)
    for refused in refused_combinations(config, coding, posting):
        if refused.target == question.field and refused.source in as_chosen(line).dimensions:
            offered = _offered(config, coded.content, as_chosen(line), refused.source)
            current = coding.dimensions[refused.source]
            others = {code: shown for code, shown in offered.items() if code != current}
            if others:
                yield Question(f"{line.seq}.{refused.source}", refused.source, question.lines, (), others)


def label(config: DimensionConfig, field: str, code: str) -> str:
    """Return a value as a select shows it: "4010 · Subscriptions"."""
    known = config.accounts.get(code) if field == ACCOUNT else config.dimensions[field].values.get(code)
    return f"{code} · {known.name}" if known and known.name else code


def _mends(question: Question, value: str) -> Iterator[Mend]:
    for line in question.lines:
        if question.field == DIMENSIONS:
            yield Mend(line.source, value, "")
        else:
            yield Mend(line.source, question.field, "" if value == LEAVE_OUT else value)


def _place_of(wrong: LineError, asked: Iterable[Question], *, is_new: bool) -> str | None:
    """Return the answered question at which an error belongs; what was wrong before and not answered has none."""
    asked = tuple(asked)
    for question in asked:
        if question.field == wrong.error.field and (
            wrong.seq is None or wrong.seq in {line.seq for line in question.lines}
        ):
            return question.id
    if not is_new or wrong.error.code == "required":  # asked for in the next form
        return None
    near = [each.id for each in asked if wrong.seq in {line.seq for line in each.lines}]
    return next(iter([*near, *(each.id for each in asked)]), None)
