"""Read from Slack who the people are that an invoice concerns."""

from __future__ import annotations

import contextlib

from flows.errors import Refused, Rejected
from flows.policy.model import Policy
from flows.ports import Person, SlackWorkspace
from flows.values.people import KnownPeople


def known_people(slack: SlackWorkspace, policy: Policy, owner_email: str | None) -> KnownPeople:
    """Return who the deal's owner is in Slack, and the people and groups whom the policy names as approvers.

    A group that Slack refuses to tell is left out. Raises FarSideError when Slack cannot be asked.
    """
    owner = slack.person_by_email(owner_email) if owner_email else None
    named = {approver for rule in policy.approvals.rules for part in rule.steps for approver in part.approvers}
    people = {one: slack.person_by_email(one) if "@" in one else slack.person(one) for one in sorted(named)}
    return KnownPeople(
        account_manager=owner.user_id if owner and not owner.is_deactivated else None,
        names={one: person.name for one, person in people.items() if person},
        ids={one: person.user_id for one, person in people.items() if person and not person.is_deactivated},
        groups=_groups(slack, policy),
    )


def _groups(slack: SlackWorkspace, policy: Policy) -> dict[str, frozenset[str]]:
    found = {}
    for group in sorted({part.group for rule in policy.approvals.rules for part in rule.steps if part.group}):
        with contextlib.suppress(Rejected):  # nobody can decide then, and the card's attention says so
            found[group] = slack.group_members(group, lately=True)
    return found


class MembersOnly(Refused):
    """A guest, somebody from another workspace, or a deactivated account: they may look, not change."""

    code = "people.members_only"

    def __init__(self) -> None:
        super().__init__("Only members of this workspace can do this. Nothing was changed. Ask one of them.")


def check_member(person: Person) -> None:
    """Raise MembersOnly unless this is an active member of the workspace itself."""
    if person.is_guest or person.is_outsider or person.is_deactivated:
        raise MembersOnly
