"""How long one line's check takes beside 5,000 values, and the floor: finding its five values in their tables.

python -m benchmarks.dimensions
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from datetime import date

from benchmarks.figures import Row, percentile, spread
from flows.dimensions import DimensionConfig, LineCoding, check
from flows.dimensions.load import config_of

VALUES = 5_000
DIMENSIONS = ("department", "location", "class", "project", "cost_centre")
LINES = 2_000
ROUNDS = 5
WANTED = 1.0  # milliseconds a line
ON = date(2026, 11, 23)


def measure() -> list[Row]:
    """Check right lines, and lines on which every value is written wrong and is to be suggested."""
    config = _config()
    right = [_line(config, number, "") for number in range(LINES)]
    wrong = [_line(config, number, "x") for number in range(LINES)]
    return [_row(config, "right", right, errors=0), _row(config, "every value misspelt", wrong, errors=len(DIMENSIONS))]


def _row(config: DimensionConfig, what: str, lines: list[LineCoding], *, errors: int) -> Row:
    times: list[float] = []
    floors: list[float] = []
    for _ in range(ROUNDS):
        floors.append(_per_line(lines, lambda line: _found(config, line)))
        times.append(_per_line(lines, lambda line: check(config, line, posting_date=ON, customer="C7")))
    found = check(config, lines[0], posting_date=ON, customer="C7").errors
    if len(found) != errors:
        raise SystemExit(f"The check that was measured does not find what it should: {found}")
    middle = percentile(times, 0.5)
    return Row(
        what=f"dimension check of a line, {VALUES:,} values ({what})",
        goal=f"under {WANTED:.0f} ms",
        floor=f"{spread(floors)} (looking its values up)",
        measured=spread(times),
        ratio=f"{middle / percentile(floors, 0.5):.0f} times the floor",
        met=middle < WANTED,
    )


def _config() -> DimensionConfig:
    each = VALUES // len(DIMENSIONS)
    codes = {name: [f"{name[:3].upper()}-{number * 37:06}" for number in range(each)] for name in DIMENSIONS}
    pairs = list(itertools.pairwise(DIMENSIONS))
    return config_of(
        {
            "accounts": {f"{4000 + number}": {"requires": list(DIMENSIONS)} for number in range(200)},
            "dimensions": {name: {"values": {code: {} for code in codes[name]}} for name in DIMENSIONS},
            "relationships": [
                {"from": a, "to": b, "restrict": True, "map": dict(zip(codes[a], codes[b], strict=True))}
                for a, b in pairs
            ],
            "periods": [{"start": "2026-11-01", "end": "2026-11-30", "status": "open"}],
            "max_dimensions": len(DIMENSIONS),
        }
    )


def _line(config: DimensionConfig, number: int, mistake: str) -> LineCoding:
    values = {name: list(config.dimensions[name].values)[number % (VALUES // len(DIMENSIONS))] for name in DIMENSIONS}
    return LineCoding(f"{4000 + number % 200}", {name: value + mistake for name, value in values.items()})


def _found(config: DimensionConfig, line: LineCoding) -> bool:
    return all(value in config.dimensions[name].values for name, value in line.dimensions.items())


def _per_line(lines: list[LineCoding], work: Callable[[LineCoding], object]) -> float:
    began = time.perf_counter()
    for line in lines:
        work(line)
    return (time.perf_counter() - began) * 1000 / len(lines)


if __name__ == "__main__":
    for row in measure():
        print(f"{row.what}: {row.measured}; goal {row.goal}; floor {row.floor}; {row.ratio}")
