"""The log of signed requests as rows: what was sent, how fast it was acknowledged, what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from bot.sandbox.pages.names import Names

SHOWN = 80
SLACK_SECONDS = 0.5
LATE = {"timeout": "no acknowledgement in 3 s", "unreachable": "not reachable", "error": "refused"}
"""What stands beside the triangle for an answer that was none."""
HEADERS_FIRST = ("X-Slack-Signature", "X-Slack-Request-Timestamp")


@dataclass(frozen=True)
class LogRow:
    """One request; `late` is set instead of `ack` when no acknowledgement came in time."""

    key: str
    kind: str
    by: str
    what: str
    time: str
    retry: int
    ack: str
    late: str
    status: str
    bad: bool
    headers: tuple[tuple[str, str], ...]
    body: str
    response: str


def log_rows(state: Mapping[str, Any], names: Names) -> list[LogRow]:
    """Return the newest requests first, each with the headers and body it went out with where they are still known."""
    requests: Sequence[Mapping[str, Any]] = state.get("requests") or []
    people = {p["handle"]: p["name"] for p in state["people"]}
    signed: list[Mapping[str, Any]] = list(state.get("signed_requests") or [])
    return [_row(entry, _wire_form(entry, signed), names, people) for entry in reversed(requests[-SHOWN:])]


def _wire_form(entry: Mapping[str, Any], signed: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Take the request out of `signed` that went out for this entry: same answer, logged when the answer came."""
    answered = _seconds(entry.get("at")) + float(entry.get("ack_ms") or 0) / 1000
    near = [
        s
        for s in signed
        if s.get("status") == entry.get("status") and abs(_seconds(s.get("at")) - answered) < SLACK_SECONDS
    ]
    if not near:
        return {}
    best = min(near, key=lambda s: abs(_seconds(s.get("at")) - answered))
    signed.remove(best)
    return best


def _seconds(at: Any) -> float:
    try:
        return datetime.fromisoformat(str(at)).timestamp()
    except ValueError:
        return 0.0


def _row(entry: Mapping[str, Any], wire: Mapping[str, Any], names: Names, people: Mapping[str, str]) -> LogRow:
    ack = entry.get("ack_ms")
    status = str(entry.get("status") or "")
    by = str(entry.get("by") or "")
    retry = int(entry.get("retry") or 0)
    headers = [(str(k), str(v)) for k, v in dict(wire.get("headers") or {}).items()]
    return LogRow(
        key=f"{entry.get('id')}-{retry}",
        kind=str(entry.get("kind") or ""),
        by=people.get(by, by),
        what=str(entry.get("what") or ""),
        time=_clock(str(entry.get("at") or ""), names),
        retry=retry,
        ack="" if ack is None else f"{float(ack):.0f}",
        late=LATE.get(status, ""),
        status=str(entry.get("http") or ("" if status in LATE else status)),
        bad=status in LATE,
        headers=tuple(sorted(headers, key=lambda h: (h[0] not in HEADERS_FIRST, h[0]))),
        body=readable_body(wire.get("body")),
        response=readable_body(entry.get("response")),
    )


def _clock(at: str, names: Names) -> str:
    try:
        return f"{datetime.fromisoformat(at).astimezone(names.zone):%H:%M:%S}"
    except ValueError:
        return at


def readable_body(body: Any) -> str:
    """Return a body with its JSON indented, also when it came as a form's `payload` field."""
    if body in (None, "", b""):
        return ""
    if not isinstance(body, str):
        return json.dumps(body, indent=2, ensure_ascii=False)
    if body.startswith("payload="):
        body = parse_qs(body)["payload"][0]
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        text: str = body
    return text.replace("&", "\n&") if "=" in text and " " not in text else text
