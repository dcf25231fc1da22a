"""The memory of `serve` with its worker in one process: at rest, and after a hundred invoices were issued."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from benchmarks.demo_rig import RunningDemo, resident_mb, running_demo
from benchmarks.figures import Row

WANTED = 200.0
INVOICES = 100
_FLOOR = "import dbos, slack_bolt, sqlmodel, stripe; print(int(open('/proc/self/statm').read().split()[1]) * 4096)"


def measure() -> list[Row]:
    libraries = subprocess.run([sys.executable, "-c", _FLOOR], capture_output=True, text=True, check=True)
    floor = int(libraries.stdout) / 1e6
    with running_demo() as demo:
        at_rest = resident_mb(demo.app_pid)
        _issue(demo, INVOICES)
        after = resident_mb(demo.app_pid)
    return [
        Row(
            what=f"Memory of serve + worker: at rest, and after {INVOICES} invoices with PDFs",
            goal=f"under {WANTED:.0f} MB",
            floor=f"{floor:.0f} MB (its libraries, imported)",
            measured=f"{at_rest:.0f}, then {after:.0f} MB",
            ratio=f"{after / floor:.1f}",
            met=max(at_rest, after) < WANTED,
        )
    ]


def _issue(demo: RunningDemo, invoices: int) -> None:
    """Close deals and approve each as its approvers do, until so many are issued."""
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: demo.do("deal", kind="flat"), range(invoices)))
    demo.until_idle(300)
    for person in ("dana", "lee"):
        for card in _cards_that_wait(demo):
            demo.do("click", **{"as": person}, channel="#invoice-approvals", ts=card, action_id="approval.approve")
        demo.until_idle(300)


def _cards_that_wait(demo: RunningDemo) -> list[str]:
    channels = {channel["name"]: channel["messages"] for channel in demo.state()["channels"]}
    return [
        card["ts"]
        for card in channels["invoice-approvals"]
        for block in card["blocks"] or []
        for element in block.get("elements", [])
        if element.get("action_id") == "approval.approve"
    ]
