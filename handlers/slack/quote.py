"""`/quote`: the schedule of a deal before it closes. The modal opens at once; a workflow fills it."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from flows.blockkit import section
from flows.contracts.quote_view import quote_modal
from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload

COMMAND = "/quote"
HELP = (
    "`/quote` and the id of a deal, or the link to its page, shows what the deal bills and when, before it closes: "
    "`/quote 006Hs00001AbCdEIAV`. Nothing is stored."
)


def register(app: App, inbox: InboxWriter) -> None:
    """Register the command."""

    @app.command(COMMAND)
    def on_quote(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        typed = str(body.get("text") or "").strip()
        if typed.lower() in ("", "help"):
            _say(ack, HELP)
            return
        try:
            opened = client.views_open(trigger_id=body["trigger_id"], view=quote_modal().payload)
        except SlackApiError as error:
            _say(ack, f"Slack did not open the window ({error.response.get('error')}). Type it once more.")
            return
        asked = {"user_id": payload.who(body), "typed": typed[:1000], "view_id": opened["view"]["id"]}
        inbox.record(Delivery(payload.team_of(context), "quote.asked", str(opened["view"]["id"]), asked))
        ack()


def _say(ack: Ack, text: str) -> None:
    ack(text=text, blocks=[section(text)], response_type="ephemeral")
