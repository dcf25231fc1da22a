"""manifest.yml has all that the code uses and no more: listeners, methods and scopes are held against it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import handlers.slack
from connectors.slack.scopes import SCOPES
from tests.places import REPO_ROOT

MANIFEST: Final = yaml.safe_load((REPO_ROOT / "manifest.yml").read_text(encoding="utf-8"))
CARDS: Final = REPO_ROOT / "tests" / "flows" / "cards" / "snapshots"
NEEDS_NO_SCOPE: Final = {"views_open", "views_update", "auth_test"}  # called on a listener's own client
KINDS: Final = ("action", "view", "command", "event", "shortcut", "options")
OF_COMMANDS: Final = {"commands"}  # a slash command needs it, though no method does


class RecordingApp:
    """Stands where Bolt's app does and writes down what is registered on it."""

    def __init__(self) -> None:
        self.registered: dict[str, list[Any]] = {kind: [] for kind in KINDS}

    def __getattr__(self, kind: str) -> Callable[[Any], Callable[[Any], Any]]:
        def register(constraint: Any) -> Callable[[Any], Any]:
            self.registered[kind].append(constraint)
            return lambda listener: listener

        return register

    def names(self, kind: str) -> set[str]:
        """Return what was registered by name; patterns that catch everything else are left out."""
        return {one for one in self.registered[kind] if isinstance(one, str)}


@pytest.fixture(scope="module")
def app() -> RecordingApp:
    recording = RecordingApp()
    handlers.slack.register(recording, inbox=None)  # type: ignore[arg-type]
    return recording


def test_every_command_of_the_manifest_is_answered_and_no_other(app: RecordingApp) -> None:
    assert app.names("command") == {one["command"] for one in MANIFEST["features"].get("slash_commands", [])}


def test_every_shortcut_of_the_manifest_is_answered_and_no_other(app: RecordingApp) -> None:
    assert app.names("shortcut") == {one["callback_id"] for one in MANIFEST["features"].get("shortcuts", [])}


def test_every_event_of_the_manifest_is_listened_to_and_no_other(app: RecordingApp) -> None:
    assert app.names("event") == set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


def test_interactivity_is_on_exactly_when_something_can_be_clicked(app: RecordingApp) -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is bool(app.names("action") | app.names("view"))


def test_menus_ask_for_their_options_exactly_when_somebody_answers(app: RecordingApp) -> None:
    assert ("message_menu_options_url" in MANIFEST["settings"]["interactivity"]) is bool(app.registered["options"])


def test_app_home_is_on_because_it_is_published() -> None:
    assert MANIFEST["features"]["app_home"]["home_tab_enabled"] is ("views.publish" in SCOPES)


def test_the_scopes_are_those_of_the_methods_that_are_called_and_no_more() -> None:
    needed = frozenset[str]().union(*SCOPES.values()) | OF_COMMANDS
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed


def test_requests_of_every_kind_go_to_one_address() -> None:
    features, settings = MANIFEST["features"], MANIFEST["settings"]
    addresses = {one["url"] for one in features["slash_commands"]}
    addresses |= {settings["interactivity"][name] for name in ("request_url", "message_menu_options_url")}
    addresses.add(settings["event_subscriptions"]["request_url"])
    assert len(addresses) == 1
    assert addresses.pop().endswith("/slack/events")


@pytest.mark.parametrize("room", ["handlers", "bot"])
def test_listeners_call_only_methods_that_need_no_scope(room: str) -> None:
    called = {name for path in _sources(room) for name in _client_calls(path)}
    assert called <= NEEDS_NO_SCOPE


@pytest.mark.parametrize("card", sorted(CARDS.glob("*.json")), ids=lambda path: path.stem)
def test_every_button_of_a_card_has_its_own_listener(card: Path, app: RecordingApp) -> None:
    ids = _action_ids(json.loads(card.read_text(encoding="utf-8")))
    shown = {re.split(r"\.(?:att|row)_", one)[0] for one in ids}  # where there are several, the row tells them apart
    assert shown <= app.names("action")


@pytest.mark.parametrize("card", sorted(CARDS.glob("*.json")), ids=lambda path: path.stem)
def test_every_modal_that_is_submitted_has_its_own_listener(card: Path, app: RecordingApp) -> None:
    shown = json.loads(card.read_text(encoding="utf-8"))
    if shown.get("type") == "modal" and "submit" in shown:
        assert shown["callback_id"] in app.names("view")


def _sources(room: str) -> Iterator[Path]:
    yield from (path for path in (REPO_ROOT / room).rglob("*.py") if "sandbox" not in path.parts)


def _client_calls(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            holder = ast.unparse(node.func.value)
            if holder == "client" or holder.startswith("make_client("):
                yield node.func.attr


def _action_ids(value: Any) -> Iterator[str]:
    """Yield the action ids of everything that Slack reports at a click; inputs of a form are read at its submission."""
    if isinstance(value, dict):
        if value.get("type") == "input":
            return
        if "action_id" in value:
            yield value["action_id"]
        for part in value.values():
            yield from _action_ids(part)
    elif isinstance(value, list):
        for part in value:
            yield from _action_ids(part)
