"""Asking for a credit memo, or for voiding an invoice: the menu of its card opens a form, and the form is recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.billing.amending_cards import VOID as VOID_OF_CHANGE
from flows.crediting.answers import (
    picks_lines,
    read_amounts,
    read_asked,
    read_lines,
    read_posting_date,
    read_reason,
)
from flows.crediting.cards import ASK_AGAIN, WITHDRAW
from flows.crediting.modals import (
    BY_LINE,
    CREDIT_MODAL,
    LINES,
    REASON_TEXT,
    VOID_MODAL,
    amounts_modal,
    credit_modal,
    lines_offered,
    void_modal,
)
from flows.crediting.refusals import NoReason, PeriodClosed
from flows.crediting.rules import check_void, credit
from flows.crediting.showing import Form, form_again, form_of, form_of_approval
from flows.errors import Refused
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from flows.values.card import View
from handlers.slack import payload
from handlers.slack.fallback import record_unhandled
from handlers.slack.windows import open_window

_GONE = "This invoice has not gone out, or I do not know it. Nothing was changed. See its newest card."


def register(app: App, inbox: InboxWriter) -> None:
    """Register the forms and buttons; the entries of the menu come through `open_form`."""

    @app.view(CREDIT_MODAL)
    def on_credit(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _take(inbox, ack, body, context, "credit")

    @app.view(VOID_MODAL)
    def on_void(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _take(inbox, ack, body, context, "void")

    @app.options(LINES)
    def on_search(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        form = _form_of(context, json.loads(body["view"]["private_metadata"]))
        ack(options=lines_offered(form.state, str(body.get("value", ""))) if form else [])

    @app.action(WITHDRAW)
    def on_withdraw(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        said = {
            "correction_id": str(action.get("value")),
            "user_id": payload.who(body),
            "evidence": payload.evidence(body, action),
            **payload.place(body),
        }
        key = payload.click_key(body, action)
        inbox.record(Delivery(payload.team_of(context), "correction.withdraw", key, said))
        ack()

    @app.action(VOID_OF_CHANGE)
    def on_void_of_change(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        with runtime().database.read(payload.team_of(context)) as session:
            form = form_of(session, str(action.get("value")))
        _show(inbox, body, action, context, client, ("void", form) if form else None)
        ack()

    @app.action(ASK_AGAIN)
    def on_again(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        with runtime().database.read(payload.team_of(context)) as session:
            found = form_again(session, str(action.get("value")))
        _show(inbox, body, action, context, client, found)
        ack()


def open_form(
    inbox: InboxWriter,
    body: dict[str, Any],
    action: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    *,
    approval_id: str,
    kind: str,
) -> None:
    """Open the form for the invoice of an approval card; what cannot be corrected is refused in words at once."""
    with runtime().database.read(payload.team_of(context)) as session:
        form = form_of_approval(session, approval_id)
    _show(inbox, body, action, context, client, (kind, form) if form else None)


def _show(
    inbox: InboxWriter,
    body: dict[str, Any],
    action: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    wanted: tuple[str, Form] | None,
) -> None:
    """Open the form of that kind, or say in words why there is none."""
    try:
        if wanted is None:
            raise Refused(_GONE)
        view = _form_view(*wanted, payload.place(body))
    except Refused as refusal:
        record_unhandled(inbox, body, action, context, str(refusal))
        return
    open_window(inbox, body, action, context, client, view)


def _form_view(kind: str, form: Form, place: dict[str, Any]) -> View:
    """Return the form. Raises Refused for what cannot be corrected now, or posted on any day."""
    if kind == "void":
        check_void(form.state)
    else:
        credit(form.state, None)
    if form.asked.closed and not form.asked.closed.open_dates:
        raise PeriodClosed(form.asked.closed)
    make = void_modal if kind == "void" else credit_modal
    return make(form.state, form.customer, {"invoice_id": form.invoice_id, **place}, form.asked)


def _take(inbox: InboxWriter, ack: Ack, body: dict[str, Any], context: BoltContext, kind: str) -> None:
    """Record what is asked for; say at its field what cannot be, and nothing typed is lost."""
    view = body["view"]
    metadata, values = json.loads(view["private_metadata"]), view["state"]["values"]
    form = _form_of(context, metadata)
    if form is not None and kind == "credit" and picks_lines(values):
        _ask_how_much(ack, form, metadata, values)
        return
    reason, lines, errors = _answers(values, form, kind, by_line=bool(metadata.get(BY_LINE)))
    if errors:
        ack(response_action="errors", errors=errors)
        return
    asked = {
        "invoice_id": metadata["invoice_id"],
        "kind": kind,
        "lines": lines,
        "left_minor": metadata["left_minor"],
        "reason": reason,
        "posting_date": read_posting_date(values),
        "user_id": payload.who(body),
        "evidence": payload.evidence(body, None),
        "channel": metadata.get("channel"),
        "thread_ts": metadata.get("thread_ts"),
    }
    key = f"{payload.who(body)}:{view['id']}"
    inbox.record(Delivery(payload.team_of(context), "invoice.correct", key, asked))
    ack()


def _form_of(context: BoltContext, metadata: dict[str, Any]) -> Form | None:
    with runtime().database.read(payload.team_of(context)) as session:
        return form_of(session, str(metadata["invoice_id"]))


def _ask_how_much(ack: Ack, form: Form, metadata: dict[str, Any], values: dict[str, Any]) -> None:
    """Ask in the same window how much of the chosen lines is to be credited; what was filled in stays."""
    seqs, errors = read_lines(values, form.state)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    asked = replace(read_asked(values), closed=form.asked.closed)
    ack(response_action="update", view=amounts_modal(form.state, form.customer, metadata, seqs, asked).payload)


def _answers(
    values: dict[str, Any], form: Form | None, kind: str, *, by_line: bool
) -> tuple[str, dict[str, str] | None, dict[str, str]]:
    errors: dict[str, str] = {}
    reason, lines = "", None
    try:
        reason = read_reason(values)
    except NoReason as refusal:
        errors[REASON_TEXT] = str(refusal)
    if kind == "credit" and form is not None:
        amounts, wrong = read_amounts(values, form.state, by_line=by_line)
        errors |= wrong
        if amounts is not None:
            lines = {str(seq): str(money.minor) for seq, money in amounts.items() if money}
    return reason, lines, errors
