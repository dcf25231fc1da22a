"""`/quote`: the schedule of a deal before it closes. The modal opens at once; a workflow fills it.

Without a deal the modal asks for one first.
"""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from flows.blockkit import section
from flows.contracts.quote_view import DEAL, WHICH_DEAL, quote_modal, which_deal_modal
from flows.inbox import Delivery, InboxWriter
from handlers.slack import payload

COMMAND = "/quote"
HELP = (
    "`/quote` and the id of a deal, or the link to its page, shows what the deal bills and when, before it closes: "
    "`/quote 006Hs00001AbCdEIAV`. `/quote` alone asks which. Nothing is stored."
)


def register(app: App, inbox: InboxWriter) -> None:
    """Register the command, and the form that asks which deal."""

    @app.command(COMMAND)
    def on_quote(ack: Ack, body: dict[str, Any], context: BoltContext, client: WebClient) -> None:
        typed = str(body.get("text") or "").strip()
        if typed.lower() == "help":
            _say(ack, HELP)
            return
        try:
            view = quote_modal() if typed else which_deal_modal()
            opened = client.views_open(trigger_id=body["trigger_id"], view=view.payload)
        except SlackApiError as error:
            _say(ack, f"Slack did not open the window ({error.response.get('error')}). Type it once more.")
            return
        if typed:
            inbox.record(_asked(body, context, typed, str(opened["view"]["id"])))
        ack()

    @app.view(WHICH_DEAL)
    def on_deal(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        view = body["view"]
        typed = str(view["state"]["values"][DEAL][DEAL]["value"] or "").strip()
        inbox.record(_asked(body, context, typed, str(view["id"])))
        ack(response_action="update", view=quote_modal().payload)  # leaves before the workflow has read the deal


def _asked(body: dict[str, Any], context: BoltContext, typed: str, view_id: str) -> Delivery:
    asked = {"user_id": payload.who(body), "typed": typed[:1000], "view_id": view_id}
    return Delivery(payload.team_of(context), "quote.asked", view_id, asked)


def _say(ack: Ack, text: str) -> None:
    ack(text=text, blocks=[section(text)], response_type="ephemeral")
