"""The list of products beside the catalogue: a CSV file with a row for each, read as a table of the TOML file would be.

It has a column for every key of a product that holds one value. Cells that are empty say nothing. Every mistake is told
with its line; nothing here knows what the keys mean.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flows.contracts.product_parts import PART_NAMES
from flows.terms.model import Renewal

DIMENSION: Final = "dimension."  # begins the name of a column that holds a dimension
_RENEWAL: Final = "renewal."
COLUMNS: Final = (
    *("code", "account", "tax_code", "frequency", "timing", "price_per"),
    *("meter", "aggregation", "accumulate", "unit", "allowance"),
    *(f"{_RENEWAL}{name}" for name in Renewal.model_fields),
    *("alignment", "anchor_day", "fiscal_year_start_month", "arrears_on", "proration"),
)
_WHOLE: Final = frozenset({"anchor_day", "fiscal_year_start_month", "renewal.months", "renewal.times"})
_OF_THE_TABLE: Final = frozenset({"price", *PART_NAMES})


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """One row: the product's code, its keys as the TOML file would have them, and where it stands."""

    code: str
    table: Mapping[str, Any]
    where: str  # "products.csv line 3"


def read_list(text: str, name: str, told: list[str]) -> Iterator[ListedProduct]:
    """Give the products of the file called `name`; what is wrong is added to `told`, and the row is left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [column.strip() for column in next(reader, ())]
        if faults := list(_column_faults(columns)):
            told.extend(f"{name} line 1: {fault}" for fault in faults)
            return
        yield from _rows(reader, columns, name, told)
    except csv.Error as error:
        told.append(f"{name} line {reader.line_num}: cannot be read as CSV ({error}); correct the row.")


def _rows(reader: Any, columns: Sequence[str], name: str, told: list[str]) -> Iterator[ListedProduct]:
    seen: set[str] = set()
    for cells in reader:
        if not cells:
            continue
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}
        code, where = row.pop("code", ""), f"{name} line {reader.line_num}"
        if len(cells) > len(columns) or not code or code in seen:
            twice = f"the product {code} twice" if code else "no code"
            what = "more values than columns" if len(cells) > len(columns) else twice
            told.append(f"{where}: has {what}; correct the row.")
            continue
        seen.add(code)
        yield ListedProduct(code, _table(row), where)


def _column_faults(columns: Sequence[str]) -> Iterator[str]:
    """Say of each column by its name what is wrong with it."""
    for column, times in Counter(columns).items():
        if times > 1:
            yield f'the column "{column}" stands there {times} times; keep one of them.'
        if column in COLUMNS or (column.startswith(DIMENSION) and column != DIMENSION):
            continue
        near = difflib.get_close_matches(column, COLUMNS, 1)
        mend = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(COLUMNS)} and {DIMENSION}NAME."
        if column.partition(".")[0] in _OF_THE_TABLE:
            mend = "prices, and parts that are lists, are for the TOML file."
        yield f'the column "{column}" is not known; {mend}'
    if "code" not in columns:
        yield "the column code is missing; add it, with the product's code in each row."


def _table(row: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells of a row as the table of a product; what should be a whole number and is not stays text."""
    table: dict[str, Any] = {"dimensions": {}}
    for column, cell in row.items():
        value = int(cell) if column in _WHOLE and cell.isascii() and cell.isdigit() and len(cell) < 10 else cell
        if column.startswith(DIMENSION):
            table["dimensions"][column.removeprefix(DIMENSION)] = value
        elif column.startswith(_RENEWAL):
            table.setdefault("renewal", {})[column.removeprefix(_RENEWAL)] = value
        else:
            table[column] = value
    return table
