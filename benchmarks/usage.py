"""A million usage events from a CSV file to rated lines, by the command itself, beside a bare `group by` of DuckDB.

python -m benchmarks.usage [events] [--profile]

The command reads, checks and adds up every row once by its key, in the contract's time zone, and prices every month.
The floor only splits the file and adds: it checks nothing, and counts a key that comes twice twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from benchmarks.figures import Row, percentile, spread

EVENTS: Final = 1_000_000
ROUNDS: Final = 3
SECONDS: Final = 20.0
MEGABYTES: Final = 300.0
METERS: Final = ("api_calls", "storage_gb", "messages")
DECIMALS: Final = {"api_calls": 0, "storage_gb": 3, "messages": 0}

TERMS: Final = """\
version: 1
contract: BENCH-1
customer: {name: Acme Ltd, email: ap@acme.example}
currency: USD
time_zone: UTC
start: 2026-01-01
end: 2026-12-31
payment: {type: net, days: 30}
lines:
  - {id: calls, description: API calls, meter: api_calls, unit: call, price: {model: graduated, tiers: [
      {up_to: 1000000, unit_price: 0.0010}, {up_to: 5000000, unit_price: 0.0008}, {unit_price: 0.0005}]}}
  - {id: storage, description: Storage, meter: storage_gb, unit: GB, price: {model: standard, unit_price: 0.02}}
  - {id: messages, description: Messages, meter: messages, unit: message, price: {
      model: package, package_size: 1000, package_price: 1.50}}
"""
DUCKDB: Final = """\
import duckdb, json, sys
columns = dict(key="VARCHAR", customer="VARCHAR", meter="VARCHAR", quantity="DECIMAL(18,3)", occurred_at="TIMESTAMP")
grouped = f"SELECT meter, month(occurred_at), sum(quantity) FROM read_csv(?, columns={columns}) GROUP BY ALL"
rows = duckdb.sql(grouped, params=[sys.argv[1]]).fetchall()
print(json.dumps([[meter, month, str(total)] for meter, month, total in rows]))
"""


def measure(events: int = EVENTS) -> list[Row]:
    """Quote the file as a person does, and let DuckDB group it."""
    with tempfile.TemporaryDirectory() as folder:
        file, terms = Path(folder) / "usage.csv", Path(folder) / "terms.yaml"
        terms.write_text(TERMS, encoding="utf-8")
        expected = write_usage(file, events)
        quote = [sys.executable, "-m", "bot", "quote", str(terms), "--usage", str(file), "--json"]
        floor = [sys.executable, "-c", DUCKDB, str(file)]
        ours, floors, most = [], [], 0.0
        for _ in range(ROUNDS):
            seconds, _megabytes, out = run(floor)
            floors.append(seconds)
            _same({(meter, month): Decimal(total) for meter, month, total in json.loads(out)}, expected, "DuckDB")
            seconds, megabytes, out = run(quote)
            ours.append(seconds)
            most = max(most, megabytes)
            _same(_quoted(out), expected, "the quote")
    middle = percentile(ours, 0.5)
    return [
        Row(
            what=f"{events:,} usage events from CSV to rated lines (dunwell quote --usage)",
            goal=f"under {SECONDS:.0f} s and {MEGABYTES:.0f} MB",
            floor=f"{spread(floors, 's')} (DuckDB, group by)",
            measured=f"{spread(ours, 's')}, {most:.0f} MB",
            ratio=f"{middle / percentile(floors, 0.5):.1f}x",
            met=middle < SECONDS and most < MEGABYTES,
        )
    ]


def write_usage(path: Path, events: int) -> dict[tuple[str, int], Decimal]:
    """Write a year of events, in the order of a busy meter: nearly by time. Return the sums by meter and month."""
    start, step = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=365) / events
    sums: dict[tuple[str, int], int] = {}
    with path.open("w", encoding="utf-8") as file:
        file.write("key,customer,meter,quantity,occurred_at\n")
        for number in range(events):
            at = start + step * (number ^ 5 if number | 7 < events else number)
            meter = METERS[number % 3]
            quantity = (number * 7919) % 500_000
            sums[meter, at.month] = sums.get((meter, at.month), 0) + quantity
            written = str(Decimal(quantity).scaleb(-DECIMALS[meter]))
            file.write(f"evt-{number:032x},0015g00000AbCdE,{meter},{written},{at:%Y-%m-%dT%H:%M:%SZ}\n")
    return {key: Decimal(units).scaleb(-DECIMALS[key[0]]) for key, units in sums.items()}


def run(command: list[str]) -> tuple[float, float, str]:
    """Run a command; return its seconds, the most memory that it had resident in MB, and what it printed."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    return time.perf_counter() - began, usage.ru_maxrss / 1000, out


def _quoted(out: str) -> dict[tuple[str, int], Decimal]:
    """Return the quantities that the quote rated, by meter and month: its words begin with them."""
    meters = {"calls": "api_calls", "storage": "storage_gb", "messages": "messages"}
    return {
        (meters[line["key"].partition("@")[0]], int(line["period_start"][5:7])): Decimal(
            line["words"][0].partition(" ")[0].replace(",", "")
        )
        for invoice in json.loads(out)["invoices"]
        for line in invoice["lines"]
    }


def _same(found: dict[tuple[str, int], Decimal], expected: dict[tuple[str, int], Decimal], who: str) -> None:
    if found != expected:
        different = [key for key in expected if found.get(key) != expected[key]][:3]
        raise SystemExit(
            f"{who} does not add up to what was written: {[(k, found.get(k), expected[k]) for k in different]}"
        )


def main(words: list[str]) -> None:
    events = next((int(word) for word in words if word.isdigit()), EVENTS)
    if "--profile" in words:
        profile(events)
        return
    for row in measure(events):
        print(f"{row.what}: {row.measured}; {row.floor}; {row.ratio}; {row.goal}: {'met' if row.met else 'not met'}")


def profile(events: int) -> None:
    """Print where the reading and adding up of a file spends its time."""
    import cProfile
    import pstats
    from datetime import date

    from flows.usage import Metered, read_usage_file
    from flows.values.periods import Period, month_end

    months = tuple(Period(date(2026, month, 1), month_end(date(2026, month, 1))) for month in range(1, 13))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "usage.csv"
        write_usage(file, events)
        began = time.perf_counter()
        read_usage_file(file, [Metered(meter, "sum", months) for meter in METERS], zone="UTC")
        print(f"{time.perf_counter() - began:.2f} s without the profiler")
        with cProfile.Profile() as profiler:
            read_usage_file(file, [Metered(meter, "sum", months) for meter in METERS], zone="UTC")
        pstats.Stats(profiler).sort_stats("tottime").print_stats(15)


if __name__ == "__main__":
    main(sys.argv[1:])
