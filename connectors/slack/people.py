"""People and user groups. People are remembered for a minute; groups only for those to whom a minute does not matter.

Slack allows twenty looks into groups a minute: a crowd of deals must not ask for the same group each.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from connectors.slack.client import Answer, Caller
from connectors.slack.identity import Identity
from flows.errors import Rejected
from flows.ports import Person
from flows.values.clock import Clock

_REMEMBERED: Final = timedelta(seconds=60)
_MOST_REMEMBERED: Final = 1000


class People:
    """The members of a workspace, and those whom a shared channel shows."""

    def __init__(self, caller: Caller, identity: Identity, clock: Clock) -> None:
        self._caller = caller
        self._identity = identity
        self._clock = clock
        self._known: dict[str, tuple[datetime, Person]] = {}
        self._ids: dict[str, str] = {}  # by e-mail address
        self._groups: dict[str, tuple[datetime, frozenset[str]]] = {}

    def person(self, user_id: str) -> Person:
        """Return who that is, as of at most a minute ago."""
        now = self._clock.now()
        if known := self._remembered(user_id, now):
            return known
        try:
            answer = self._caller.read("users.info", user=user_id)
        except Rejected as error:
            if error.code == "slack.user_not_found":
                words = f"There is no person {user_id} in this workspace."
                raise Rejected(error.system, words, code=error.code) from error
            raise
        return self._remember(answer["user"], now)

    def by_email(self, email: str) -> Person | None:
        """Return the member with that e-mail address, as of at most a minute ago, or None."""
        now = self._clock.now()
        if known := self._remembered(self._ids.get(email, ""), now):
            return known
        try:
            answer = self._caller.read("users.lookupByEmail", email=email)
        except Rejected as error:
            if error.code == "slack.users_not_found":
                return None
            raise
        person = self._remember(answer["user"], now)
        self._ids[email] = person.user_id
        return person

    def group_members(self, group: str, *, lately: bool) -> frozenset[str]:
        """Return the user ids in a group given by id or handle: now, or `lately`, at most a minute ago.

        Raises Rejected for a group that is not there.
        """
        now = self._clock.now()
        if lately and (known := self._groups.get(group)) and _is_recent(known[0], now):
            return known[1]
        group_id = self._group_id(group.strip().removeprefix("@"))
        answer = self._caller.read("usergroups.users.list", usergroup=group_id)
        members = frozenset(str(user) for user in answer["users"])
        self._groups[group] = (now, members)
        return members

    def _group_id(self, wanted: str) -> str:
        groups = self._caller.read("usergroups.list")["usergroups"]
        for group in groups:
            if wanted == group["id"] or wanted.casefold() == str(group["handle"]).casefold():
                return str(group["id"])
        raise Rejected(
            "Slack",
            f"There is no active user group @{wanted}; create it, or correct its name in the policy.",
            code="slack.no_such_group",
        )

    def _remembered(self, user_id: str, now: datetime) -> Person | None:
        known = self._known.get(user_id)
        return known[1] if known and _is_recent(known[0], now) else None

    def _remember(self, user: Answer, now: datetime) -> Person:
        person = self._as_person(user)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
            self._ids.clear()
        self._known[person.user_id] = (now, person)
        return person

    def _as_person(self, user: Answer) -> Person:
        profile: dict[str, Any] = user.get("profile") or {}
        name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name")
        return Person(
            user_id=str(user["id"]),
            name=str(name or user["id"]),
            email=profile.get("email") or None,
            team_id=str(user.get("team_id") or ""),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            is_outsider=self._is_outsider(user),
            is_deactivated=bool(user.get("deleted")),
        )

    def _is_outsider(self, user: Answer) -> bool:
        """Say whether somebody is of another company: on Enterprise Grid a colleague's home workspace may differ."""
        if user.get("is_stranger"):
            return True
        teams = {user.get("team_id"), *((user.get("enterprise_user") or {}).get("teams") or [])}
        return self._identity.me().team_id not in teams


def _is_recent(read_at: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - read_at < _REMEMBERED
