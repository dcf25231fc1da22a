"""How long somebody waits for a program to start: `dunwell --help`, and `make demo` for the second time."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.demo_rig import running_demo
from benchmarks.figures import Row, percentile, spread

ROUNDS = 11
STARTS = 5
WANTED_HELP, WANTED_DEMO = 0.5, 5.0
REPO_ROOT = Path(__file__).parents[1]


def measure() -> list[Row]:
    return [_help(), _second_start()]


def _help() -> Row:
    dunwell = str(Path(sys.executable).with_name("dunwell"))
    nothing, framework, ours = _in_turns(
        [sys.executable, "-c", "pass"], [sys.executable, "-c", "import typer"], [dunwell, "--help"]
    )
    middle = percentile(ours, 0.5)
    return Row(
        what="dunwell --help",
        goal=f"under {WANTED_HELP} s",
        floor=f"{spread(nothing, 's')} (python -c pass), {spread(framework, 's')} (import typer)",
        measured=spread(ours, "s"),
        ratio=f"{middle / percentile(framework, 0.5):.1f}x import typer",
        met=middle < WANTED_HELP,
    )


def _second_start() -> Row:
    """Start the demo on data that an earlier start has made; the floor is importing what its two processes import."""
    times: list[float] = []
    floors: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        with running_demo(Path(folder)):
            pass
        for _ in range(STARTS):
            floors.append(
                _took([sys.executable, "-c", "import bot.demo"]) + _took([sys.executable, "-c", "import bot.serve"])
            )
            with running_demo(Path(folder)) as demo:
                times.append(demo.started_in)
    middle = percentile(times, 0.5)
    return Row(
        what="Second start of the demo, to its line with the address",
        goal=f"under {WANTED_DEMO:.0f} s",
        floor=f"{spread(floors, 's')} (both processes' imports, one after the other)",
        measured=spread(times, "s"),
        ratio=f"{middle / percentile(floors, 0.5):.1f}x",
        met=middle < WANTED_DEMO,
    )


def _in_turns(*commands: Sequence[str]) -> list[list[float]]:
    """Run the commands in turns and return the seconds of each, the first round left out."""
    rounds = [[_took(command) for command in commands] for _ in range(ROUNDS + 1)]
    return [list(times) for times in zip(*rounds[1:], strict=True)]


def _took(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=REPO_ROOT)
    return time.perf_counter() - began
