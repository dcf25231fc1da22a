"""How long it takes to price one line, with its arithmetic in words: two tiers, and a line with every modifier."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from benchmarks.figures import Row, percentile
from flows.pricing import Priced, price
from flows.terms.price import read_price

ROUNDS: Final = 15
CALLS: Final = 2_000
WANTED: Final = 50  # microseconds
CENT: Final = Decimal("0.01")
TIERS: Final = [{"up_to": "1000", "unit_price": "0.10"}, {"up_to": None, "unit_price": "0.08"}]
GRADUATED: Final = read_price({"model": "graduated", "tiers": TIERS})
EVERYTHING: Final = read_price(
    {
        "model": "graduated",
        "tiers": TIERS,
        "transform": {"divide_by": "100", "round": "up"},
        "free_units": "3",
        "discount_pct": "10",
        "maximum_spend": "170",
        "minimum_spend": "50",
    }
)


def measure() -> list[Row]:
    """Price both lines, in turns with the bare arithmetic that cannot be avoided."""
    assert _tiers().amount.amount == _bare_tiers() == Decimal("116.00")
    assert _everything().amount.amount == _bare_everything() == Decimal("62.37")
    return [
        _row("One line priced: two tiers", _tiers, _bare_tiers),
        _row("One line priced: every modifier, a part of it billed before", _everything, _bare_everything),
    ]


def _row(what: str, call: Callable[[], object], bare: Callable[[], object]) -> Row:
    taken, floor = [], []
    for _ in range(ROUNDS):  # in turns, so that both meet the same machine
        taken.append(_microseconds(call))
        floor.append(_microseconds(bare))
    return Row(
        what=what,
        goal=f"under {WANTED} µs",
        floor=f"{percentile(floor, 0.5):.1f} µs (bare Decimal arithmetic, no words)",
        measured=f"{min(taken):.1f} / {percentile(taken, 0.5):.1f} / {max(taken):.1f} µs",
        ratio=f"{percentile(taken, 0.5) / percentile(floor, 0.5):.1f}",
        met=percentile(taken, 0.5) < WANTED,
    )


def _tiers() -> Priced:
    return price(GRADUATED, Decimal(1200), "USD", unit="call")


def _bare_tiers() -> Decimal:
    amount = Decimal(1000) * Decimal("0.10") + (Decimal(1200) - Decimal(1000)) * Decimal("0.08")
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _everything() -> Priced:
    return price(
        EVERYTHING,
        Decimal(80_000),
        "USD",
        prior_quantity=Decimal(121_150),
        previously_billed=Decimal("100.28"),
        unit="call",
    )


def _bare_everything() -> Decimal:
    parts, rest = divmod(Decimal(121_150) + Decimal(80_000), Decimal(100))
    blocks = parts + (1 if rest else 0) - Decimal(3)
    amount = Decimal(1000) * Decimal("0.10") + (blocks - Decimal(1000)) * Decimal("0.08")
    amount -= amount * Decimal(10) / Decimal(100)
    return (max(min(amount, Decimal(170)), Decimal(50)) - Decimal("100.28")).quantize(CENT, rounding=ROUND_HALF_UP)


def _microseconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - before) * 1_000_000 / CALLS


if __name__ == "__main__":
    for row in measure():
        print(row)
