"""Text to Terms and back. Every mistake of a text is told at once, each with its line, its place and what is right."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path as FilePath

from pydantic import ValidationError

from flows.errors import UserError
from flows.terms.document import LONGEST, Document, Fault, Unreadable, parse
from flows.terms.model import Terms
from flows.terms.problems import Path, Problem, problems_in, written
from flows.terms.schema import Place, root
from flows.terms.wording import in_words, unknown_field


class TermsRefused(UserError):
    """A text that is not the terms of a contract. `faults` are all its mistakes, in the order of the text."""

    code = "terms.refused"

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name, self.faults = name, tuple(sorted(faults))
        super().__init__("\n".join(f"{name}{' ' if fault.line else ': '}{fault}" for fault in self.faults))


def load_terms(path: FilePath) -> Terms:
    """Return the terms in a file of YAML or JSON, in UTF-8. Raises TermsRefused, also when it cannot be read."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= 4 * LONGEST else b" " * (LONGEST + 1)
        text = raw.decode("utf-8")
    except FileNotFoundError:
        raise TermsRefused(path.name, [Fault(0, "", "there is no such file; check its name")]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise TermsRefused(path.name, [Fault(line, "", "this is not UTF-8; save the file in UTF-8")]) from None
    except OSError as error:
        named = path.name or str(path)
        raise TermsRefused(named, [Fault(0, "", f"the file cannot be read ({error.strerror})")]) from None
    return read_terms(text, name=path.name)


def read_terms(text: str, *, name: str = "terms.yaml") -> Terms:
    """Return the terms that `text`, YAML or JSON, says; `name` is what mistakes call it.

    Raises TermsRefused with every mistake that can be found without the others being mended first.
    """
    try:
        document = parse(text)
    except Unreadable as stop:
        raise TermsRefused(name, [stop.fault]) from None
    if not isinstance(document.tree, dict):
        raise TermsRefused(name, [Fault(document.line(()), "", "write name: value, beginning with version: 1")])
    document.faults.extend(_unknown_without_value(document))
    try:
        terms = Terms.model_validate(document.tree)
    except ValidationError as error:
        raise TermsRefused(name, {*document.faults, *_faults(error, document)}) from None
    if document.faults:
        raise TermsRefused(name, document.faults)
    return terms


def _faults(error: ValidationError, document: Document) -> Iterable[Fault]:
    for entry in error.errors(include_url=False):
        path, places = _walk(entry["loc"])
        for problem in problems_in(entry) or (Problem((), in_words(entry, path, places)),):
            full = (*path, *problem.path)
            yield Fault(document.line(full), written(full), problem.message)


def _unknown_without_value(document: Document) -> Iterable[Fault]:
    """Give the names that are not known and have no value; those that are known say nothing without one."""
    for path in document.empty:
        place, tree = root(), document.tree
        for step in path[:-1]:
            place = place.inside(step)
            tree = tree[step] if isinstance(tree, list | dict) else None  # type: ignore[index]  # a step of this tree
            kind = tree.get(place.chosen_by) if isinstance(tree, dict) else None
            place = place.choice(kind) if isinstance(kind, str) and kind in place.choices else place
        name = str(path[-1])
        if place.fields and name not in place.fields:
            yield Fault(document.line(path), written(path), unknown_field(name, place.fields))


def _walk(loc: tuple[int | str, ...]) -> tuple[Path, tuple[Place, ...]]:
    """Return where in the text pydantic's place is, without the kinds that it also names, and each place on the way."""
    path: list[int | str] = []
    places = [root()]
    for step in loc:
        if places[-1].is_choice_of(step):
            places[-1] = places[-1].choice(str(step))
            continue
        places.append(places[-1].inside(step))
        path.append(step)
    return tuple(path), tuple(places)
