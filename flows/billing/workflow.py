"""The billing run as a workflow: interrupted and run again, or run twice at once, it drafts everything once."""

from __future__ import annotations

from typing import Final

from flows.approvals import known_people
from flows.billing import run, watching
from flows.durable import step, workflow
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
        people = read_people(team_id)
        asked = ask_some(team_id, "", people)
        while asked != run.DONE:
            asked = ask_some(team_id, asked, people)
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


@step
def read_people(team_id: str) -> KnownPeople:
    """Read from Slack whom the policy names."""
    return known_people(runtime().slack(team_id), runtime().policy, None)


@step
def ask_some(team_id: str, after: str, people: KnownPeople) -> str:
    """Ask for approval of some drafts."""
    with runtime().database.begin(team_id) as session:
        return run.ask_some(session, after, people)


@step
def plan_on(team_id: str, after: str) -> str:
    """Extend the schedules of some contracts without an end."""
    with runtime().database.begin(team_id) as session:
        return run.extend_some(session, after)
