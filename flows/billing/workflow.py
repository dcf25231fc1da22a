"""The billing run as a workflow: interrupted and run again, or run twice at once, it drafts everything once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from flows import attention
from flows.approvals import known_people
from flows.billing import run, watching
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import FarSideError, Rejected
from flows.runtime import runtime
from flows.values.people import KnownPeople

WATCHING: Final = watching.watched  # imported so that the usage room asks it


@workflow("billing_run")
def billing_run(team_id: str, run_id: str) -> None:  # noqa: ARG001  every workflow has a subject
    """Draft what has come due, then ask for approval of it, then plan on where a schedule runs out."""
    drafted = draft_some(team_id, "")
    while drafted != run.DONE:
        drafted = draft_some(team_id, drafted)
    if anything_to_ask(team_id):
        found = until_answered(lambda: read_people(team_id))
        asked = run.DONE if found.reason else ask_some(team_id, "", found.people)
        while asked != run.DONE:
            asked = ask_some(team_id, asked, found.people)
        if found.reason:
            report_unread(team_id, found)
    planned = plan_on(team_id, "")
    while planned != run.DONE:
        planned = plan_on(team_id, planned)


@step
def draft_some(team_id: str, after: str) -> str:
    """Draft what is due of the next contracts, a hundred in a transaction; return the last of them, or DONE."""
    with runtime().database.read(team_id) as session:
        ids = run.due_next(session, after)
    for start in range(0, len(ids), run.AT_ONCE):
        with runtime().database.begin(team_id) as session:
            run.draft_contracts(session, ids[start : start + run.AT_ONCE])
    return ids[-1] if ids else run.DONE


@step
def anything_to_ask(team_id: str) -> bool:
    """Tell whether a draft of the schedule waits for somebody to be asked."""
    with runtime().database.read(team_id) as session:
        return run.waits_for_asking(session)


@dataclass(frozen=True, slots=True)
class Approvers:
    """Whom the policy names; or why Slack did not say. `again` when asking again may help."""

    people: KnownPeople = field(default_factory=KnownPeople)
    reason: str = ""
    code: str = ""
    again: bool = False


@step
def read_people(team_id: str) -> Approvers:
    """Read from Slack whom the policy names."""
    try:
        return Approvers(known_people(runtime().slack(team_id), runtime().policy, None))
    except FarSideError as error:
        return Approvers(reason=error.reason, code=error.code, again=not isinstance(error, Rejected))


@step
def report_unread(team_id: str, found: Approvers) -> None:
    """Put drafts that nobody was asked about before a person: Slack did not say who the approvers are."""
    with runtime().database.begin(team_id) as session:
        attention.open_attention(
            session,
            subject_id="billing_run",
            kind="billing_run",
            title="Nobody could be asked to approve what the billing run drafted",
            reason=f"Slack did not say who the approvers are ({found.reason}). The drafts wait for the next run.",
            code=found.code,
        )


@step
def ask_some(team_id: str, after: str, people: KnownPeople) -> str:
    """Ask for approval of some drafts."""
    with runtime().database.begin(team_id) as session:
        attention.settle_attention(session, subject_id="billing_run", kind="billing_run", by="asked")
        return run.ask_some(session, after, people)


@step
def plan_on(team_id: str, after: str) -> str:
    """Extend the schedules of some contracts without an end."""
    with runtime().database.begin(team_id) as session:
        return run.extend_some(session, after)
