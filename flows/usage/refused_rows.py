"""The file of the rows that were not taken, as they were, each with its line and the reason; mended, it is imported."""

from __future__ import annotations

import csv
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flows.usage.csv_file import RefusedRow
from flows.usage.header import FileRefused, Header

LINE, REASON = "refused line", "refused because"


class RefusedRows(AbstractContextManager["RefusedRows"]):
    """Writes refused rows to a file, which is made when the first one comes; None keeps none."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._stack = path, ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, header: Header, row: RefusedRow) -> None:
        """Add a row. Raises FileRefused when the file cannot be written."""
        if self._path is None:
            return
        try:
            if self._writer is None:
                file = self._path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
                self._writer = csv.writer(self._stack.enter_context(file))
                self._writer.writerow([*header.columns, LINE, REASON])
            width = len(header.columns)
            cells = [*row.cells, *[""] * width][: max(width, len(row.cells))]
            self._writer.writerow([*cells, row.line, row.reason])
        except OSError as error:
            raise FileRefused(
                f"The refused rows cannot be written to {self._path} ({error.strerror}); name another file (--refused)."
            ) from None
