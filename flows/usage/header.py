"""The head of a CSV file of usage: which separator, which column says what, and what is missing. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flows.errors import BadInput
from flows.usage.event import UsageEvent
from flows.values.words import quoted

SEPARATORS: Final = (",", ";", "\t", "|")
PARTS: Final = ("key", "subject", "meter", "quantity", "occurred_at", "value", "corrects", "void")

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "key": ("key", "event_key", "event_id", "id", "idempotency_key", "transaction_id"),
    "subject": ("subject", "customer", "customer_id", "account", "account_id", "contract", "contract_id"),
    "meter": ("meter", "meter_id", "metric", "event_name", "event_type"),
    "quantity": ("quantity", "qty", "units", "amount"),
    "occurred_at": ("occurred_at", "timestamp", "time", "date", "event_time", "occurred"),
    "value": ("value", "unique_value", "distinct"),
    "corrects": ("corrects", "replaces"),
    "void": ("void", "is_void"),
}
_PART_OF: Final = {name: part for part, names in _NAMES.items() for name in names}
_WITHOUT: Final = {
    "key": "Without it a second import could not be told from new usage.",
    "subject": "Name one for the whole file (--customer).",
    "meter": "Name one for the whole file (--meter).",
    "quantity": "Only meters that count different values do without it, and they need a column value.",
    "occurred_at": "It decides which period is billed.",
}


class FileRefused(BadInput):
    """A file of usage that cannot be read at all; nothing of it was taken."""

    code = "usage.file"


@dataclass(frozen=True, slots=True)
class Header:
    """How the rows below are read: separator, names of the columns, and the place of each part (None: absent)."""

    separator: str
    columns: tuple[str, ...]
    places: Mapping[str, int | None]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that say nothing to us."""
        used = set(self.places.values())
        return tuple(name for place, name in enumerate(self.columns) if place not in used and name.strip())

    def cells_of(self, event: UsageEvent) -> tuple[str, ...]:
        """Return the cells of a row below this header that says the event."""
        said = {
            "key": event.key,
            "subject": event.subject,
            "meter": event.meter,
            "quantity": "" if event.is_void else f"{event.quantity:f}",
            "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
            "value": event.value or "",
            "corrects": event.corrects or "",
            "void": "true" if event.is_void else "",
        }
        by_place = {place: said[part] for part, place in self.places.items() if place is not None}
        return tuple(by_place.get(place, "") for place in range(len(self.columns)))


def read_header(line: str, given: Mapping[str, str]) -> Header:
    """Return how the rows below the first line are read; `given` has the parts that are said for the whole file.

    Names are matched without regard to case, blanks and hyphens. Raises FileRefused when two columns say the same
    thing, or one that is needed is missing, with the names that were found.
    """
    separator = max(SEPARATORS, key=lambda one: len(_known(line, one)))
    columns = _cells(line, separator)
    places: dict[str, int | None] = dict.fromkeys(PARTS)
    for place, name in enumerate(columns):
        part = _PART_OF.get(_plain(name))
        if part is None:
            continue
        first = places[part]
        if first is not None:
            raise FileRefused(
                f"Columns {first + 1} ({quoted(columns[first])}) and {place + 1} ({quoted(name)}) both say the {part}; "
                "remove or rename one of them."
            )
        if part not in given:
            places[part] = place
    _refuse_missing(places, columns, given)
    return Header(separator, columns, places)


def _refuse_missing(places: Mapping[str, int | None], columns: tuple[str, ...], given: Mapping[str, str]) -> None:
    for part, why in _WITHOUT.items():
        if places[part] is None and part not in given and not (part == "quantity" and places["value"] is not None):
            found = ", ".join(quoted(name) for name in columns[:20])
            raise FileRefused(f"The first line has no column {part}. {why} It has the columns {found}.")


def _known(line: str, separator: str) -> set[str]:
    return {part for name in _cells(line, separator) if (part := _PART_OF.get(_plain(name)))}


def _cells(line: str, separator: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator), []))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())
