"""The buttons of a contract's milestones: ask on which day one was reached, or else was; check the day, record it."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.billing.milestone_cards import (
    CORRECT,
    DAY,
    REACHED,
    REACHED_MODAL,
    MilestoneButton,
    correct_modal,
    reached_modal,
    read_reached,
)
from flows.billing.milestone_days import fault_of_correction, refusal_to_correct
from flows.billing.milestones import MilestonesView, fault_of_day, milestones_view, refusal_of
from flows.errors import NotFound
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from handlers.slack import payload
from handlers.slack.fallback import OLD_BUTTON, record_unhandled
from handlers.slack.windows import open_window


def register(app: App, inbox: InboxWriter) -> None:
    """Register the buttons and their form."""

    @app.action(REACHED)
    @app.action(CORRECT)
    @app.action(re.compile(rf"({re.escape(REACHED)}|{re.escape(CORRECT)})\.row_[0-9]+"))  # each has its row behind it
    def on_reached(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _ask_when(inbox, body, action, context, client)
        ack()

    @app.view(REACHED_MODAL)
    def on_day(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _take(inbox, ack, body, context)


def _ask_when(
    inbox: InboxWriter, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """Open the form; a milestone that cannot be reported now is answered in words, and nothing opens."""
    pressed = MilestoneButton.parse(action.get("value"))
    view = _view(context, pressed.contract_id) if pressed else None
    if pressed is None or view is None:
        record_unhandled(inbox, body, action, context, OLD_BUTTON)
        return
    line = view.line(pressed.milestone_id)
    refusal = _refusal(view, pressed)
    if line is None or refusal:
        record_unhandled(inbox, body, action, context, refusal or OLD_BUTTON)
        return
    metadata = json.dumps({"button": pressed.dump(), **payload.place(body)})
    form = correct_modal if pressed.was else reached_modal
    open_window(inbox, body, action, context, client, form(metadata, view, line))


def _take(inbox: InboxWriter, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """Record the day when it can be; say at its field why not. What changed meanwhile is answered by the flow."""
    shown = body["view"]
    metadata = json.loads(shown["private_metadata"])
    on, note = read_reached(shown["state"]["values"])
    pressed = MilestoneButton.parse(metadata["button"])
    if pressed is None or on is None:
        ack(response_action="errors", errors={DAY: "Choose the day on which it was reached."})
        return
    view = _view(context, pressed.contract_id)
    if view is not None and _refusal(view, pressed) is None and (fault := _fault(view, pressed, on)):
        ack(response_action="errors", errors={DAY: fault})
        return
    said = {
        "contract_id": pressed.contract_id,
        "milestone_id": pressed.milestone_id,
        "on": on.isoformat(),
        "was": pressed.was and pressed.was.isoformat(),
        "note": note,
        "user_id": payload.who(body),
        "evidence": payload.evidence(body),
        "channel": metadata.get("channel"),
        "thread_ts": metadata.get("thread_ts"),
    }
    inbox.record(Delivery(payload.team_of(context), "milestone.reached", f"{payload.who(body)}:{shown['id']}", said))
    ack()


def _refusal(view: MilestonesView, pressed: MilestoneButton) -> str | None:
    """Say why what a button is for cannot be done now; None when it can."""
    if pressed.was is None:
        return refusal_of(view, pressed.milestone_id)
    return refusal_to_correct(view, pressed.milestone_id, pressed.was)


def _fault(view: MilestonesView, pressed: MilestoneButton, on: date) -> str | None:
    return fault_of_day(view, on) if pressed.was is None else fault_of_correction(view, pressed.was, on)


def _view(context: BoltContext, contract_id: str) -> MilestonesView | None:
    with runtime().database.read(payload.team_of(context)) as session:
        try:
            return milestones_view(session, contract_id)
        except NotFound:
            return None
