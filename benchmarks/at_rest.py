"""What a program costs that has nothing to do: the processor time of the demo's app while nothing happens."""

from __future__ import annotations

import time

from benchmarks.demo_rig import cpu_seconds, running_demo
from benchmarks.figures import Row, percentile

SPANS = 3
SECONDS = 15.0
SETTLING = 5.0
WANTED = 5.0


def measure() -> list[Row]:
    shares: list[float] = []
    with running_demo() as demo:
        time.sleep(SETTLING)
        for _ in range(SPANS):
            before = cpu_seconds(demo.app_pid)
            time.sleep(SECONDS)
            shares.append((cpu_seconds(demo.app_pid) - before) / SECONDS * 100)
    return [
        Row(
            what="Processor time of serve + worker at rest (asking the CRM every 2 s, as the demo does)",
            goal=f"under {WANTED:.0f} % of a core (ours)",
            floor="0 %",
            measured=f"{min(shares):.1f} / {percentile(shares, 0.5):.1f} / {max(shares):.1f} %",
            ratio="-",
            met=percentile(shares, 0.5) < WANTED,
        )
    ]
