"""YAML or JSON text as plain lists, tables and texts, with the line of everything in it.

Every value but a whole number stays the text that was written: 10.50 never becomes a float, 012 is no octal number, and
NO is no truth value. What can surprise or exhaust a reader is refused in words: tabs, anchors, tags, a name twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from flows.terms.problems import Path, written
from flows.values.words import quoted

LONGEST: Final = 500_000  # characters
DEEPEST: Final = 12
MOST_VALUES: Final = 50_000
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})
_MERGE_TAG: Final = "tag:yaml.org,2002:"

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})")

Tree = None | str | int | list["Tree"] | dict[str, "Tree"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake in a text: the line, the place as people write it, what is wrong and what would be right.

    The line is 0 when nothing could be read.
    """

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        line = f"line {self.line}: " if self.line else ""
        return f"{line}{where}{self.message}{'' if self.message.endswith('?') else '.'}"


class Unreadable(Exception):
    """The text cannot be taken apart any further."""

    def __init__(self, line: int, message: str) -> None:
        self.fault = Fault(line, "", message)
        super().__init__(message)


@dataclass(slots=True)
class Document:
    """What a text says, and where it says so."""

    tree: Tree = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    empty: list[Path] = field(default_factory=list)  # names without a value

    def line(self, path: Path) -> int:
        """Return the line on which `path` stands, or the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse(text: str) -> Document:
    """Return what `text` says; mistakes that do not end the reading stand in `faults`. Raises Unreadable."""
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST:
        raise Unreadable(1, f"the text is {len(text):,} characters long; terms have at most {LONGEST:,}")
    if text.lstrip().startswith(("{", "[")):
        text = text.replace("\t", " ")  # blanks in JSON, where a text cannot have a bare one
    document = Document()
    try:
        events = _events(text)
        document.tree = _Builder(document, events).value((), next(events))
        second = next(events, None)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, "there is a character here that text does not have; remove it") from None
    except StopIteration:
        raise Unreadable(1, "there is nothing in it; begin with version: 1") from None
    if second is not None:
        raise Unreadable(_line_of(second), "a second document begins here; keep one contract in a file")
    return document


def _events(text: str) -> Iterator[yaml.Event]:
    frame = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
    return (event for event in yaml.parse(text, Loader=yaml.SafeLoader) if not isinstance(event, frame))


class _Builder:
    """Makes the tree from the events of the parser, one value at a time."""

    def __init__(self, document: Document, events: Iterator[yaml.Event]) -> None:
        self._document, self._events, self._count = document, events, 0

    def value(self, path: Path, event: yaml.Event) -> Tree:
        line = _line_of(event)
        self._document.lines.setdefault(path, line)
        self._count += 1
        if len(path) > DEEPEST or self._count > MOST_VALUES:
            raise Unreadable(line, f"this is too much: more than {DEEPEST} levels or {MOST_VALUES:,} values")
        self._refuse_surprises(event, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.value((*path, number), item) for number, item in enumerate(self._until(yaml.SequenceEndEvent))]
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(path, in_braces=bool(event.flow_style))
        assert isinstance(event, yaml.ScalarEvent)
        return _bare(event.value) if event.style is None else _whole_characters(event.value)

    def _table(self, path: Path, *, in_braces: bool) -> Tree:
        table: dict[str, Tree] = {}
        for event in self._until(yaml.MappingEndEvent):
            line = _line_of(event)
            self._refuse_surprises(event, line)
            if not isinstance(event, yaml.ScalarEvent):
                raise Unreadable(line, "a list or a table stands here in place of a name; write name: value")
            key = _whole_characters(event.value)
            inner = (*path, key)
            if key in table:
                before = self._document.line(inner)
                message = f"stands here a second time, first on line {before}; keep one of them"
                self._document.faults.append(Fault(line, written(inner), message))
            else:
                self._document.lines[inner] = line
            said = next(self._events)
            if in_braces and isinstance(said, yaml.ScalarEvent) and not said.value and said.style is None:
                message = "has no value; a number is written without commas in it, such as 1000.00"
                self._document.faults.append(Fault(line, written(inner), message))
            value = self.value(inner, said)
            if value is None and not in_braces:
                self._document.empty.append(inner)
            table.setdefault(key, value)
        return {key: value for key, value in table.items() if value is not None}  # a name without a value says nothing

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _refuse_surprises(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(
                line, "& and * repeat something; write it out, or put text that begins with such a sign in quotes"
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Unreadable(
                line,
                f"the tag {quoted(tag.replace(_MERGE_TAG, '!!'))} is not known; remove it, or put the text in quotes",
            )


def _line_of(event: yaml.Event) -> int:
    assert event.start_mark is not None  # the parser marks every event
    return event.start_mark.line + 1


def _bare(text: str) -> Tree:
    """Return what is written without quotation marks: nothing, a whole number, or the text as it stands."""
    if text in _NOTHING:
        return None
    return int(text) if _WHOLE.fullmatch(text) else text


def _whole_characters(text: str) -> str:
    r"""Join the two halves in which JSON may write a character: "\ud83d\ude00"."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if re.search("[\ud800-\udfff]", text)
        else text
    )


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    lines = text.split("\n")
    line = lines[number] if number < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or "\\t" in (error.problem or ""):
        return Unreadable(number + 1, "this line is indented with a tab; use blanks")
    if "mapping values are not allowed" in (error.problem or ""):
        return Unreadable(number + 1, "there is a second colon, or a wrong indent; text with ': ' in it needs quotes")
    words = "; ".join(part for part in (error.context, error.problem) if part)
    return Unreadable(number + 1, f"this is not YAML: {words}")
