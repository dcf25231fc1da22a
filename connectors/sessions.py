"""HTTP sessions of `requests` with a timeout on every call, and what their errors mean."""

from __future__ import annotations

from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter

from connectors.transport import Gate, causes, never_sent, open_gate

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 30.0

Timeout = tuple[float, float]
"""The seconds to wait for a connection, and between two pieces of the answer."""


class TimedAdapter(HTTPAdapter):
    """Sends with a timeout unless the caller gave one, and if the gate lets it; never sends twice."""

    def __init__(self, timeout: Timeout, gate: Gate) -> None:
        self._timeout, self._gate = timeout, gate
        super().__init__(max_retries=0)

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        if options.get("timeout") is None:
            options["timeout"] = self._timeout
        self._gate()
        return super().send(request, **options)


def timed_session(timeout: Timeout, gate: Gate = open_gate) -> requests.Session:
    """Return a session whose calls all end within `timeout`, and leave only if `gate` lets them."""
    session = requests.Session()
    session.mount("https://", TimedAdapter(timeout, gate))
    session.mount("http://", TimedAdapter(timeout, gate))
    return session


def request_never_sent(error: BaseException) -> bool:
    """Say whether a `requests` error came before the request had left this machine."""
    return never_sent(error) or any(isinstance(cause, requests.ConnectTimeout) for cause in causes(error))
