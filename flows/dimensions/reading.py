"""From the tables of the dimensions file, and the lists beside it, to a configuration; mistakes noted by place.

A mistake is noted and a harmless value put in its place, as in `flows.policy.reading`; `load` refuses the whole when
anything was noted. Long lists may stand in CSV files: a row means what a table of the same name would mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from flows.dimensions.model import (
    Account,
    AccountingPeriod,
    Dimension,
    DimensionConfig,
    DimensionValue,
    PeriodStatus,
    Relationship,
    Subsidiary,
)
from flows.policy.reading import Section, kind

Key = tuple[str | int, ...]
ReadRows = Callable[[Section, str, tuple[str, ...]], Iterator[Section]]  # the rows of the CSV file that a key names
_Made = TypeVar("_Made")

ACCOUNT_COLUMNS = ("code", "name", "requires", "active", "header", "currency", "replaced_by")
VALUE_COLUMNS = (
    "code", "name", "active", "replaced_by", "parent_only", "valid_from", "valid_to", "subsidiaries",
)  # fmt: skip
DEFAULT_COLUMNS = ("customer", "value")
MAP_COLUMNS = ("from", "to")
PERIOD_COLUMNS = ("start", "end", "status", "name", "subsidiary")
SUBSIDIARY_COLUMNS = ("code", "name", "customers")
CUSTOMER_COLUMNS = ("customer",)


@dataclass(slots=True)
class Reading:
    """One reading of a file: how rows are fetched, and where each thing stands, for the checks that come after."""

    rows: ReadRows
    places: dict[Key, Section] = field(default_factory=dict)
    _always: list[str] = field(default_factory=list)  # dimensions that say of themselves that every line has them

    def config(self, root: Section, version: str) -> DimensionConfig:
        """Return what the root table says."""
        config = DimensionConfig(
            accounts=self._by_code(root, "accounts", ACCOUNT_COLUMNS, _account),
            dimensions={
                code: self._dimension(part) for code, part in _tables(root.section("dimensions", required=False))
            },
            relationships=tuple(
                self._relationship(number, part) for number, part in enumerate(root.sections("relationships"))
            ),
            periods=self._periods(root),
            max_dimensions=root.whole("max_dimensions", default=0, least=0, most=999)
            if root.has("max_dimensions")
            else None,
            required_always=(*root.texts("required_always"), *self._always),
            subsidiary=root.optional_text("subsidiary"),
            subsidiaries=self._by_code(root, "subsidiaries", SUBSIDIARY_COLUMNS, self._subsidiary),
            version=version,
        )
        self.places[()] = root
        root.finish()
        return config

    def _dimension(self, section: Section) -> Dimension:
        code = str(section.path[-1])
        values = self._by_code(section, "values", VALUE_COLUMNS, _value)
        known = Dimension(code, section.optional_text("name"), values, self._defaults(section))
        if truth(section, "required_always", default=False):
            self._always.append(code)
        self.places["dimensions", code] = section
        section.finish()
        return known

    def _defaults(self, section: Section) -> Mapping[str, str]:
        table = section.section("defaults", required=False)
        found = {customer: table.text(customer, example="VALUE") for customer in table.table}
        self.places.update({(*section.path, "defaults", customer): table for customer in found})
        for row in self.rows(section, "defaults_csv", DEFAULT_COLUMNS):
            customer, usual = row.text("customer", example="ACME"), row.text("value", example="SALES")
            if found.setdefault(customer, usual) != usual:
                row.fault("customer", f'names "{customer}", who has {found[customer]} already; keep one of the two.')
            self.places[*section.path, "defaults", customer] = row
        return found

    def _relationship(self, number: int, section: Section) -> Relationship:
        table = section.section("map", required=False)
        allowed = {value: _one_or_more(table, value) for value in table.table}
        for row in self.rows(section, "map_csv", MAP_COLUMNS):
            value = row.text("from", example="P-100")
            target = row.text("to", example="ENG")
            allowed[value] = tuple(dict.fromkeys((*allowed.get(value, ()), target)))
            self.places["relationships", number, value, target] = row
        relationship = Relationship(
            source=section.text("from", example="project"),
            target=section.text("to", example="department"),
            allowed=allowed,
            autofill=truth(section, "autofill", default=False),
            restrict=truth(section, "restrict", default=False),
        )
        self.places["relationships", number] = section
        section.finish()
        return relationship

    def _subsidiary(self, code: str, section: Section) -> Subsidiary:
        customers = list(section.texts("customers"))
        for row in self.rows(section, "customers_csv", CUSTOMER_COLUMNS):
            customers.append(row.text("customer", example="ACME"))
            self.places["subsidiaries", code, "customers", customers[-1]] = row
        return Subsidiary(code, section.optional_text("name"), tuple(customers))

    def _periods(self, root: Section) -> tuple[AccountingPeriod, ...]:
        found: list[AccountingPeriod] = []
        for section in (*root.sections("periods"), *self.rows(root, "periods_csv", PERIOD_COLUMNS)):
            self.places["periods", len(found)] = section
            found.append(_period(section))
        return tuple(found)

    def _by_code(
        self, parent: Section, key: str, columns: tuple[str, ...], make: Callable[[str, Section], _Made]
    ) -> dict[str, _Made]:
        """Return what a table of tables and the CSV file beside it say, by code; the same code twice is a mistake."""
        found: dict[str, _Made] = {}
        rows = ((row.text("code", example="4000"), row) for row in self.rows(parent, f"{key}_csv", columns))
        for code, section in (*_tables(parent.section(key, required=False)), *rows):
            made = make(code, section)
            section.finish()
            if code in found:
                section.fault(None, f"{code} stands here a second time; keep one of the two.")
                continue
            found[code] = made
            self.places[*parent.path, key, code] = section
        return found


def _account(code: str, section: Section) -> Account:
    return Account(
        code=code,
        name=section.optional_text("name"),
        requires=section.texts("requires"),
        active=truth(section, "active", default=True),
        header=truth(section, "header", default=False),
        currency=section.optional_text("currency"),
        replaced_by=section.optional_text("replaced_by"),
    )


def _value(code: str, section: Section) -> DimensionValue:
    return DimensionValue(
        code=code,
        name=section.optional_text("name"),
        active=truth(section, "active", default=True),
        replaced_by=section.optional_text("replaced_by"),
        parent_only=truth(section, "parent_only", default=False),
        valid_from=day(section, "valid_from"),
        valid_to=day(section, "valid_to"),
        subsidiaries=section.texts("subsidiaries"),
    )


def _period(section: Section) -> AccountingPeriod:
    start = day(section, "start", required=True) or date.min
    end = day(section, "end", required=True) or start
    written = section.text("status", example="open")
    known = [status.value for status in PeriodStatus]
    if written not in known and written != "?":
        section.fault("status", f'is "{written}", but must be one of {", ".join(known)}.')
    if end < start:
        section.fault("end", f"is {end}, before the start {start}; swap them.")
    period = AccountingPeriod(
        start,
        end,
        PeriodStatus(written) if written in known else PeriodStatus.CLOSED,
        section.optional_text("name"),
        section.optional_text("subsidiary"),
    )
    section.finish()
    return period


def _one_or_more(section: Section, key: str) -> tuple[str, ...]:
    return section.texts(key) if isinstance(section.table[key], list) else (section.text(key, example="ENG"),)


def truth(section: Section, key: str, *, default: bool) -> bool:
    """Return true or false, `default` when the key is not written."""
    value = section.table[key] if section.has(key) else default
    if not isinstance(value, bool):
        section.fault(key, f"is {kind(value)}, but must be true or false.")
        return default
    return value


def day(section: Section, key: str, *, required: bool = False) -> date | None:
    """Return a date, written bare or as text in ISO form; None when the key is not written."""
    if not section.has(key):
        if required:
            section.lacks(key, "2026-11-01")
        return None
    value = section.table[key]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        section.fault(key, f"is {kind(value)}, but must be a date such as 2026-11-01.")
        return None


def no_rows(section: Section, key: str, _columns: tuple[str, ...]) -> Iterator[Section]:
    """Give no row; a file that is named all the same is a mistake."""
    if section.has(key):
        section.fault(key, "names a file, but there is no folder to look for it in.")
    yield from ()


def _tables(section: Section) -> list[tuple[str, Section]]:
    return [(code, section.section(code)) for code in section.table]
