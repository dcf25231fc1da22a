"""Somebody asked what a deal would bill: read it from the CRM, and fill the modal that is open. Nothing is stored."""

from __future__ import annotations

from dbos import DBOS

from flows.approvals import MembersOnly, check_member
from flows.contracts.quote_view import no_quote_modal, quote_modal
from flows.contracts.quoting import deal_id_in, preview
from flows.durable import step, workflow
from flows.errors import FarSideError, NotFound, Rejected
from flows.inbox import load_once, settle
from flows.runtime import runtime
from flows.values.card import View
from flows.values.clock import business_date
from storage.tables import InboxRow

_WAITS = 2  # somebody looks at the modal meanwhile
_SHOWN = "shown"


@workflow("show_quote")
def show_quote(team_id: str, inbox_id: str) -> None:
    """Fill the modal, trying again for a few seconds while the CRM or Slack cannot be reached."""
    outcome = fill(team_id, inbox_id, last_try=False)
    waits = runtime().retry.waits[:_WAITS]
    for number, wait in enumerate(waits, start=1):
        if outcome:
            break
        DBOS.sleep(wait)
        outcome = fill(team_id, inbox_id, last_try=number == len(waits))
    finish(team_id, inbox_id, outcome or "not shown")


@step
def fill(team_id: str, inbox_id: str, *, last_try: bool) -> str:
    """Show the schedule, or in words why there is none. Return the outcome; empty to try again."""
    with runtime().database.read(team_id) as session:
        payload = session.get_one(InboxRow, inbox_id).payload
    slack, outcome = runtime().slack(team_id), _SHOWN
    try:
        view = _quoted(team_id, str(payload["user_id"]), str(payload["typed"]))
    except (MembersOnly, NotFound, Rejected) as error:
        view, outcome = no_quote_modal(_in_words(error)), error.code
    except FarSideError as error:
        if not last_try:
            return ""
        view = no_quote_modal(f"{error} Nothing was stored. Ask again in a few minutes.")
        outcome = error.code
    try:
        slack.update_view(str(payload["view_id"]), view)
    except Rejected as error:  # it was closed meanwhile
        return error.code
    except FarSideError as error:
        return error.code if last_try else ""
    return outcome


@step
def finish(team_id: str, inbox_id: str, outcome: str) -> None:
    """Note that the question was answered."""
    with runtime().database.begin(team_id) as session:
        row = load_once(session, inbox_id)
        if row is not None:
            settle(session, row, runtime().clock, outcome)


def _quoted(team_id: str, user_id: str, typed: str) -> View:
    """Return the modal with the schedule. Raises MembersOnly, NotFound and FarSideError."""
    check_member(runtime().slack(team_id).person(user_id))
    crm, policy = runtime().crm, runtime().policy.billing
    if crm is None or team_id != runtime().crm_team():
        return no_quote_modal("No CRM is connected to this workspace, so I know no deals.")
    today = business_date(runtime().clock.now(), policy.zone)
    return quote_modal(preview(crm.read_deal(deal_id_in(typed)), runtime().catalogue, policy, today=today))


def _in_words(error: Exception) -> str:
    if isinstance(error, NotFound):
        return f"{error} Give the id of a deal, or the link to its page."
    return str(error)
