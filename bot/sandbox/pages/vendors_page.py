"""A vendor simulator's snapshot made ready for its page: its tables, its log of requests, its faults."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

SHOWN_REQUESTS = 100
NUMBER = re.compile(r"(?:[A-Z]{3} )?-?[0-9][0-9,]*(?:\.[0-9]+)?")


def page_of(snapshot: Mapping[str, Any], now_words: str) -> dict[str, Any]:
    """Return a snapshot with everything that the template lays out, whatever it left unsaid."""
    return {
        "title": str(snapshot.get("title") or "Simulator"),
        "tables": [_table(table) for table in snapshot.get("tables") or []],
        "requests": [_request(r, i) for i, r in enumerate((snapshot.get("requests") or [])[:SHOWN_REQUESTS])],
        "faults": [f for f in snapshot.get("faults") or [] if isinstance(f, dict)],
        "now_words": now_words,
    }


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table whose columns of nothing but numbers and amounts stand to the right."""
    rows = [_cells(row, table["columns"]) for row in table["rows"]]
    held = [[str(row[i]) for row in rows if row[i] not in (None, "")] for i in range(len(table["columns"]))]
    right = [bool(cells) and all(NUMBER.fullmatch(cell) for cell in cells) for cells in held]
    return {"name": table["name"], "columns": list(zip(table["columns"], right, strict=True)), "rows": rows}


def _cells(row: Any, columns: list[str]) -> list[Any]:
    """Return a row's cells in the columns' order, from a list or a mapping."""
    cells = [row.get(c) for c in columns] if isinstance(row, dict) else list(row)
    return [json.dumps(c, ensure_ascii=False) if isinstance(c, dict | list) else c for c in cells]


def _request(request: Mapping[str, Any], index: int) -> dict[str, Any]:
    line = f"{request.get('method', '')} {request.get('path', request.get('operation', ''))}".strip()
    at = str(request.get("at") or "")
    return {
        "key": request.get("id") or f"{at}-{index}",
        "line": line + (f" · {request['fault']}" if request.get("fault") else ""),
        "time": _short(at),
        "status": request.get("status"),
        "json": json.dumps(dict(request), indent=2, ensure_ascii=False, default=str),
    }


def _short(at: str) -> str:
    try:
        return f"{datetime.fromisoformat(at):%d %b %Y %H:%M:%S} UTC"
    except ValueError:
        return at
