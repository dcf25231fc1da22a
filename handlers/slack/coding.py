"""The buttons of an invoice that needs coding: open the form, give its long menus, check and record what was chosen."""

from __future__ import annotations

import json
import re
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.blockkit import options
from flows.dimensions.cards import (
    CHECK_AGAIN,
    CODE,
    CODE_MODAL,
    PICK,
    coding_modal,
    nothing_chosen,
    read_answers,
)
from flows.dimensions.form import BadChoice, faults
from flows.dimensions.showing import CodingForm, coding_form
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from handlers.slack import payload
from handlers.slack.fallback import record_unhandled
from handlers.slack.windows import open_window

_VALUE = re.compile(r"(inv_\w+) v(\d+)")
_MOVED_ON = "This invoice needs no coding any more, or has changed since. Nothing was changed. See its newest card."


def register(app: App, inbox: InboxWriter) -> None:
    """Register the buttons, the form and its menus."""

    @app.action(CODE)
    def on_code(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        found = _VALUE.fullmatch(str(action.get("value")))
        form = _form(context, found[1]) if found else None
        if form is None or not form.view.waits:
            record_unhandled(inbox, body, action, context, _MOVED_ON)
        else:
            _open(inbox, body, action, context, client, form)
        ack()

    @app.action(CHECK_AGAIN)
    def on_check(ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext) -> None:
        found = _VALUE.fullmatch(str(action.get("value")))
        if found is None:
            record_unhandled(inbox, body, action, context, _MOVED_ON)
        else:
            asked = _delivery(body, found[1], int(found[2]), {}, payload.place(body), action)
            inbox.record(Delivery(payload.team_of(context), "invoice.code", payload.click_key(body, action), asked))
        ack()

    @app.options(re.compile(re.escape(PICK) + r"\d+"))
    def on_search(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        metadata = json.loads(body["view"]["private_metadata"])
        form = _form(context, metadata["invoice_id"])
        asked = {question.id: question for question in form.questions} if form else {}
        question = asked.get(str(body.get("block_id")))
        ack(options=options(question.offered, str(body.get("value", ""))) if question else [])

    @app.view(CODE_MODAL)
    def on_coded(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        _take(inbox, ack, body, context)


def _take(inbox: InboxWriter, ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
    """Record the answers when they hold; say at its field what does not, and nothing chosen is lost."""
    view = body["view"]
    metadata, values = json.loads(view["private_metadata"]), view["state"]["values"]
    answers = read_answers(values)
    form = _form(context, metadata["invoice_id"])
    if form is not None and form.view.waits and form.view.version != metadata["version"]:
        shown = coding_modal(_metadata(form, metadata), form.view, form.questions, notice="The invoice has changed.")
        ack(response_action="update", view=shown.payload)
        return
    errors = _errors(form, answers) if answers else nothing_chosen(values)
    if errors:
        ack(response_action="errors", errors=errors)
        return
    asked = _delivery(body, metadata["invoice_id"], metadata["version"], answers, metadata, None)
    key = f"{payload.who(body)}:{view['id']}:{metadata['version']}"
    inbox.record(Delivery(payload.team_of(context), "invoice.code", key, asked))
    ack()


def _errors(form: CodingForm | None, answers: dict[str, str]) -> dict[str, str]:
    """Return what the answers would leave wrong; an invoice that has moved on is answered by the flow, in words."""
    if form is None or form.config is None or not form.view.waits:
        return {}
    try:
        return faults(form.config, form.coded, form.questions, answers)
    except BadChoice as error:
        return error.errors


def _delivery(
    body: dict[str, Any],
    invoice_id: str,
    version: int,
    answers: dict[str, str],
    place: dict[str, Any],
    action: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "invoice_id": invoice_id,
        "version": version,
        "answers": answers,
        "user_id": payload.who(body),
        "evidence": payload.evidence(body, action),
        "channel": place.get("channel"),
        "thread_ts": place.get("thread_ts"),
    }


def _form(context: BoltContext, invoice_id: str) -> CodingForm | None:
    with runtime().database.read(payload.team_of(context)) as session:
        return coding_form(session, invoice_id)


def _metadata(form: CodingForm, place: dict[str, Any]) -> str:
    known = {"invoice_id": form.view.invoice_id, "version": form.view.version}
    return json.dumps(known | {name: place.get(name) for name in ("channel", "thread_ts")})


def _open(
    inbox: InboxWriter,
    body: dict[str, Any],
    action: dict[str, Any],
    context: BoltContext,
    client: WebClient,
    form: CodingForm,
) -> None:
    shown = coding_modal(_metadata(form, payload.place(body)), form.view, form.questions)
    open_window(inbox, body, action, context, client, shown)
