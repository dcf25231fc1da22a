"""Clicks on approval cards: approve at once; reject and request changes after asking why; details and history."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.approvals import actions as names
from flows.approvals.cards import (
    ApproveButton,
    MoreChoice,
    UnreadableButton,
    details_modal,
    history_modal,
    notice_modal,
    read_reason,
    reason_missing,
    reject_correction_modal,
    reject_modal,
    request_changes_modal,
)
from flows.approvals.refusals import ReasonRequired
from flows.blockkit import quote
from flows.crediting import showing as correcting
from flows.crediting.cards import act_words
from flows.home import invoice_view as showing
from flows.home import why
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from handlers.slack import crediting, payload
from handlers.slack.fallback import record_unhandled
from handlers.slack.windows import open_window

_VERDICT_OF_MODAL = {names.REJECT_MODAL: "reject", names.REQUEST_CHANGES_MODAL: "request_changes"}
_VERDICT_OF_BUTTON = {names.APPROVE: "approve", names.REJECT: "reject", names.REQUEST_CHANGES: "request_changes"}


def register(app: App, inbox: InboxWriter) -> None:
    """Register the buttons and modals of approval cards."""

    @app.action(names.APPROVE)
    def on_approve(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        _record_click(inbox, body, action, context)
        ack()

    @app.action(names.REJECT)
    def on_reject(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _ask_why(inbox, body, action, context, client)
        ack()

    @app.action(names.REQUEST_CHANGES)
    def on_request_changes(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _ask_why(inbox, body, action, context, client)
        ack()

    @app.view(names.REJECT_MODAL)
    def on_rejected(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _record_reason(inbox, ack, body, context)

    @app.view(names.REQUEST_CHANGES_MODAL)
    def on_changes_requested(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _record_reason(inbox, ack, body, context)

    _register_looking(app, inbox)


def _register_looking(app: App, inbox: InboxWriter) -> None:
    @app.action(names.DETAILS)
    def on_details(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _look(inbox, body, action, action.get("value"), context, client)
        ack()

    @app.action(names.MORE)
    def on_more(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _look(inbox, body, action, (action.get("selected_option") or {}).get("value"), context, client)
        ack()

    @app.action(names.DETAILS_NEXT)
    def on_next(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _turn(body, action, context, client)
        ack()

    @app.action(names.DETAILS_PREVIOUS)
    def on_previous(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        _turn(body, action, context, client)
        ack()


def _record_click(inbox: InboxWriter, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
    try:
        button = ApproveButton.parse(action.get("value"))
    except UnreadableButton as error:
        record_unhandled(inbox, body, action, context, str(error))
        return
    inbox.record(
        Delivery(
            payload.team_of(context),
            "approval.click",
            payload.click_key(body, action),
            _click(body, button, _VERDICT_OF_BUTTON[action["action_id"]], None, action),
        )
    )


def _ask_why(
    inbox: InboxWriter, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
) -> None:
    """Open the modal that asks for the reason; a card that is no longer current is refused by the flow, in words."""
    try:
        button = ApproveButton.parse(action.get("value"))
    except UnreadableButton as error:
        record_unhandled(inbox, body, action, context, str(error))
        return
    with runtime().database.read(payload.team_of(context)) as session:
        correction = correcting.view_of_approval(session, button.approval_id)
        view = showing.view_of_approval(session, button.approval_id)
    metadata = json.dumps({"button": button.dump(), **payload.place(body)})
    if correction and correction.request and correction.request.is_waiting:
        about = f"*{act_words(correction)}*\n{quote(correction.reason)}"
        open_window(inbox, body, action, context, client, reject_correction_modal(metadata, about))
        return
    if correction or view is None or not view.waits or view.version != button.version:
        _record_click(inbox, body, action, context)
        return
    make = reject_modal if action["action_id"] == names.REJECT else request_changes_modal
    open_window(inbox, body, action, context, client, make(metadata, view))


def _record_reason(inbox: InboxWriter, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    view = body["view"]
    verdict = _VERDICT_OF_MODAL[view["callback_id"]]
    try:
        reason = read_reason(view["state"]["values"], verdict)
    except ReasonRequired:
        ack(response_action="errors", errors=reason_missing())
        return
    metadata = json.loads(view["private_metadata"])
    button = ApproveButton.parse(metadata["button"])
    click = _click(body, button, verdict, reason, None) | {
        "channel": metadata["channel"],
        "thread_ts": metadata["thread_ts"],
    }
    inbox.record(Delivery(payload.team_of(context), "approval.click", f"{payload.who(body)}:{view['id']}", click))
    ack()


def _click(
    body: dict[str, Any], button: ApproveButton, verdict: str, reason: str | None, action: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "approval_id": button.approval_id,
        "version": button.version,
        "digest": button.digest,
        "verdict": verdict,
        "reason": reason,
        "user_id": payload.who(body),
        "evidence": payload.evidence(body, action),
        **payload.place(body),
    }


def _look(
    inbox: InboxWriter,
    body: dict[str, Any],
    action: dict[str, Any],
    value: str | None,
    context: BoltContext,
    client: WebClient,
) -> None:
    """Open what somebody wants to look at: all lines, the history, or where the PDF is."""
    try:
        wanted = MoreChoice.parse(value)
    except UnreadableButton as error:
        record_unhandled(inbox, body, action, context, str(error))
        return
    if wanted.act in (names.MORE_CREDIT, names.MORE_VOID):
        crediting.open_form(inbox, body, action, context, client, approval_id=wanted.approval_id, kind=wanted.act)
        return
    with runtime().database.read(payload.team_of(context)) as session:
        view = showing.view_of_approval(session, wanted.approval_id)
        if view is None:
            modal = notice_modal("Not found", "This card belongs to an invoice that I do not know.")
        elif wanted.act == names.MORE_HISTORY:
            modal = history_modal(showing.history(session, view.invoice_id), showing.heading(view))
        elif wanted.act == names.MORE_PDF:
            modal = notice_modal("Invoice PDF", showing.where_the_pdf_is(view))
        else:
            modal = details_modal(why.explained(session, view), wanted.page)
    open_window(inbox, body, action, context, client, modal)


def _turn(body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient) -> None:
    """Show another page of the details in the modal that is open."""
    wanted = MoreChoice.parse(action.get("value"))
    with runtime().database.read(payload.team_of(context)) as session:
        view = showing.view_of_approval(session, wanted.approval_id)
        view = why.explained(session, view) if view else None
    client.views_update(view_id=body["view"]["id"], view=details_modal(view, wanted.page).payload)
