"""From the webhook that announces a closed deal to the card in the demo workspace, at ten deals a second.

Two approvers have opened App Home, which is kept up to date for them meanwhile. The floor is the same for one deal at a
time in an idle program: the work itself, with nothing to wait for.
"""

from __future__ import annotations

import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.demo_rig import RunningDemo, running_demo
from benchmarks.figures import Row, percentile, spread
from connectors.webhooks import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

ROUNDS = 3
DEALS = 100
DEALS_A_SECOND = 10.0
ALONE = 10
_HAVE_HOME_OPEN = ("dana", "lee")
WANTED_MIDDLE, WANTED_SLOWEST = 300.0, 1500.0
_PACE = "posts_per_second=100, post_burst=100"  # ten cards a second in one channel are above Slack's own limit
_POSTED = """
SELECT deal.external_id, card_copy.ts FROM deal
JOIN invoice ON invoice.deal_id = deal.id JOIN card_copy ON card_copy.subject_id = invoice.id
WHERE card_copy.kind = 'approval' AND card_copy.ts IS NOT NULL
"""


def measure() -> list[Row]:
    alone: list[float] = []
    middle: list[float] = []
    slowest: list[float] = []
    for _ in range(ROUNDS):
        with running_demo(options=_PACE) as demo:
            for one in _HAVE_HOME_OPEN:
                demo.do("open_home", **{"as": one})
            alone += _times(demo, [_announced(demo, wait=True) for _ in range(ALONE)][1:])
            times = _times(demo, _at_pace(demo))
            middle.append(percentile(times, 0.5))
            slowest.append(percentile(times, 0.99))
    ratio = percentile(middle, 0.5) / percentile(alone, 0.5)
    return [
        Row(
            what=f"Deal webhook to card posted, {DEALS} deals at {DEALS_A_SECOND:.0f} a second, 2 Homes open (SQLite)",
            goal=f"p50 under {WANTED_MIDDLE:.0f} ms, p99 under {WANTED_SLOWEST:.0f} ms",
            floor=f"{spread(alone)} (one deal, idle program)",
            measured=f"p50 {spread(middle)}; p99 {spread(slowest)}",
            ratio=f"p50 {ratio:.1f}x",
            met=percentile(middle, 0.5) < WANTED_MIDDLE and percentile(slowest, 0.5) < WANTED_SLOWEST,
        )
    ]


def _announced(demo: RunningDemo, *, wait: bool = False) -> tuple[str, float]:
    """Close a deal, announce it by the signed webhook, and return its id and the instant of the announcement."""
    deal_id = str(demo.do("deal", kind="flat", notify="none")["id"])
    body = json.dumps({"deal_id": deal_id}).encode()
    at = time.time()
    secret = demo.app_environment["DEALS_WEBHOOK_SECRET"]
    headers = {TIMESTAMP_HEADER: str(int(at)), SIGNATURE_HEADER: sign(secret, str(int(at)), body)}
    answer = demo.http.post(f"{demo.app_url}/webhooks/deals", content=body, headers=headers)
    if answer.status_code != 202:
        raise SystemExit(f"The webhook was refused: {answer.text}")
    if wait:
        demo.until_idle(30)
    return deal_id, at


def _at_pace(demo: RunningDemo) -> list[tuple[str, float]]:
    start = time.perf_counter()
    with ThreadPoolExecutor(8) as senders:
        pending = []
        for number in range(DEALS):
            time.sleep(max(0.0, start + number / DEALS_A_SECOND - time.perf_counter()))
            pending.append(senders.submit(_announced, demo))
        announced = [one.result() for one in pending]
    demo.until_idle(120)
    return announced


def _times(demo: RunningDemo, announced: list[tuple[str, float]]) -> list[float]:
    """Return for each deal the milliseconds until its card stood in the channel, by the time stamp of the message."""
    path = Path(demo.app_environment["DUNWELL_DATA"]) / "dunwell.sqlite3"
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        posted = {deal_id: float(ts) for deal_id, ts in connection.execute(_POSTED)}
    return [(posted[deal_id] - at) * 1000 for deal_id, at in announced]
