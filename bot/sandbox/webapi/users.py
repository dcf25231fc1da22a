"""users.* and usergroups.*: who is here and who belongs to which group."""

from __future__ import annotations

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import BOT_ID, BOT_USER, GROUPS, TEAM_ID, Person
from bot.sandbox.webapi.call import Call, Json, Method, page


def info(call: Call) -> Json:
    """Return one person, or the bot's own user."""
    if call.args["user"] == BOT_USER:
        return {"user": _bot()}
    return {"user": _shown(call, call.workspace.member(call.args["user"]))}


def list_all(call: Call) -> Json:
    """Return everybody, the bot too, in pages."""
    everybody = [*(_shown(call, person) for person in call.workspace.people.values()), _bot()]
    members, metadata = page(everybody, call.args)
    return {"members": members, "cache_ts": 0, "response_metadata": metadata}


def lookup(call: Call) -> Json:
    """Return the person of this workspace with an e-mail address."""
    wanted = call.args["email"].lower()
    for person in call.workspace.people.values():
        if _email(person) == wanted and not person.outsider:
            return {"user": _shown(call, person)}
    raise SlackRefused("users_not_found")


def groups(call: Call) -> Json:
    """Return the user groups, with their members when asked."""
    shown = []
    for id_, group in GROUPS.items():
        entry = {"id": id_, "team_id": TEAM_ID, "is_usergroup": True, "is_subteam": True, "name": group["name"],
                 "handle": group["handle"], "description": "", "date_delete": 0, "auto_type": None}  # fmt: skip
        if call.args.get("include_users"):
            entry["users"] = list(group["users"])
        if call.args.get("include_count"):
            entry["user_count"] = len(group["users"])
        shown.append(entry)
    return {"usergroups": shown}


def group_members(call: Call) -> Json:
    """Return the ids of a group's members."""
    group = GROUPS.get(call.args["usergroup"])
    if group is None:
        raise SlackRefused("no_such_subteam")
    return {"users": list(group["users"])}


def _email(person: Person) -> str:
    return f"{person.handle}@{'elsewhere' if person.outsider else 'demo'}.example"


def _shown(call: Call, person: Person) -> Json:
    first, _, last = person.name.partition(" ")
    profile = {
        "real_name": person.name, "display_name": person.handle, "title": person.title, "first_name": first,
        "last_name": last, "team": person.team_id,
    }  # fmt: skip
    if "users:read.email" in call.token.scopes and not person.outsider:
        profile["email"] = _email(person)
    return {
        "id": person.id, "team_id": person.team_id, "name": person.handle, "real_name": person.name, "deleted": False,
        "tz": "Europe/Berlin", "tz_label": "Central European Time", "tz_offset": 3600, "profile": profile,
        "is_admin": person.id == "U0DANA", "is_owner": False, "is_bot": False, "is_app_user": False, "updated": 0,
        "is_restricted": person.guest, "is_ultra_restricted": person.guest, "is_stranger": person.outsider,
    }  # fmt: skip


def _bot() -> Json:
    profile = {"real_name": "Dunwell", "display_name": "dunwell", "bot_id": BOT_ID, "team": TEAM_ID}
    return {
        "id": BOT_USER, "team_id": TEAM_ID, "name": "dunwell", "real_name": "Dunwell", "deleted": False,
        "profile": profile, "is_bot": True, "is_app_user": False, "updated": 0,
    }  # fmt: skip


METHODS = (
    Method("users.info", info, {"user": "str!", "include_locale": "bool"}, "users:read"),
    Method("users.list", list_all, {"cursor": "str", "limit": "int", "include_locale": "bool"}, "users:read"),
    Method("users.lookupByEmail", lookup, {"email": "str!"}, "users:read.email"),
    Method(
        "usergroups.list", groups, {"include_count": "bool", "include_disabled": "bool", "include_users": "bool"},
        "usergroups:read",
    ),
    Method(
        "usergroups.users.list", group_members, {"usergroup": "str!", "include_disabled": "bool"}, "usergroups:read",
    ),
)  # fmt: skip
