"""The views that are open: each person's stack of modals, and each person's App Home."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.blocks import with_ids
from bot.sandbox.errors import SlackRefused
from bot.sandbox.inputs import first_values
from bot.sandbox.people import APP_ID, BOT_ID, TEAM_ID
from bot.sandbox.stamps import Stamps
from bot.sandbox.store import Store

STACK = 3
Json = dict[str, Any]


class Modals:
    """Keeps the open modals of each person, the lowest first, and the App Homes; views are Slack's own view objects."""

    def __init__(self, store: Store, stamps: Stamps, changed: Callable[[], None]) -> None:
        self._store = store
        self._stamps = stamps
        self._changed = changed
        self._stacks: dict[str, list[Json]] = {user: body["views"] for user, body in store.all("stack")}
        self.homes: dict[str, Json] = dict(store.all("home"))
        self.errors: dict[str, dict[str, str]] = {}

    def stack(self, user: str) -> list[Json]:
        """Return the modals open for a person, the lowest first."""
        return list(self._stacks.get(user, ()))

    def everybody(self) -> list[tuple[str, list[Json]]]:
        """Return the stacks of all who have one open."""
        return [(user, list(views)) for user, views in self._stacks.items() if views]

    def open(self, user: str, given: Json) -> Json:
        """Open a modal for a person; whatever was open before is gone."""
        return self._place(user, [], given)

    def push(self, user: str, given: Json, on: str) -> Json:
        """Open a modal on top of the view `on`; at most three lie on each other."""
        below = self._stacks.get(user, [])
        if not any(view["id"] == on for view in below):
            raise SlackRefused("not_found", "the view that this trigger came from is closed")
        if len(below) >= STACK:
            raise SlackRefused("push_limit_reached")
        return self._place(user, below, given)

    def _place(self, user: str, below: list[Json], given: Json) -> Json:
        self._refuse_taken(given, None)
        id_ = self._stamps.id("V0")
        root = below[0]["id"] if below else id_
        view = self._built(given, id_, root, below[-1]["id"] if below else None)
        self._stacks[user] = [*below, view]
        self._keep(user)
        return view

    def update(self, user: str, id_: str, given: Json, hash_: str | None) -> Json:
        """Put new content in a modal; what was typed stays where block id and action id are the same."""
        view = next((view for view in self._stacks.get(user, ()) if view["id"] == id_), None)
        if view is None:
            raise SlackRefused("not_found", f"no view {id_} is open")
        if hash_ is not None and hash_ != view["hash"]:
            raise SlackRefused("hash_conflict")
        self._refuse_taken(given, id_)
        fresh = self._built(given, id_, view["root_view_id"], view["previous_view_id"])
        _keep_typed(fresh, view["state"]["values"])
        view.clear()
        view.update(fresh)
        self.errors.pop(id_, None)
        self._keep(user)
        return view

    def publish(self, user: str, given: Json, hash_: str | None) -> Json:
        """Put new content in a person's App Home."""
        old = self.homes.get(user)
        if hash_ is not None and (old is None or hash_ != old["hash"]):
            raise SlackRefused("hash_conflict")
        id_ = old["id"] if old else self._stamps.id("V0")
        view = self._built(given, id_, id_, None)
        if old:
            _keep_typed(view, old["state"]["values"])
        self.homes[user] = view
        self._store.put("home", user, view)
        self._changed()
        return view

    def find(self, id_: str) -> tuple[str, Json] | None:
        """Return who has the view (modal or home) and the view."""
        everyone = [(user, view) for user, views in self._stacks.items() for view in views]
        return next((pair for pair in [*everyone, *self.homes.items()] if pair[1]["id"] == id_), None)

    def named(self, external_id: str) -> tuple[str, Json] | None:
        """Return who has the modal with the app's own id, and the modal."""
        everyone = [(user, view) for user, views in self._stacks.items() for view in views]
        return next((pair for pair in everyone if external_id and pair[1]["external_id"] == external_id), None)

    def close(self, user: str, id_: str, *, all_of_them: bool = False) -> None:
        """Close the view and those on it, or the whole stack."""
        views = self._stacks.get(user, [])
        index = next((n for n, view in enumerate(views) if view["id"] == id_), 0)
        for view in views[0 if all_of_them else index :]:
            self.errors.pop(view["id"], None)
        self._stacks[user] = [] if all_of_them else views[:index]
        self._keep(user)

    def refuse_input(self, user: str, id_: str, errors: dict[str, str]) -> None:
        """Show sentences at the inputs of a view; an empty dictionary takes them away."""
        self.errors[id_] = errors
        self._keep(user)

    def fill(self, user: str, view: Json, block_id: str, action_id: str, value: Json) -> None:
        """Keep what a person filled in."""
        view["state"]["values"].setdefault(block_id, {})[action_id] = value
        if view["type"] == "home":
            self._store.put("home", user, view)
            self._changed()
        else:
            self._keep(user)

    def _built(self, given: Json, id_: str, root: str, previous: str | None) -> Json:
        stamp = self._stamps.ts()
        blocks = with_ids(given["blocks"], stamp)
        return {
            "id": id_, "team_id": TEAM_ID, "type": given["type"], "blocks": blocks,
            "private_metadata": given.get("private_metadata", ""), "callback_id": given.get("callback_id", ""),
            "state": {"values": first_values(blocks)}, "hash": f"{stamp.split('.')[0]}.{self._stamps.id('H')}",
            "title": given.get("title"), "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False), "close": given.get("close"),
            "submit": given.get("submit"), "previous_view_id": previous, "root_view_id": root, "app_id": APP_ID,
            "external_id": given.get("external_id", ""), "app_installed_team_id": TEAM_ID, "bot_id": BOT_ID,
        }  # fmt: skip

    def _refuse_taken(self, given: Json, own_id: str | None) -> None:
        taken = self.named(given.get("external_id", ""))
        if taken and taken[1]["id"] != own_id:
            raise SlackRefused("duplicate_external_id")

    def _keep(self, user: str) -> None:
        self._store.put("stack", user, {"views": self._stacks.get(user, [])})
        self._changed()


def _keep_typed(view: Json, before: Json) -> None:
    """Carry over what was typed before into inputs that are the same ones."""
    for block_id, actions in view["state"]["values"].items():
        for action_id, value in actions.items():
            held = before.get(block_id, {}).get(action_id)
            if held and held["type"] == value["type"]:
                actions[action_id] = held
