"""Who may talk to the organisation: the token endpoint and the sessions that it opens."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.vendors.desk import Answer, Incoming
from bot.sandbox.vendors.salesforce.refusals import bad_session
from bot.sandbox.vendors.settings import VendorSettings
from bot.sandbox.vendors.store import Store
from flows.values.clock import Clock

REFRESH_TOKEN = "5Aep861DemoRefreshToken"


@dataclass(slots=True)
class Sessions:
    """One connected app's sessions; each ends some time after it was opened, by the injected clock."""

    store: Store
    clock: Clock
    settings: VendorSettings

    def token(self, incoming: Incoming) -> Answer:
        """Answer a request for an access token by client credentials or by the refresh token."""
        form = dict(parse_qsl(incoming.body.decode("utf-8", "replace"), keep_blank_values=True))
        client_id, client_secret = _credentials(incoming, form)
        if client_id != self.settings.salesforce_client_id or not secrets.compare_digest(
            client_secret, self.settings.salesforce_client_secret
        ):
            return _oauth_error("invalid_client", "invalid client credentials")
        grant = form.get("grant_type", "")
        if grant == "refresh_token":
            if form.get("refresh_token") != REFRESH_TOKEN:
                return _oauth_error("invalid_grant", "expired access/refresh token")
        elif grant != "client_credentials":
            return _oauth_error("unsupported_grant_type", "grant type not supported")
        return Answer(200, self._opened(incoming.base))

    def check(self, incoming: Incoming) -> None:
        """Raises SalesforceRefusal (INVALID_SESSION_ID) unless the request carries a session that is still open."""
        scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
        session = self.store.get("session", token) if scheme in ("Bearer", "OAuth") else None
        if session is None or session["until"] <= self.clock.now().timestamp():
            raise bad_session()

    def end_all(self) -> None:
        """Close every session, as an administrator does who revokes the app's tokens."""
        for session in self.store.all("session"):
            self.store.delete("session", session["token"])

    def _opened(self, base: str) -> dict[str, Any]:
        now = self.clock.now()
        token = f"{self.settings.salesforce_org_id[:15]}!AQ{secrets.token_urlsafe(40)}"
        self.store.put("session", token, {"token": token, "until": now.timestamp() + self.settings.session_seconds})
        return {
            "access_token": token,
            "signature": base64.b64encode(secrets.token_bytes(32)).decode(),
            "scope": "api",
            "instance_url": base,
            "id": f"{base}/id/{self.settings.salesforce_org_id}/005Dw0000000001",
            "token_type": "Bearer",
            "issued_at": str(int(now.timestamp() * 1000)),
        }


def _credentials(incoming: Incoming, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, given = incoming.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, client_secret


def _oauth_error(error: str, description: str) -> Answer:
    return Answer(400, {"error": error, "error_description": description})
