"""What Salesforce's errors mean to us. Every call that we make may be repeated, so a lost answer is a later try."""

from __future__ import annotations

from typing import Any, Final

import requests

from connectors.salesforce.library import SalesforceError
from connectors.sessions import request_never_sent
from connectors.transport import short, untrusted
from flows.errors import FarSideError, Rejected, TryAgain

SYSTEM: Final = "Salesforce"
NO_FIELD: Final = "salesforce.INVALID_FIELD"
GONE: Final = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY"})

_LATER: Final = {
    "REQUEST_LIMIT_EXCEEDED": "the organisation has used up its API calls; it is tried again later.",
    "CONCURRENT_REQUESTS_LIMIT_EXCEEDED": "is busy just now; it is tried again shortly.",
    "SERVER_UNAVAILABLE": "is not available just now; it is tried again shortly.",
    "UNABLE_TO_LOCK_ROW": "somebody else is changing the record; it is tried again shortly.",
    "QUERY_TIMEOUT": "took too long to look; it is tried again shortly.",
    "UNKNOWN_EXCEPTION": "has trouble of its own; it is tried again shortly.",
}
_MENDS: Final = {
    "API_DISABLED_FOR_ORG": "the organisation's edition has no API; ask Salesforce to enable it.",
    "INSUFFICIENT_ACCESS": "the integration user may not do this; widen its permission set.",
    "INSUFFICIENT_ACCESS_OR_READONLY": "the integration user may not do this; widen its permission set.",
    "INVALID_SESSION_ID": "it ended the session again and again; check the integration user's login policy.",
    "INVALID_FIELD_FOR_INSERT_UPDATE": "the integration user may not write a field; widen its field permissions.",
}


def code_of(error: SalesforceError) -> str:
    """Return Salesforce's code of the error, or "" when the answer had none."""
    return _first(error)[0]


def is_for_later(body: object) -> bool:
    """Tell whether an answer's body is an error that passes by itself, such as a limit that is used up."""
    return isinstance(body, list) and any(isinstance(one, dict) and one.get("errorCode") in _LATER for one in body)


def translate(error: SalesforceError) -> FarSideError:
    """Return our error for an answer that is not a success."""
    code, message = _first(error)
    if code in _LATER:
        return TryAgain(SYSTEM, _LATER[code], code=f"salesforce.{code}")
    if error.status >= 500 or error.status == 429:
        return TryAgain(SYSTEM, f"answered {error.status}; it is tried again shortly.")
    words = _MENDS.get(code) or f"it refused: {short(message) or f'answer {error.status}'}"
    return Rejected(SYSTEM, words, code=f"salesforce.{code or 'refused'}")


def broken(error: requests.RequestException) -> FarSideError:
    """Return our error for a connection that could not be made or that broke."""
    if untrusted(error):
        return Rejected(SYSTEM, "its certificate is not trusted here; check SALESFORCE_LOGIN_URL and any proxy.")
    if request_never_sent(error):
        return TryAgain(SYSTEM, "cannot be reached; it is tried again shortly.")
    late = isinstance(error, requests.Timeout)
    return TryAgain(SYSTEM, f"{'did not answer in time' if late else 'broke off'}; it is tried again shortly.")


def _first(error: SalesforceError) -> tuple[str, str]:
    content: Any = error.content
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return str(content[0].get("errorCode") or ""), str(content[0].get("message") or "")
    return "", str(content or "")
