"""The button of an incomplete deal: open the form, check what was typed while it is open, record it."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from flows.contracts import rules, service, showing
from flows.contracts.cards import MEND, MEND_MODAL, mend_modal, nothing_filled, read_fixes
from flows.inbox import Delivery, InboxWriter
from flows.runtime import runtime
from handlers.slack import payload
from handlers.slack.fallback import record_unhandled
from handlers.slack.windows import open_window
from storage.tables import DealRow


def register(app: App, inbox: InboxWriter) -> None:
    """Register the button and its form."""

    @app.action(MEND)
    def on_mend(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], context: BoltContext, client: WebClient
    ) -> None:
        deal_id = str(action.get("value"))
        with runtime().database.read(payload.team_of(context)) as session:
            view = showing.mend_view(session, deal_id)
        if view is None or view.state != "incomplete":
            record_unhandled(inbox, body, action, context, "This deal is complete by now. Nothing is left to fill in.")
            ack()
            return
        metadata = json.dumps({"deal_id": deal_id, **payload.place(body)})
        open_window(inbox, body, action, context, client, mend_modal(metadata, view))
        ack()

    @app.view(MEND_MODAL)
    def on_mended(ack: Ack, body: dict[str, Any], context: BoltContext) -> None:
        view = body["view"]
        values = view["state"]["values"]
        metadata = json.loads(view["private_metadata"])
        fixes = read_fixes(values)
        errors = _errors(context, metadata["deal_id"], fixes) if fixes else nothing_filled(values)
        if errors:
            ack(response_action="errors", errors=errors)
            return
        mended = {"fixes": fixes, "user_id": payload.who(body), "evidence": payload.evidence(body), **metadata}
        key = f"{payload.who(body)}:{view['id']}"
        inbox.record(Delivery(payload.team_of(context), "deal.mend", key, mended))
        ack()


def _errors(context: BoltContext, deal_id: str, fixes: dict[str, str]) -> dict[str, str]:
    """Return what is wrong with what was typed, by field; the form stays open and nothing typed is lost."""
    with runtime().database.read(payload.team_of(context)) as session:
        row = session.get(DealRow, deal_id)
        if row is None:
            return {}
        try:
            rules.mend(service.current_deal(session, row), fixes)
        except rules.BadFix as error:
            return error.errors
    return {}
