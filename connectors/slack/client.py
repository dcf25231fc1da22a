"""Calling Slack's Web API once per call: no retry hides in here, since a retry may post twice."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPException
from typing import Any, Final, cast
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from connectors.slack import errors
from connectors.slack.scopes import SCOPES
from connectors.transport import Gate, open_gate

PUBLIC_API: Final = "https://slack.com/api/"
TIMEOUT_SECONDS: Final = 10.0
_PAGE: Final = 200
_MOST_PAGES: Final = 100

Answer = dict[str, Any]


def make_client(token: str | None, base_url: str = PUBLIC_API, timeout: float = TIMEOUT_SECONDS) -> WebClient:
    """Return a client that sends every call once and gives up after `timeout` seconds without an answer.

    slack_sdk's own connection retry is off: it posts twice when Slack stored the message and dropped the connection.
    """
    seconds = cast("int", timeout)  # urllib takes fractions of a second
    return WebClient(token=token, base_url=base_url, timeout=seconds, retry_handlers=[])


class Caller:
    """Makes calls with one token and turns what goes wrong into our errors."""

    def __init__(self, client: WebClient, gate: Gate = open_gate) -> None:
        self.client, self._gate = client, gate

    def read(self, method: str, **arguments: Any) -> Answer:
        """Ask for something; a lost answer is a TryAgain."""
        return self._call(method, arguments, repeatable=True)

    def put(self, method: str, **arguments: Any) -> Answer:
        """Change something in a way that may be repeated; a lost answer is a TryAgain."""
        return self._call(method, arguments, repeatable=True)

    def do(self, method: str, **arguments: Any) -> Answer:
        """Change something that must not be done twice; a lost answer is an OutcomeUnknown."""
        return self._call(method, arguments, repeatable=False)

    def headers(self, method: str) -> dict[str, str]:
        """Return the headers of an answer, by their names in lower case."""
        answer = self._send(method, {}, repeatable=True)
        return {name.lower(): str(value) for name, value in answer.headers.items()}

    def pages(self, method: str, items: str, **arguments: Any) -> Iterator[Any]:
        """Yield the `items` of every page of a listing."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = self.read(method, limit=_PAGE, **arguments, **more)
            yield from answer.get(items) or []
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def send_bytes(self, url: str, content: bytes) -> None:
        """Send a file's bytes to the address that Slack gave for them; they show only once the upload is completed."""
        if not url.startswith(("https://", "http://")):
            raise errors.lost("upload", "gave an address that cannot be used", repeatable=True)
        self._gate()
        request = Request(url, data=content, method="POST", headers={"Content-Type": "application/octet-stream"})  # noqa: S310
        try:
            with self._opener().open(request, timeout=self.client.timeout) as answer:
                answer.read()
        except HTTPError as error:
            error.close()
            raise errors.lost("upload", f"answered {error.code}", repeatable=True) from error
        except (OSError, HTTPException) as error:
            raise errors.from_transport("upload", error, repeatable=True) from error

    def _call(self, method: str, arguments: Answer, *, repeatable: bool) -> Answer:
        answer = self._send(method, arguments, repeatable=repeatable)
        return cast("Answer", answer.data)

    def _send(self, method: str, arguments: Answer, *, repeatable: bool) -> SlackResponse:
        if method not in SCOPES:
            raise LookupError(f"{method} is not among the methods that the manifest was written for.")
        given = {name: value for name, value in arguments.items() if value is not None}
        nested = any(isinstance(value, (dict, list)) for value in given.values())
        self._gate()
        try:
            return self.client.api_call(method, json=given) if nested else self.client.api_call(method, params=given)
        except SlackApiError as error:
            words = {"channel": str(given.get("channel") or given.get("channel_id") or "the channel"), "bot": "dunwell"}
            raise errors.from_answer(method, error, repeatable=repeatable, words=words) from error
        except (OSError, HTTPException, UnicodeDecodeError) as error:
            raise errors.from_transport(method, error, repeatable=repeatable) from error

    def _opener(self) -> OpenerDirector:
        handlers: list[Any] = [HTTPSHandler(context=self.client.ssl)]
        if self.client.proxy:
            handlers.append(ProxyHandler({"http": self.client.proxy, "https": self.client.proxy}))
        return build_opener(*handlers)
