"""Which accounts, dimensions and periods are in force: those of the file as it was last in order.

The file, and every list that it names, is looked at whenever a transaction asks, and read again when it was changed.
One transaction is held against one version of it, however often it asks.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from sqlmodel import Session

from flows.dimensions.load import Mark, load_dimensions, mark_of
from flows.dimensions.model import DimensionConfig
from flows.errors import ConfigurationError
from flows.runtime import runtime

_PINNED: Final = "dimensions"  # in the session's own notes


class DimensionsFile:
    """The dimensions file, followed while the program runs.

    A change that has a mistake in it does not come into force: `fault` is then what `load_dimensions` says of it.
    Raises ConfigurationError when the file cannot be used to begin with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fault: ConfigurationError | None = None
        self._reading = threading.Lock()
        self._marks: dict[Path, Mark] = {}
        self._good = load_dimensions(path, self._marks)

    def config(self) -> DimensionConfig:
        """Return what the file says now, or said when it was last in order."""
        with self._reading:
            if any(mark_of(path) != mark for path, mark in self._marks.items()):
                self._read_again()
            return self._good

    def _read_again(self) -> None:
        marks: dict[Path, Mark] = {}
        try:
            self._good, self.fault = load_dimensions(self.path, marks), None
        except ConfigurationError as error:
            self.fault = error
        self._marks = marks


def in_force(session: Session) -> DimensionConfig | None:
    """Return what this transaction is held against; None without a dimensions file."""
    if _PINNED not in session.info:
        session.info[_PINNED] = newest()
    found: DimensionConfig | None = session.info[_PINNED]
    return found


def newest() -> DimensionConfig | None:
    """Return what is in force now; None without a dimensions file."""
    file = runtime().dimensions_file
    if file is not None:
        runtime().dimensions = file.config()
    return runtime().dimensions


def version(session: Session) -> str:
    """Return which version of the dimensions file this transaction is held against; empty without one."""
    config = in_force(session)
    return config.version if config else ""
