"""Read the dimensions file and the CSV files that it names, and refuse them unless everything fits together.

All mistakes are told at once, each with its file, its line and the mend.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

from flows.dimensions.consistency import look_through
from flows.dimensions.lists import Lists, not_utf8
from flows.dimensions.model import DimensionConfig
from flows.dimensions.reading import Reading, no_rows
from flows.errors import ConfigurationError
from flows.policy.places import Places
from flows.policy.reading import Fault, Section

Mark = tuple[int, int, int] | None  # what changes with a file; None while there is none


class DimensionsError(ConfigurationError):
    """The dimensions file cannot be used. `faults` are all mistakes: (file, line and message)."""

    code = "configuration.dimensions"

    def __init__(self, faults: Iterable[tuple[str, Fault]]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{name} line {fault.line}: {fault.message}" for name, fault in self.faults))


def load_dimensions(path: FilePath, marks: dict[FilePath, Mark] | None = None) -> DimensionConfig:
    """Return the chart of accounts, dimensions and periods in that file.

    `marks` is given the mark of every file that was looked for, as it was just before it was read.
    Raises ConfigurationError when it cannot be read, and its subclass DimensionsError with every mistake in it and in
    the CSV files that it names.
    """
    marks = {} if marks is None else marks
    marks[path] = mark_of(path)
    try:
        stored = path.read_bytes()
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no dimensions file at {path}. "
            "Copy dimensions.example.toml there, or leave DUNWELL_DIMENSIONS out."
        ) from None
    except OSError as error:
        raise ConfigurationError(f"The dimensions file {path} cannot be read: {error}.") from error
    try:
        text = stored.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DimensionsError([(path.name, not_utf8(stored, error))]) from None
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise DimensionsError([(path.name, Fault(_line(error, text), f"this is not TOML: {error}."))]) from None
    return _read(raw, path, text, marks)


def config_of(values: Mapping[str, Any]) -> DimensionConfig:
    """Return the configuration that plain values say, in the layout of the file but without CSV files.

    A null counts as absent; values that name each other are not held against each other. Raises DimensionsError for a
    wrong layout.
    """
    faults: list[Fault] = []
    config = Reading(no_rows).config(Section(_without_nulls(values), (), Places(""), faults), "")
    if faults:
        raise DimensionsError(("dimensions", fault) for fault in faults)
    return config


def mark_of(path: FilePath) -> Mark:
    """Return what is another once the file was written again, or another put in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(raw: Mapping[str, Any], path: FilePath, text: str, marks: dict[FilePath, Mark]) -> DimensionConfig:
    faults: list[Fault] = []
    lists = Lists(path.parent, before=lambda each: marks.update({each: mark_of(each)}))
    reading = Reading(lists.rows)
    version = hashlib.sha256(text.encode())
    config = reading.config(Section(raw, (), Places(text), faults), "")
    look_through(config, reading.places)
    for name in sorted(lists.texts):
        version.update(lists.texts[name])
    found = [(path.name, fault) for fault in sorted(faults)]
    found += [(name, fault) for name in sorted(lists.faults) for fault in sorted(lists.faults[name])]
    if found:
        raise DimensionsError(found)
    return replace(config, version=version.hexdigest()[:12])


def _line(error: tomllib.TOMLDecodeError, text: str) -> int:
    found = re.search(r"line (\d+)", str(error))
    return int(found[1]) if found else text.count("\n") + 1


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }
