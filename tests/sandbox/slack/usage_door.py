"""A stand-in for the app's webhook for usage: it checks signatures as the app does and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from connectors.webhooks import SIGNATURE_HEADER, TIMESTAMP_HEADER, verify_hmac
from tests.sandbox.slack.rig import Json


class UsageDoor:
    """Listens at `url`. `taken` are the requests whose signature held, `keys` their replay keys.

    Each event is accepted, but for the quantities in `refuses`: those are refused with the sentence given there.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.taken: list[list[Json]] = []
        self.keys: list[str] = []
        self.refuses: dict[str, str] = {}
        self.says: Response | None = None
        self._server = make_server("127.0.0.1", 0, self._serve, threaded=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def end(self) -> None:
        """Stop listening."""
        self._server.shutdown()

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        assert request.path == "/webhooks/usage"
        body, headers = request.get_data(), request.headers
        stamp, signature = headers.get(TIMESTAMP_HEADER), headers.get(SIGNATURE_HEADER)
        self.keys.append(verify_hmac(self._secret, stamp, signature, body, datetime.now(UTC)))
        self.taken.append(json.loads(body)["events"])
        return (self.says or self._answer(self.taken[-1]))(environ, start_response)

    def _answer(self, events: list[Json]) -> Response:
        told = [self._one(place, event) for place, event in enumerate(events, start=1)]
        refused = sum(one["outcome"] == "refused" for one in told)
        status = 200 if not refused else 422 if refused == len(told) else 207
        return Response(json.dumps({"ok": not refused, "events": told}), status, content_type="application/json")

    def _one(self, place: int, event: Json) -> Json:
        reason = self.refuses.get(event["quantity"])
        said = {"key": event["key"], "place": place, "outcome": "refused" if reason else "accepted"}
        return {**said, "error": "usage.bad_quantity", "message": reason} if reason else said
