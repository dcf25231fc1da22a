"""Read the mapping file: which fields of the CRM a deal and its lines are read from, and what their words mean.

Every mistake is told at once, with its line and the mend. Whether the CRM has the fields, `dunwell doctor` asks it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from flows.contracts.line_checks import BILLINGS, FREQUENCIES, TIMINGS
from flows.errors import ConfigurationError
from flows.policy.places import Places
from flows.policy.reading import Fault, Section
from flows.values.field_mapping import DEAL_FIELDS, LINE_FIELDS, FieldMapping

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_DIMENSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_. -]{0,63}")
_SYNTAX: Final = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)")
_KNOWN_WORDS: Final[Mapping[str, Collection[str]]] = {
    "billing": BILLINGS,
    "frequency": FREQUENCIES,
    "timing": TIMINGS,
}


class FieldMappingError(ConfigurationError):
    """The mapping file cannot be used. `faults` are all its mistakes, in the order of the file."""

    code = "configuration.field_mapping"

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"{name} line {fault.line}: {fault.message}" for fault in self.faults))


def load_field_mapping(path: Path) -> FieldMapping:
    """Return the mapping in that file. Raises ConfigurationError, or FieldMappingError with every mistake."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no mapping file at {path}. Copy crm-fields.example.toml there, or correct DUNWELL_CRM_FIELDS."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The mapping file {path} cannot be read: {error}.") from error
    return read_field_mapping(text, name=path.name)


def read_field_mapping(text: str, *, name: str = "crm-fields.toml") -> FieldMapping:
    """Return the mapping that `text` says; `name` is what mistakes call the file. Raises FieldMappingError."""
    text = text.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _SYNTAX.fullmatch(str(error))
        at = int(found[2]) if found and found[2] else text.count("\n") + 1
        raise FieldMappingError(
            name, [Fault(at, f"this is not TOML: {found[1] if found else error}. Text needs quotes.")]
        ) from None
    faults: list[Fault] = []
    root = Section(raw, (), Places(text), faults)
    deal, line = root.section("deal", required=False), root.section("line", required=False)
    deal_dimensions = _dimensions(deal.section("dimensions", required=False))
    line_dimensions = _dimensions(line.section("dimensions", required=False))
    mapping = FieldMapping(
        deal=_names(deal, DEAL_FIELDS),
        line=_names(line, LINE_FIELDS),
        deal_dimensions=deal_dimensions,
        line_dimensions=line_dimensions,
        words=_words(root.section("words", required=False), {*deal_dimensions, *line_dimensions}),
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
    )
    root.finish()
    if faults:
        raise FieldMappingError(name, faults)
    return mapping


def _names(section: Section, known: Collection[str]) -> Mapping[str, str]:
    """Return the CRM's names of those of our fields that the table has."""
    found = {ours: theirs for ours in known if (theirs := _name(section, ours)) is not None}
    section.finish()
    return found


def _dimensions(section: Section) -> Mapping[str, str]:
    found = {}
    for dimension in section.table:
        theirs = _name(section, dimension)
        if not _DIMENSION.fullmatch(dimension):
            section.fault(dimension, "is not the name of a dimension, such as department.")
        elif theirs is not None:
            found[dimension] = theirs
    return found


def _name(section: Section, key: str) -> str | None:
    theirs = section.optional_text(key)
    if theirs is not None and theirs != "?" and not _NAME.fullmatch(theirs):
        section.fault(key, f'is "{theirs[:60]}", which is no API name such as Department__c.')
    return theirs


def _words(section: Section, dimensions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
    """Return what the CRM's words mean, by field or dimension; the CRM's words are compared without regard to case."""
    found = {}
    for key in {**_KNOWN_WORDS, **dict.fromkeys(sorted(dimensions))}:
        if section.has(key):
            found[key] = _meanings(section.section(key), _KNOWN_WORDS.get(key))
    section.finish()
    return found


def _meanings(section: Section, known: Collection[str] | None) -> Mapping[str, str]:
    meanings: dict[str, str] = {}
    for word in section.table:
        ours = section.optional_text(word)
        if ours is None or ours == "?":
            continue
        if known is not None and ours not in known:
            section.fault(word, f'is "{ours[:60]}", but must be one of {", ".join(known)}.')
        if word.strip().casefold() in meanings:
            section.fault(word, "stands here twice, in small letters and capitals; keep one of them.")
        meanings[word.strip().casefold()] = ours
    return meanings
