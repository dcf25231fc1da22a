"""Give a contract to deals that were read before contracts were kept, so that the rest of their term is billed.

The scheduler starts this once a day, and at the first start of a version that has it; where every deal that is billed
has its contract, it does nothing. Each deal goes the way of one that was just read: what has gone out stays, what has
fallen due since is drafted and asks for approval, and what is missing is put before a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows.approvals import known_people
from flows.contracts import service
from flows.durable import step, workflow
from flows.effects import until_answered
from flows.errors import FarSideError, Rejected
from flows.runtime import runtime
from flows.values.people import KnownPeople
from storage.tables import Contract, DealRow

DONE: Final = ""


@workflow("take_over_deals")
def take_over_deals(team_id: str, run_id: str) -> None:  # noqa: ARG001  every workflow has a subject
    """Give every deal that is billed and has no contract one; run again, or twice at once, each gets one."""
    deal_id = next_without(team_id, "")
    while deal_id != DONE:
        give_contract(team_id, deal_id)
        deal_id = next_without(team_id, deal_id)


def give_contract(team_id: str, deal_id: str) -> None:
    """Give one deal its contract, waiting while Slack cannot be asked whom the policy names."""
    found = until_answered(lambda: read_people(team_id, deal_id))
    if not found.reason:
        take_over(team_id, deal_id, found.people)


@step
def next_without(team_id: str, after: str) -> str:
    """Return the next deal that was drafted before there were contracts, or DONE."""
    with runtime().database.read(team_id) as session:
        return deal_without_contract(session, after)


def deal_without_contract(session: Session, after: str) -> str:
    """Return the first deal after that id that is billed and has no contract, or DONE."""
    statement = (
        select(col(DealRow.id))
        .outerjoin(Contract, col(Contract.deal_id) == col(DealRow.id))
        .where(col(DealRow.state) == "drafted", col(Contract.id).is_(None), col(DealRow.id) > after)
        .order_by(col(DealRow.id))
    )
    return session.execute(statement.limit(1)).scalar_one_or_none() or DONE


@dataclass(frozen=True, slots=True)
class People:
    """Whom the policy names, and who the deal's owner is; or why Slack did not say. `again` when asking may help."""

    people: KnownPeople = field(default_factory=KnownPeople)
    reason: str = ""
    code: str = ""
    again: bool = False


@step
def read_people(team_id: str, deal_id: str) -> People:
    """Read from Slack who the deal's owner and the approvers are; where it does not say, the next day's run tries."""
    with runtime().database.read(team_id) as session:
        owner = service.owner_email(session, deal_id)
    try:
        return People(known_people(runtime().slack(team_id), runtime().policy, owner))
    except FarSideError as error:
        return People(reason=error.reason, code=error.code, again=not isinstance(error, Rejected))


@step
def take_over(team_id: str, deal_id: str, people: KnownPeople) -> None:
    """Give a deal its contract, unless it has one by now."""
    with runtime().database.begin(team_id) as session:
        service.take_over(session, deal_id, people=people)
