"""Signed JSON webhooks: who sent a body, and that it is fresh.

The sender puts the Unix time into `X-Dunwell-Timestamp` and `v1=` with the hexadecimal HMAC-SHA256 of
`<timestamp>.<body>` under the shared secret into `X-Dunwell-Signature`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from flows.errors import BadInput, ConfigurationError

TIMESTAMP_HEADER: Final = "X-Dunwell-Timestamp"
SIGNATURE_HEADER: Final = "X-Dunwell-Signature"
WINDOW_SECONDS: Final = 300


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body sent at `timestamp` (Unix seconds, as text)."""
    signed = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def verify_hmac(secret: str, timestamp: str | None, signature: str | None, body: bytes, now: datetime) -> str:
    """Return the replay key of a body whose signature holds: the same delivery always has the same key.

    Raises BadInput (status 401) when the signature is missing, wrong, or older or newer than five minutes at `now`,
    which is the real time; ConfigurationError when there is no secret to check with.
    """
    if not secret:
        raise ConfigurationError("DEALS_WEBHOOK_SECRET is not set; without it no deal can be accepted by webhook.")
    if not timestamp or not signature:
        raise _refused("unsigned", f"Sign the request: {TIMESTAMP_HEADER} and {SIGNATURE_HEADER} are both needed.")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise _refused("bad_timestamp", f"{TIMESTAMP_HEADER} must be the Unix time in seconds.")
    expected = sign(secret, timestamp, body)
    if not hmac.compare_digest(expected.encode(), signature.strip().encode("utf-8", "replace")):
        raise _refused("bad_signature", f"{SIGNATURE_HEADER} does not fit this body, time stamp and secret.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        raise _refused("stale", f"{TIMESTAMP_HEADER} is more than five minutes off; sign each request afresh.")
    return expected.removeprefix("v1=")


def _refused(code: str, message: str) -> BadInput:
    return BadInput(message, code=f"webhook.{code}", status=401)
