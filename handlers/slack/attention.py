"""The button "Try again" of what needs attention."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App, BoltContext

from flows.attention.cards import RETRY
from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload


def register(app: App, inbox: InboxWriter) -> None:
    """Register the button."""

    @app.action(RETRY)
    @app.action(re.compile(rf"{re.escape(RETRY)}\.att_.+"))  # in App Home each button has its row's id behind it
    def on_retry(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        asked = {
            "attention_id": str(action.get("value")),
            "user_id": payload.who(body),
            "evidence": payload.evidence(body, action),
            **payload.place(body),
        }
        key = payload.click_key(body, action)
        inbox.record(Delivery(payload.team_of(context), "attention.retry", key, asked))
        ack()
