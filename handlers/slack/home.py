"""App Home was opened: publish it, and keep it up to date for that person from then on."""

from __future__ import annotations

from typing import Any

from slack_bolt import App, BoltContext

from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload


def register(app: App, inbox: InboxWriter) -> None:
    """Register the event."""

    @app.event("app_home_opened")
    def on_home(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        if event.get("tab") != "home":
            return
        opened = {"user_id": event["user"]}
        inbox.record(Delivery(payload.team_of(context), "home.opened", str(body["event_id"]), opened))
