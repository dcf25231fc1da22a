"""The app was removed from the workspace, or its token was revoked: nothing can be said in Slack any more."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext

from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload


def register(app: App, inbox: InboxWriter) -> None:
    """Register both events."""

    @app.event("app_uninstalled")
    def on_uninstalled(body: dict[str, Any], context: BoltContext) -> None:
        _record(inbox, body, context)

    @app.event("tokens_revoked")
    def on_revoked(body: dict[str, Any], context: BoltContext) -> None:
        _record(inbox, body, context)


def _record(inbox: InboxWriter, body: dict[str, Any], context: BoltContext) -> None:
    said = {"event": body["event"]["type"]}
    inbox.record(Delivery(payload.team_of(context), "slack.revoked", str(body["event_id"]), said))
