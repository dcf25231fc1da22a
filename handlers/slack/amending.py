"""The buttons of a contract that changed after its invoice was out: open the form, check it, record what was chosen."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.billing import asking
from flows.billing.amending_cards import (
    AMEND,
    AMEND_MODAL,
    EFFECTIVE,
    LEAVE,
    AmendButton,
    AmendView,
    UnreadableAmendButton,
    amend_modal,
    read_form,
    wait_words,
)
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from handlers.slack import payload
from handlers.slack.fallback import record_unhandled
from handlers.slack.windows import open_window

_MOVED_ON = "This change is settled, or the contract has changed again. Nothing was changed. See the newest card."


def register(app: App, inbox: InboxWriter) -> None:
    """Register the buttons and the form."""

    @app.action(AMEND)
    def on_amend(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        view = _view_of(context, action)
        if view is None:
            record_unhandled(inbox, body, action, context, _MOVED_ON)
        elif view.under_way:
            record_unhandled(inbox, body, action, context, f"{wait_words(view)} Nothing was changed.")
        else:
            shown = amend_modal(view, payload.place(body))
            open_window(inbox, body, action, context, client, shown)
        ack()

    @app.action(LEAVE)
    def on_leave(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        try:
            pressed = AmendButton.parse(action.get("value"))
        except UnreadableAmendButton as error:
            record_unhandled(inbox, body, action, context, str(error))
        else:
            asked = {"contract_id": pressed.contract_id, "version": pressed.version, **payload.place(body)}
            asked |= {"user_id": payload.who(body), "evidence": payload.evidence(body, action)}
            inbox.record(Delivery(payload.team_of(context), "contract.amend", payload.click_key(body, action), asked))
        ack()

    @app.view(AMEND_MODAL)
    def on_amended(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _take(inbox, ack, body, context)


def _take(inbox: InboxWriter, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """Record what was chosen; say at the date what is wrong with it. What moved on is answered by the flow."""
    view = body["view"]
    metadata, answers = json.loads(view["private_metadata"]), read_form(view["state"]["values"])
    if EFFECTIVE not in answers:
        ack(response_action="errors", errors={EFFECTIVE: "Choose a day."})
        return
    newest = _amend_view(context, metadata["contract_id"])
    if newest is not None and newest.is_open and newest.version != metadata["version"]:
        shown = amend_modal(newest, metadata, notice="The deal has changed again since.")
        ack(response_action="update", view=shown.payload)
        return
    if wrong := _fault(context, metadata, answers[EFFECTIVE]):
        ack(response_action="errors", errors={EFFECTIVE: wrong})
        return
    asked = {**metadata, **answers, "user_id": payload.who(body), "evidence": payload.evidence(body)}
    key = f"{payload.who(body)}:{view['id']}:{metadata['version']}"
    inbox.record(Delivery(payload.team_of(context), "contract.amend", key, asked))
    ack()


def _view_of(context: BoltContext, action: dict[str, Any]) -> AmendView | None:
    """Return the change that a button is about, while it is what the button showed."""
    try:
        pressed = AmendButton.parse(action.get("value"))
    except UnreadableAmendButton:
        return None
    view = _amend_view(context, pressed.contract_id)
    return view if view is not None and view.is_open and view.version == pressed.version else None


def _amend_view(context: BoltContext, contract_id: str) -> AmendView | None:
    with runtime().database.read(payload.team_of(context)) as session:
        return asking.amend_view(session, contract_id)


def _fault(context: BoltContext, metadata: dict[str, Any], effective: str) -> str:
    with runtime().database.read(payload.team_of(context)) as session:
        return asking.fault_on(session, metadata["contract_id"], date.fromisoformat(effective))
