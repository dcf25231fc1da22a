"""The first request, while Slack does not say whose the bot token is: not acknowledged, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.wsgi import SlackRequestHandler
from werkzeug.test import Client

from bot import wiring
from bot.settings import Settings
from bot.slack_app import make_app
from flows.inbox import InboxWriter
from tests.bot.test_oauth import Installable
from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import Rig


@pytest.fixture
def with_a_token(tmp_path: Path, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installable]:
    rig = Rig(tmp_path, manifest=REPO_ROOT / "manifest.yml").begin()
    for name, value in {
        "SLACK_API_URL": f"{rig.config.base_url}/api/",
        "SLACK_SIGNING_SECRET": rig.config.signing_secret,
        "SLACK_BOT_TOKEN": rig.config.bot_token,
        "DUNWELL_DATABASE_URL": migrated_url,
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


@pytest.mark.parametrize("kind", ["5xx", "429", "token_revoked"])
def test_a_click_that_cannot_be_let_in_yet_is_not_acknowledged(with_a_token: Installable, kind: str) -> None:
    with_a_token.rig.do("fault", where="slack", kind=kind, method="auth.test", count=1)
    assert with_a_token.click("T0DEMO").status_code == 500
    assert with_a_token.recorded(None) == []
    with_a_token.rig.do("fault", where="slack", kind="off")
    assert with_a_token.click("T0DEMO").status_code == 200
    assert with_a_token.recorded(None) == ["T0DEMO"]


def test_slack_is_asked_once_whose_the_token_is(with_a_token: Installable) -> None:
    with_a_token.click("T0DEMO")
    with_a_token.rig.do("fault", where="slack", kind="5xx", method="auth.test")
    assert with_a_token.click("T0DEMO").status_code == 200
