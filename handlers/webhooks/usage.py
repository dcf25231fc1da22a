"""The signed webhook for usage: one event or a batch, and an answer for each."""

from __future__ import annotations

import json
from typing import Any

from flows.errors import BadInput
from flows.usage import Answer
from handlers.webhooks.sources import Answer as Reply
from handlers.webhooks.sources import Sources


def usage_events(sources: Sources, timestamp: str | None, signature: str | None, body: bytes) -> Reply:
    """Take signed usage. The status is 200 when nothing was refused, 207 when some was, 422 when all was."""
    door = sources.usage
    if door is None:
        raise BadInput("There is nothing here.", code="webhook.not_found", status=404)
    key = sources.verify_hmac(door.secret, timestamp, signature, body, sources.wall.now())
    answers = door.receive(sources.team(), key, body)
    refused = sum(answer.outcome == "refused" for answer in answers)
    status = 200 if not refused else 422 if refused == len(answers) else 207
    said = {"ok": not refused, "events": [_said(answer) for answer in answers]}
    return Reply(status, json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))


def _said(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {"key": answer.key, "place": answer.line, "outcome": answer.outcome}
    if answer.outcome == "refused":
        said |= {"error": answer.code, "message": answer.reason}
    if answer.late:
        said["late"] = answer.late
    return said
