"""The audit trail as a file, by date range and object, streamed.

JSON Lines hold every column as the very text that was hashed, so the chain can be verified from a whole export alone.
CSV is for spreadsheets: a cell that a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import SQLModel

import storage.tables  # noqa: F401 - fills SQLModel.metadata
from storage.database import Database

Format = Literal["csv", "jsonl"]

CHUNK = 1_000
_EVENTS = SQLModel.metadata.tables["audit_event"]
_INVOICES = SQLModel.metadata.tables["invoice"]
_APPROVALS = SQLModel.metadata.tables["approval"]
_CORRECTIONS = SQLModel.metadata.tables["correction"]
_COLUMNS = tuple(column.name for column in _EVENTS.columns)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last ones are wide


def export(
    database: Database,
    *,
    team: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    object_id: str | None = None,
    format: Format = "jsonl",
) -> Iterator[str]:
    """Return the lines of the file, each with its line end, oldest event first.

    `since` is inclusive, `until` exclusive. With an invoice's id or number, or a deal's id, the events of the deal,
    its invoice and their approvals come together.
    """
    statement = sa.select(_EVENTS).order_by(_EVENTS.c.seq)
    if team is not None:
        statement = statement.where(_EVENTS.c.team_id == team)
    if since is not None:
        statement = statement.where(_EVENTS.c.at >= _as_written(since))
    if until is not None:
        statement = statement.where(_EVENTS.c.at < _as_written(until))
    if object_id is not None:
        statement = statement.where(_EVENTS.c.object_id.in_(_family(database, team, object_id)))
    return (_csv if format == "csv" else _json_lines)(_stream(database, statement))


def _as_written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _family(database: Database, team: str | None, object_id: str) -> set[str]:
    """Return the ids of everything that belongs to the same deal as the object."""
    named = sa.or_(_INVOICES.c.id == object_id, _INVOICES.c.number == object_id, _INVOICES.c.deal_id == object_id)
    invoices = sa.select(_INVOICES.c.id, _INVOICES.c.deal_id).where(named)
    if team is not None:
        invoices = invoices.where(_INVOICES.c.team_id == team)
    with database.reader.connect() as connection:
        found = connection.execute(invoices).all()
        ids = [row.id for row in found]
        theirs = (sa.select(table.c.id).where(table.c.invoice_id.in_(ids)) for table in (_APPROVALS, _CORRECTIONS))
        about_them = {name for query in theirs for name in connection.execute(query).scalars()}
        return {object_id, *(name for row in found for name in row), *about_them}


def _stream(database: Database, statement: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
    with database.reader.connect() as connection:
        if not database.is_sqlite:  # whoever reads it page by page takes their time, and is in nobody's way
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        streaming = connection.execution_options(stream_results=True, yield_per=CHUNK)
        with streaming.execute(statement) as found:
            yield from found


def _json_lines(rows: Iterable[sa.Row[Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(dict(zip(_COLUMNS, row, strict=True)), ensure_ascii=False) + "\n"


def _csv(rows: Iterable[sa.Row[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for row in rows:
        yield _taken(buffer)
        writer.writerow([_harmless(value) for value in row])
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
