"""What nothing else handles, such as a button of a version long gone, gets a sentence and no warning sign."""

from __future__ import annotations

import re
from typing import Any, Final

from slack_bolt import Ack, App, BoltContext

from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload

OLD_BUTTON: Final = (
    "This button belongs to an older version of Dunwell and does nothing any more. Nothing was changed. "
    "Look for the newest card of this invoice, or in Dunwell's Home tab."
)


def register(app: App, inbox: InboxWriter) -> None:
    """Register what catches everything; Bolt asks listeners in their order, so this must come last."""

    @app.action(re.compile(".*"))
    def on_unknown_button(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        record_unhandled(inbox, body, action, context, OLD_BUTTON)
        ack()

    @app.view(re.compile(".*"))
    def on_unknown_modal(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        unknown = {"action_id": "view", "action_ts": body["view"]["id"]}
        record_unhandled(inbox, body, unknown, context, OLD_BUTTON)
        ack()


def record_unhandled(
    inbox: InboxWriter, body: dict[str, Any], action: dict[str, Any], context: BoltContext, sentence: str
) -> None:
    """Record that a click led nowhere, so that the person is told `sentence`."""
    said = {
        "user_id": payload.who(body),
        "sentence": sentence,
        "action_id": str(action.get("action_id")),
        "evidence": payload.evidence(body, action),
        **payload.place(body),
    }
    key = payload.click_key(body, action)
    inbox.record(Delivery(payload.team_of(context), "card.unhandled", key, said))
