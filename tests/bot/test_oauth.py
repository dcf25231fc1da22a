"""Several workspaces on one installation: installed by OAuth, tokens encrypted, and none sees another's rows."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from slack_bolt.adapter.wsgi import SlackRequestHandler
from sqlmodel import select
from werkzeug.test import Client, TestResponse

from bot import installations, wiring
from bot.settings import Settings
from bot.slack_app import make_app
from flows.approvals.actions import APPROVE
from flows.approvals.buttons import ApproveButton
from flows.inbox import InboxWriter
from storage.tables import InboxRow
from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import Rig

BUTTON = ApproveButton("apr_01jdc0000000000000000000aa", 1, "0" * 64).dump()


@dataclass
class Installable:
    """The app as several workspaces may install it, and the workspace that does."""

    rig: Rig
    settings: Settings
    house: wiring.House
    web: Client

    def install(self) -> TestResponse:
        """Go the whole way: our page, Slack's page, Allow, and back."""
        return self.come_back(answered(self.asked(), "allow"))

    def asked(self) -> str:
        """Return the address of Slack's page, as our page links it."""
        page = self.web.get("/slack/install").get_data(as_text=True)
        return unescape(re.findall(r'href="([^"]+/oauth/v2/authorize[^"]+)"', page)[0])

    def come_back(self, location: str) -> TestResponse:
        """Follow Slack's redirect."""
        parts = urlsplit(location)
        return self.web.get(f"{parts.path}?{parts.query}")

    def click(self, team_id: str) -> TestResponse:
        """Send a signed click from a workspace."""
        payload = {
            "type": "block_actions",
            "team": {"id": team_id},
            "user": {"id": "U0DANA", "team_id": team_id},
            "api_app_id": "A0DUNWELL",
            "container": {"type": "message", "channel_id": "C0APPROVALS", "message_ts": "1.1"},
            "channel": {"id": "C0APPROVALS"},
            "trigger_id": "1.2.3",
            "actions": [{"action_id": APPROVE, "block_id": "b", "type": "button", "value": BUTTON, "action_ts": "1.2"}],
        }
        body = urlencode({"payload": json.dumps(payload)})
        stamp = str(int(time.time()))
        key = self.rig.config.signing_secret.encode()
        signature = "v0=" + hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        form = "application/x-www-form-urlencoded"
        return self.web.post("/slack/events", data=body, headers=headers, content_type=form)

    def recorded(self, team_id: str | None) -> list[str]:
        """Return whose clicks are in the inbox, as a session of that team sees them."""
        with self.house.runtime.database.read(team_id) as session:
            return [row.team_id for row in session.exec(select(InboxRow))]


def answered(address: str, answer: str) -> str:
    """Answer Slack's page and return where it leads back to."""
    return str(httpx.post(address, data={"answer": answer}, trust_env=False).headers["location"])


@pytest.fixture
def installable(tmp_path: Path, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installable]:
    rig = Rig(tmp_path, manifest=REPO_ROOT / "manifest.yml").begin()
    for name, value in {
        "SLACK_API_URL": f"{rig.config.base_url}/api/",
        "SLACK_SIGNING_SECRET": rig.config.signing_secret,
        "SLACK_CLIENT_ID": rig.config.client_id,
        "SLACK_CLIENT_SECRET": rig.config.client_secret,
        "DUNWELL_ENCRYPTION_KEY": "A" * 43 + "=",
        "DUNWELL_DATABASE_URL": migrated_url,
        "DUNWELL_PUBLIC_URL": "http://dunwell.example",
        "DUNWELL_POLICY": str(REPO_ROOT / "bot" / "sandbox" / "policy.toml"),
        "DUNWELL_DATA": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    house = wiring.build(settings)
    inbox = InboxWriter(house.runtime.database, house.runtime.engine, house.runtime.clock)
    web: Any = SlackRequestHandler(make_app(settings, house.runtime.database, inbox))
    yield Installable(rig, settings, house, Client(web))
    inbox.close()
    house.close()
    rig.end()


def test_a_workspace_installs_the_app_and_its_clicks_are_taken(installable: Installable) -> None:
    answer = installable.install()
    assert answer.status_code == 200
    token = installations.token_of(installable.settings, installable.house.runtime.database, "T0DEMO")
    assert token is not None
    assert token.startswith("xoxb-")
    assert installable.click("T0DEMO").status_code == 200
    assert installable.recorded(None) == ["T0DEMO"]
    assert installable.house.runtime.crm_team() == "T0DEMO"


def test_a_token_is_never_in_the_tables_as_it_is(installable: Installable) -> None:
    installable.install()
    database = installable.house.runtime.database
    token = installations.token_of(installable.settings, database, "T0DEMO")
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT bot_token FROM slack_bots").all()
    assert rows
    assert all(token not in row[0] for row in rows)


def test_a_workspace_that_has_not_installed_the_app_is_not_let_in(installable: Installable) -> None:
    installable.install()
    assert b"install" in installable.click("T0OTHER").data.lower()
    assert installable.recorded(None) == []


def test_what_one_workspace_did_another_does_not_see(installable: Installable) -> None:
    installable.install()
    installable.click("T0DEMO")
    assert installable.recorded("T0OTHER") == []
    assert installable.recorded("T0DEMO") == ["T0DEMO"]


def test_a_state_is_good_once(installable: Installable) -> None:
    address = installable.asked()
    state = parse_qs(urlsplit(address).query)["state"][0]
    assert installable.come_back(answered(address, "allow")).status_code == 200
    again = answered(address, "allow")
    assert f"state={state}" in again
    assert installable.come_back(again).status_code == 400


def test_an_installation_that_was_refused_leaves_nothing(installable: Installable) -> None:
    answer = installable.come_back(answered(installable.asked(), "cancel"))
    assert "access_denied" in answer.get_data(as_text=True)
    assert installations.token_of(installable.settings, installable.house.runtime.database, "T0DEMO") is None
