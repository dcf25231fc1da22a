"""Usage that the demo company's own product reports: events are signed and posted to the app's webhook for usage."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from bot.sandbox.errors import DemoRefused

Json = dict[str, Any]
METER: Final = "api-calls"  # what catalogue.toml measures
MOST_ROWS: Final = 1000  # in one request to the webhook
_COLUMNS: Final = ("key", "customer", "meter", "quantity", "occurred_at", "value", "corrects", "void")
_ONE: Final = frozenset({"customer", "meter", "quantity", "at", "key"})
_MANY: Final = frozenset({"csv", "customer", "meter", "at"})
_TOO_LARGE: Final = f"A report has at most {MOST_ROWS:,} rows here; import a larger file with `dunwell usage import`."


class UsageReports:
    """Reports usage to the app at `url`. `now` is the demo's clock, which events that name no time happened at."""

    def __init__(self, secret: str, url: Callable[[], str], now: Callable[[], datetime]) -> None:
        self._secret, self._url, self._now = secret, url, now
        self._last = 0

    async def report(self, body: Json) -> Json:
        """Report one event or the rows of a CSV text, and return what the app answered, with the counts of outcomes.

        Raises DemoRefused, in a sentence, for a report that cannot be made; nothing is sent then.
        """
        events = events_of(body, self._now())
        content = json.dumps({"events": events}, ensure_ascii=False).encode()
        headers = signed_headers(content, self._secret, self._second())
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=30.0) as client:
                answer = await client.post(f"{self._url()}/webhooks/usage", content=content, headers=headers)
        except httpx.TransportError as error:
            raise DemoRefused(f"The app did not take the usage: {type(error).__name__}.", status=502) from None
        return _answered(answer)

    def _second(self) -> int:
        """Return the real second, and never one twice: the same report sent again is signed anew."""
        self._last = max(self._last + 1, int(time.time()))
        return self._last


def events_of(body: Json, now: datetime) -> list[Json]:
    """Return the events that a report stands for; keys are made up where it has none."""
    takes = _MANY if "csv" in body else _ONE
    if unknown := sorted(set(body) - takes):
        raise DemoRefused(f"A report has no {', '.join(unknown)}; it has {', '.join(sorted(takes))}.")
    at = body.get("at") or now.astimezone(UTC).isoformat(timespec="seconds")
    usual = {"customer": body.get("customer"), "meter": body.get("meter") or METER, "occurred_at": at}
    if "csv" in body:
        return [_event(row, usual, f"line {line}") for line, row in _rows(body["csv"])]
    said = {"key": body.get("key"), "quantity": None if body.get("quantity") is None else str(body["quantity"])}
    return [_event(said, usual, "the report")]


def signed_headers(content: bytes, secret: str, second: int) -> dict[str, str]:
    """Return the headers of a request with this content, signed at a real second."""
    mac = hmac.new(secret.encode(), f"{second}.".encode() + content, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Dunwell-Timestamp": str(second),
        "X-Dunwell-Signature": f"v1={mac}",
    }


def _rows(text: Any) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV text by the line that they end on."""
    if not isinstance(text, str) or not text.strip():
        raise DemoRefused(f"`csv` must be text: a line of column names ({', '.join(_COLUMNS)}), then a row an event.")
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        given = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise DemoRefused(f"Line {reader.line_num} is not CSV: {error}.") from None
    (_, first), *rows = given
    names = [cell.strip().lower() for cell in first]
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown or "quantity" not in names or len(set(names)) < len(names):
        raise DemoRefused(
            f"The first line must name the columns, each once and `quantity` among them: {', '.join(_COLUMNS)}."
            + (f" It has {unknown[0][:40]!r}." if unknown else "")
        )
    if not rows:
        raise DemoRefused("There is no row below the line of column names.")
    if len(rows) > MOST_ROWS:
        raise DemoRefused(_TOO_LARGE)
    for line, cells in rows:
        if len(cells) != len(names):
            raise DemoRefused(f"Line {line} has {len(cells)} cells, but there are {len(names)} columns.")
    return [(line, dict(zip(names, (cell.strip() for cell in cells), strict=True))) for line, cells in rows]


def _event(said: Mapping[str, str | None], usual: Json, where: str) -> Json:
    event: Json = {**usual, **{name: value for name, value in said.items() if value}}
    if not event["customer"]:
        raise DemoRefused(f"Say `customer` in {where}: the id of a customer or a deal, as Salesforce has it.")
    if not event.get("quantity"):
        raise DemoRefused(f"Say `quantity` in {where}.")
    if "void" in event:
        event["void"] = str(event["void"]).lower() in ("true", "yes", "1")
    return {"key": f"demo-{uuid4().hex}", **event}


def _answered(answer: httpx.Response) -> Json:
    """Return the app's answer with how many events came to what; a refusal of all says the first reason."""
    try:
        said: Json = answer.json()
    except ValueError:
        raise DemoRefused(f"The app answered {answer.status_code} without saying why.", status=502) from None
    outcomes = Counter(event["outcome"] for event in said.get("events", []))
    told = {**said, **{name: outcomes[name] for name in ("accepted", "duplicate", "refused")}}
    if answer.is_success:
        return told
    reasons = [event["message"] for event in said.get("events", []) if event.get("message")]
    return {**told, "ok": False, "error": _reason(said, reasons), "status_code": answer.status_code}


def _reason(said: Json, reasons: list[str]) -> str:
    if reasons:
        return reasons[0]
    return str(said.get("message") or said.get("error") or "The app refused the usage.")
