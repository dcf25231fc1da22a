"""The pages on the real demo workspace, with a small Bolt app behind it that answers as Dunwell would."""

from __future__ import annotations

from typing import Any

from slack_bolt import App

from tests.sandbox.pages.sample_state import CARD, HOME, md, plain
from tests.sandbox.slack.rig import Json, Rig

MANIFEST = """
display_information: {name: Dunwell}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  slash_commands:
    - {command: /dunwell, description: What waits, usage_hint: status}
    - {command: /due, description: What is due}
  shortcuts:
    - {name: Open the invoice, type: message, callback_id: open_invoice, description: Opens it}
oauth_config: {scopes: {bot: [chat:write, commands, channels:read, users:read, im:write]}}
settings: {event_subscriptions: {bot_events: [app_home_opened]}, interactivity: {is_enabled: true}}
"""
SECRET = "for-your-eyes"


def live_pages(rig: Rig) -> Rig:
    """Put the small app behind a rig that is not begun, and begin it."""
    rig.write_manifest(MANIFEST)
    _app(rig.bolt())
    return rig.begin()


def post(rig: Rig, text: str = "Approve Northwind GmbH v2?", channel: str = "C0APPROVALS", **more: Any) -> str:
    """Post as the app and return the time stamp."""
    return str(rig.client.chat_postMessage(channel=channel, text=text, **more)["ts"])


def post_card(rig: Rig) -> str:
    """Post an approval card and return its time stamp."""
    return post(rig, blocks=CARD)


def _app(app: App) -> None:
    """Give the app the listeners of a thin approval story."""

    @app.action("approval.approve")
    def approve(ack: Any, body: Json, client: Any) -> None:
        ack()
        done = {"type": "section", "text": md(f"*Approved* by <@{body['user']['id']}>")}
        client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Approved", blocks=[CARD[0], done]
        )
        client.chat_postMessage(channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text="Issued.")

    @app.action("approval.reject")
    def reject(ack: Any, body: Json, client: Any) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=reason_modal())
        ack()

    @app.action("approval.changes")
    def changes(ack: Any, body: Json, client: Any) -> None:
        ack()
        client.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text=f"Refused: {SECRET}")

    @app.action("approval.more")
    def more(ack: Any, body: Json, client: Any) -> None:
        ack()
        client.chat_postEphemeral(
            channel=body["channel"]["id"], user=body["user"]["id"], text=body["actions"][0]["selected_option"]["value"]
        )

    @app.view("reason")
    def submitted(ack: Any, body: Json, client: Any) -> None:
        words = body["view"]["state"]["values"]["words"]["words"]["value"]
        if len(words) < 5:
            ack(response_action="errors", errors={"words": "Say it in at least 5 characters."})
            return
        ack()
        client.chat_postMessage(channel="C0APPROVALS", text=f"Rejected: {words}")

    @app.action("deeper")
    def deeper(ack: Any, body: Json, client: Any) -> None:
        client.views_push(trigger_id=body["trigger_id"], view={**reason_modal(), "title": plain("Deeper")})
        ack()

    @app.command("/dunwell")
    def command(ack: Any, body: Json) -> None:
        ack(f"You asked: {body['text']}")

    @app.event("app_home_opened")
    def opened(event: Json, client: Any) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": HOME})


def reason_modal() -> Json:
    """Return the modal that asks why."""
    return {
        "type": "modal",
        "callback_id": "reason",
        "title": plain("Reject INV-1042"),
        "submit": plain("Reject"),
        "close": plain("Cancel"),
        "blocks": [
            {"type": "section", "text": md("*Northwind GmbH · EUR 12,400.00*")},
            {
                "type": "actions",
                "block_id": "more",
                "elements": [{"type": "button", "text": plain("More"), "action_id": "deeper", "value": "x"}],
            },
            {
                "type": "input",
                "block_id": "words",
                "label": plain("In your words"),
                "element": {"type": "plain_text_input", "action_id": "words", "multiline": True},
            },
        ],
    }
