"""Carries interactions, commands and events to the app, and writes down how it answered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import httpx

from bot.sandbox.people import APP_ID, BOT_USER, TEAM_ID
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]
Envelope = Literal["interactive", "slash_commands", "events_api"]


@dataclass(frozen=True, slots=True)
class Retry:
    """Which try of an event this is (0 is the first) and why the one before failed."""

    number: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the app answered: ok, timeout (too late), error (not 2xx) or unreachable; `body` is parsed JSON or text."""

    status: Literal["ok", "timeout", "error", "unreachable"]
    body: Any = None
    http: int | None = None


class Transport(Protocol):
    """A way to reach the app."""

    async def send(self, kind: Envelope, payload: Json, retry: Retry) -> Answer:
        """Carry one payload and wait for its acknowledgement, no longer than the workspace allows."""
        ...


LONGEST = 60.0  # far above any ack_seconds, which is what counts
REASONS = {"timeout": "http_timeout", "error": "http_error", "unreachable": "connection_failed"}


class HttpTransport:
    """Signed requests to the app's address."""

    def __init__(self, workspace: Workspace, url: str) -> None:
        self._workspace = workspace
        self._url = url
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(limits=limits, trust_env=False, timeout=LONGEST)

    async def send(self, kind: Envelope, payload: Json, retry: Retry) -> Answer:
        """Post a payload as Slack does; the signature's time is the machine's, whatever the demo clock says."""
        content_type, body = encode(kind, payload)
        headers = signed(self._workspace.config.signing_secret, body, int(time.time()))
        headers |= {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        if retry.number:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        answer = await self._post(body, headers)
        at = self._workspace.clock.now().isoformat(timespec="milliseconds")
        self._workspace.journal.sign(
            {"at": at, "url": self._url, "headers": headers, "body": body, "status": answer.status, "http": answer.http}
        )
        return answer

    async def _post(self, body: str, headers: dict[str, str]) -> Answer:
        try:
            async with asyncio.timeout(self._workspace.config.ack_seconds):
                response = await self._client.post(self._url, content=body.encode(), headers=headers)
        except TimeoutError:
            return Answer("timeout")
        except httpx.TransportError as error:
            return Answer("unreachable", str(error) or type(error).__name__)
        return Answer("ok" if response.is_success else "error", _parsed(response), response.status_code)

    async def close(self) -> None:
        """Close what is open."""
        await self._client.aclose()


def encode(kind: Envelope, payload: Json) -> tuple[str, str]:
    """Return content type and body of a payload as Slack posts it."""
    if kind == "events_api":
        return "application/json", json.dumps(payload)
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(fields)


def signed(secret: str, body: str, at: int) -> dict[str, str]:
    """Return Slack's signature headers for a body sent at the Unix time `at`."""
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


def _parsed(response: httpx.Response) -> Any:
    if "json" in response.headers.get("content-type", "") and response.content:
        try:
            return response.json()
        except ValueError:
            return response.text
    return response.text


class Delivery:
    """Sends through the transport, in the journal and with the faults; events are tried again, interactions are not."""

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self.workspace = workspace
        self.transport = transport
        self._running: set[asyncio.Task[None]] = set()

    async def interaction(self, kind: Envelope, what: str, by: str, payload: Json) -> tuple[Json, Answer]:
        """Deliver something a person did; return its entry in the journal and the app's answer.

        The "duplicate" fault delivers it twice at the same time; the first answer counts.
        """
        twice = self.workspace.faults.take(["duplicate"])
        entry, other = self._entry(what, by, payload), None
        if twice:
            other = asyncio.ensure_future(self._once(kind, payload, self._entry(what, by, payload), Retry()))
        answer = await self._once(kind, payload, entry, Retry())
        if other:
            await other
        return entry, answer

    def event(self, event: Json, what: str, by: str, *, shared: bool = False) -> Json:
        """Begin to deliver an event in the background and return its entry in the journal."""
        id_ = self.workspace.stamps.id("Ev0")
        payload = envelope_of(event, id_, self.workspace.clock.now().timestamp(), shared)
        entry = self._entry(f"event {event['type']}", by, payload, what)
        copies = 2 if self.workspace.faults.take(["duplicate"]) else 1
        for _ in range(copies):
            task = asyncio.ensure_future(self._until_taken(payload, entry))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return entry

    @property
    def under_way(self) -> int:
        """How many events were neither taken nor given up yet, those that wait for another try included."""
        return len(self._running)

    async def stop(self) -> None:
        """Give up what is still under way."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _until_taken(self, payload: Json, entry: Json) -> None:
        answer = await self._once("events_api", payload, entry, Retry())
        for number, wait in enumerate(self.workspace.config.retry_seconds, start=1):
            if answer.status == "ok":
                return
            await asyncio.sleep(wait)
            again = self._entry(entry["kind"], entry["by"], payload, entry["what"], retry=number)
            answer = await self._once("events_api", payload, again, Retry(number, REASONS[answer.status]))

    async def _once(self, kind: Envelope, payload: Json, entry: Json, retry: Retry) -> Answer:
        began = time.perf_counter()
        self.workspace.in_flight += 1
        try:
            answer = await self.transport.send(kind, payload, retry)
        finally:
            self.workspace.in_flight -= 1
        self.workspace.journal.write(
            entry, status=answer.status, ack_ms=round((time.perf_counter() - began) * 1000, 1), http=answer.http,
            response=answer.body or None, warning=answer.status != "ok",
        )  # fmt: skip
        return answer

    def _entry(self, kind: str, by: str, payload: Json, what: str = "", retry: int = 0) -> Json:
        workspace = self.workspace
        return workspace.journal.open({
            "id": workspace.stamps.id("Rq"), "at": workspace.clock.now().isoformat(timespec="milliseconds"),
            "kind": kind, "by": by, "what": what or _what(payload), "status": "waiting", "ack_ms": None, "retry": retry,
            "response": None, "warning": False,
        })  # fmt: skip


def envelope_of(event: Json, id_: str, at: float, shared: bool) -> Json:
    """Return an event in the envelope of the Events API; `shared` is for channels shared with another company."""
    return {
        "token": "verification-token", "team_id": TEAM_ID, "context_team_id": TEAM_ID, "context_enterprise_id": None,
        "api_app_id": APP_ID, "event": event, "type": "event_callback", "event_id": id_, "event_time": int(at),
        "authorizations": [{"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER, "is_bot": True,
                            "is_enterprise_install": False}],
        "is_ext_shared_channel": shared, "event_context": f"4-{id_}",
    }  # fmt: skip


def _what(payload: Json) -> str:
    """Return in a few words what an interaction was about."""
    if actions := payload.get("actions"):
        return str(actions[0]["action_id"])
    if view := payload.get("view"):
        return str(view["callback_id"])
    if "command" in payload:
        return f"{payload['command']} {payload['text']}".strip()
    return str(payload.get("callback_id") or payload.get("action_id") or payload["type"])
