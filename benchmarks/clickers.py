"""Fifty people who click, in a process of their own: signed requests over real sockets, timed one by one.

Reads what to do as JSON on standard input and writes the times in milliseconds as JSON; see `Clicking`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.delivery import encode, signed

PEOPLE = ("U0DANA", "U0LEE", "U0SAM", "U0RITA")


@dataclass(frozen=True, slots=True)
class Clicking:
    """`clickers` people each click `rounds` times, all at the same instant every `pause` seconds.

    With `pause` 0 everybody clicks again as soon as they were answered, which no people do: it shows the limit.
    """

    url: str
    secret: str
    values: list[str]
    clickers: int = 50
    rounds: int = 40
    pause: float = 1.0
    series: str = "1"


@dataclass(frozen=True, slots=True)
class Clicked:
    """How long each acknowledgement took, in milliseconds, and how many clicks were not acknowledged."""

    milliseconds: list[float]
    failed: int
    seconds: float


def click(clicking: Clicking) -> Clicked:
    """Click in a process of its own, so that the load does not share an interpreter with what is measured."""
    command = [sys.executable, "-m", "benchmarks.clickers"]
    done = subprocess.run(command, input=json.dumps(asdict(clicking)), capture_output=True, text=True, check=True)
    return Clicked(**json.loads(done.stdout))


def payload(value: str, person: str, stamp: str) -> dict[str, Any]:
    """Return what Slack sends when a person presses Approve on a card in #invoice-approvals."""
    action = {
        "type": "button", "action_id": "approval.approve", "block_id": "decide", "value": value, "action_ts": stamp,
        "text": {"type": "plain_text", "text": "Approve"}, "style": "primary",
    }  # fmt: skip
    return {
        "type": "block_actions",
        "user": {"id": person, "username": person.lower(), "name": person.lower(), "team_id": "T0DEMO"},
        "api_app_id": "A0DUNWELL", "token": "verification-token", "trigger_id": f"1.2.{stamp}",
        "team": {"id": "T0DEMO", "domain": "dunwell-demo"}, "enterprise": None, "is_enterprise_install": False,
        "channel": {"id": "C0APPROVALS", "name": "invoice-approvals"},
        "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0APPROVALS", "is_ephemeral": False},
        "message": {"type": "message", "ts": "1.1", "text": "An invoice", "blocks": []},
        "response_url": "http://127.0.0.1:1/", "state": {"values": {}}, "actions": [action],
    }  # fmt: skip


def _request(clicking: Clicking, person: int, turn: int) -> bytes:
    value = clicking.values[(person + turn) % len(clicking.values)]
    stamp = f"{clicking.series}{turn:04}{person:03}.000100"
    content_type, body = encode("interactive", payload(value, PEOPLE[person % len(PEOPLE)], stamp))
    headers = signed(clicking.secret, body, int(time.time())) | {
        "Host": urlsplit(clicking.url).netloc,
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {said}\r\n" for name, said in headers.items())
    return f"POST {urlsplit(clicking.url).path} HTTP/1.1\r\n{head}\r\n{body}".encode()


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = head.partition("content-length:")[2].partition("\r\n")[0]
    if length.strip():
        await reader.readexactly(int(length))
    return int(head.split(" ", 2)[1])


async def _person(clicking: Clicking, number: int, start: float, times: list[float]) -> int:
    """Click `rounds` times over one connection. Return how many were not acknowledged."""
    address, failed = urlsplit(clicking.url), 0
    requests = [_request(clicking, number, turn) for turn in range(clicking.rounds)]
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    for turn, request in enumerate(requests):
        await asyncio.sleep(max(0.0, start + turn * clicking.pause - time.perf_counter()))
        began = time.perf_counter()
        try:
            writer.write(request)
            failed += await asyncio.wait_for(_answer(reader), 3.0) != 200  # Slack waits three seconds
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            failed += 1
            writer.close()
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
        times.append((time.perf_counter() - began) * 1000)
    writer.close()
    return failed


async def _everybody(clicking: Clicking) -> Clicked:
    times: list[float] = []
    gc.disable()
    start = time.perf_counter() + 1.0
    failed = await asyncio.gather(*(_person(clicking, one, start, times) for one in range(clicking.clickers)))
    return Clicked(times, sum(failed), time.perf_counter() - start)


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(_everybody(Clicking(**json.load(sys.stdin)))))))
