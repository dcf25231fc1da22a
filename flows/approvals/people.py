"""Read from Slack who the people are that an invoice concerns."""

from __future__ import annotations

from flows.policy.model import Policy
from flows.ports import SlackWorkspace
from flows.values.people import KnownPeople


def known_people(slack: SlackWorkspace, policy: Policy, owner_email: str | None) -> KnownPeople:
    """Return who the deal's owner is in Slack, and the names of those whom the policy names as approvers.

    Raises FarSideError when Slack cannot be asked.
    """
    owner = slack.person_by_email(owner_email) if owner_email else None
    named = {approver for rule in policy.approvals.rules for part in rule.steps for approver in part.approvers}
    people = {one: slack.person_by_email(one) if "@" in one else slack.person(one) for one in sorted(named)}
    return KnownPeople(
        account_manager=owner.user_id if owner and not owner.is_deactivated else None,
        names={one: person.name for one, person in people.items() if person},
        ids={one: person.user_id for one, person in people.items() if person},
    )
