"""Opening a modal after a click. Its trigger dies three seconds after the click, so it is opened before the answer."""

from __future__ import annotations

from typing import Any

from slack_bolt import BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from flows.inbox import InboxWriter
from flows.values.card import View
from handlers.slack.fallback import record_unhandled


def open_window(
    inbox: InboxWriter,
    body: dict[str, Any],
    action: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    view: View,
) -> None:
    """Open a modal; when Slack does not, the person who clicked is told so, and to click once more."""
    try:
        client.views_open(trigger_id=body["trigger_id"], view=view.payload)
    except SlackApiError as error:
        words = f"Slack did not open the window ({error.response.get('error')}). Nothing was changed. Click once more."
        record_unhandled(inbox, body, action, context, words)
