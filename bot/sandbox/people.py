"""The people, channels and user groups that a demo workspace begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TEAM_ID = "T0DEMO"
TEAM_NAME = "Dunwell Demo"
TEAM_DOMAIN = "dunwell-demo"
OTHER_TEAM_ID = "T0OUT"
APP_ID = "A0DUNWELL"
BOT_ID = "B0DUNWELL"
BOT_USER = "U0DUNWELL"
APPROVERS = "S0FINANCE"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be looked at the workspace as."""

    id: str
    handle: str
    name: str
    title: str
    colour: str
    team_id: str = TEAM_ID
    guest: bool = False

    @property
    def outsider(self) -> bool:
        """Whether this person belongs to another company's workspace."""
        return self.team_id != TEAM_ID

    @property
    def im(self) -> str:
        """The id of this person's direct messages with the bot."""
        return "D" + self.id[1:]

    def view(self) -> dict[str, Any]:
        """Return this person as `state` shows people."""
        words = self.name.split()
        return {
            "id": self.id, "handle": self.handle, "name": self.name, "title": self.title, "team_id": self.team_id,
            "initials": words[0][0] + words[-1][0], "colour": self.colour, "guest": self.guest,
            "outsider": self.outsider,
        }  # fmt: skip


PEOPLE = (
    Person("U0DANA", "dana", "Dana Whitfield", "CFO", "#1f6f5c"),
    Person("U0LEE", "lee", "Lee Okafor", "Controller", "#3b4f8f"),
    Person("U0SAM", "sam", "Sam Rivera", "Account manager", "#a2571d"),
    Person("U0RITA", "rita", "Rita Novak", "Sales rep", "#8a2f5f"),
    Person("U0GUS", "gus", "Gus Abel", "Guest", "#5c5c5c", guest=True),
    Person("U0OLGA", "olga", "Olga Stern", "Outsider", "#6b3fa0", team_id=OTHER_TEAM_ID),
)


def called(name: str) -> Person | None:
    """Return who is meant by a handle, an id, a first or whole name, or a title ("dana", "U0DANA", "CFO"), if anybody.

    Capitals do not matter, and "sales_rep" is "sales rep".
    """
    said = " ".join(name.lower().removeprefix("@").replace("_", " ").replace("-", " ").split())
    return next(
        (one for one in PEOPLE if said in (one.handle, one.id.lower(), one.name.lower(), one.title.lower())), None
    )


STAFF = ["U0DANA", "U0LEE", "U0SAM", "U0RITA"]
GROUPS: dict[str, dict[str, Any]] = {
    APPROVERS: {"handle": "finance-approvers", "name": "Finance approvers", "users": ["U0DANA", "U0LEE"]}
}


def first_channels() -> list[dict[str, Any]]:
    """Return the channels of a new workspace: public ones, then each person's direct messages with the bot."""

    def channel(id_: str, name: str, topic: str, members: list[str], shared: bool = False) -> dict[str, Any]:
        return {"id": id_, "name": name, "kind": "channel", "topic": topic, "members": members, "shared": shared,
                "archived": False}  # fmt: skip

    bot = [BOT_USER]
    everybody = [*STAFF, "U0GUS", "U0OLGA"]
    rooms = [
        channel("C0GENERAL", "general", "Company-wide announcements", [*STAFF, *bot]),
        channel(
            "C0APPROVALS", "invoice-approvals", "Invoices that wait for a decision", [*everybody, *bot], shared=True
        ),
        channel("C0OPS", "dunwell-ops", "What does not move by itself", ["U0DANA", "U0LEE", *bot]),
        channel("C0DEALS", "deals", "Closed deals", [*STAFF, *bot]),
        channel("C0RANDOM", "random", "Anything else", list(STAFF)),
    ]
    direct = [
        {"id": p.im, "name": p.handle, "kind": "im", "topic": "", "members": [p.id, BOT_USER], "shared": False,
         "archived": False}
        for p in PEOPLE if not p.outsider
    ]  # fmt: skip
    return [*rooms, *direct]
