from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import installations
from bot.settings import Process, Settings, setting_names
from flows.errors import ConfigurationError
from flows.values.clock import SystemClock, write_offset
from storage.database import Database
from tests.places import REPO_ROOT

KEY_A, KEY_B = "A" * 43 + "=", "B" * 43 + "="


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from the machine, and no `.env`."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_defaults_are_those_of_the_documentation() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.web_threads) == ("127.0.0.1", 3000, 50)
    assert settings.database_url == "sqlite:///.dunwell/dunwell.sqlite3"
    assert settings.retry_seconds == (1, 2, 5, 15, 60, 300, 900)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.slack_mode, settings.has_stripe, settings.has_salesforce) == ("none", False, False)


def test_settings_come_from_the_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=4000\nWEB_THREADS=8\nUNRELATED=1\nSLACK_APP_TOKEN=\n")
    monkeypatch.setenv("PORT", "5000")
    settings = Settings()
    assert (settings.port, settings.web_threads, settings.slack_app_token) == (5000, 8, None)


def test_everything_wrong_is_said_at_once_and_no_secret_is(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        PORT="99999",
        SLACK_BOT_TOKEN="xapp-SENSITIVE",
        DUNWELL_RETRY_SECONDS="1,soon",
        STRIPE_API_KEY="pk_SENSITIVE",
        SLACK_CLIENT_ID="1.2",
        SALESFORCE_CLIENT_ID="connected",
        SALESFORCE_WEBHOOK_SECRET="SENSITIVE path",
        SLACK_API_URL="slack.com/api",
        DUNWELL_ENCRYPTION_KEY="SENSITIVE",
    )
    with pytest.raises(ConfigurationError) as refused:
        Settings()
    words = str(refused.value)
    for name in (
        "PORT:",
        "SLACK_BOT_TOKEN:",
        "DUNWELL_RETRY_SECONDS:",
        "STRIPE_API_KEY:",
        "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET",
        "SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_SECRET:",
        "SALESFORCE_WEBHOOK_SECRET:",
        "SALESFORCE_ORG_ID:",
        "SLACK_API_URL:",
        "DUNWELL_ENCRYPTION_KEY:",
    ):
        assert f"- {name}" in words
    assert words.startswith("10 settings are wrong")
    assert "SENSITIVE" not in words
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_no_secret_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(
        monkeypatch,
        SLACK_BOT_TOKEN="xoxb-SENSITIVE",
        SLACK_APP_TOKEN="xapp-SENSITIVE",
        SLACK_SIGNING_SECRET="SENSITIVE",
        SLACK_CLIENT_ID="1.2",
        SLACK_CLIENT_SECRET="SENSITIVE",
        STRIPE_API_KEY="sk_test_SENSITIVE",
        STRIPE_WEBHOOK_SECRET="whsec_SENSITIVE",
        SALESFORCE_LOGIN_URL="https://example.my.salesforce.com",
        SALESFORCE_CLIENT_ID="connected",
        SALESFORCE_CLIENT_SECRET="SENSITIVE",
        SALESFORCE_ORG_ID="00D000000000001AAA",
        SALESFORCE_WEBHOOK_SECRET="SENSITIVE-path",
        DEALS_WEBHOOK_SECRET="SENSITIVE",
        DUNWELL_DATABASE_URL="postgresql://dunwell:SENSITIVE@db.example/dunwell",
        DUNWELL_ENCRYPTION_KEY=KEY_A,
    )
    settings = Settings()
    printed = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "SENSITIVE" not in printed
    assert KEY_A not in printed
    assert settings.database_url == "postgresql://dunwell:SENSITIVE@db.example/dunwell"


def test_the_newest_encryption_key_comes_first_and_none_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, DUNWELL_ENCRYPTION_KEY=KEY_B, DUNWELL_ENCRYPTION_KEYS=f"{KEY_A}, {KEY_B}")
    assert Settings().encryption_keys == (KEY_B, KEY_A)


def test_several_workspaces_need_a_key_for_their_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="secret")
    with pytest.raises(ConfigurationError, match="- DUNWELL_ENCRYPTION_KEY: is needed"):
        Settings()
    monkeypatch.setenv("DUNWELL_ENCRYPTION_KEY", KEY_A)
    assert Settings().slack_mode == "oauth"
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-one")
    assert Settings().slack_mode == "token"


@pytest.mark.parametrize(
    ("process", "missing"),
    [
        ("http", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]),
        ("socket", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        ("worker", ["SLACK_BOT_TOKEN"]),
        ("scheduler", ["SLACK_BOT_TOKEN"]),
    ],
)
def test_each_process_says_all_that_it_lacks(process: Process, missing: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Settings().require(process)
    named = [line.removeprefix("- ").split(":")[0] for line in str(refused.value).splitlines()[1:]]
    assert named == missing


def test_a_process_with_what_it_needs_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s", SLACK_APP_TOKEN="xapp-1")
    settings = Settings()
    for process in ("http", "socket", "worker", "scheduler"):
        settings.require(process)
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"


def test_addresses_get_the_slash_that_their_users_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SLACK_API_URL="http://127.0.0.1:8080/api", DUNWELL_PUBLIC_URL="https://dunwell.example.com/")
    settings = Settings()
    assert settings.slack_api_url == "http://127.0.0.1:8080/api/"
    assert settings.public_url == "https://dunwell.example.com"


def test_the_clock_is_the_machine_s_or_the_one_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(Settings().clock(), SystemClock)
    write_offset(tmp_path / "clock", 86_400)
    monkeypatch.setenv("DUNWELL_CLOCK_FILE", str(tmp_path / "clock"))
    ahead = Settings().clock().now() - datetime.now(UTC)
    assert timedelta(hours=23) < ahead <= timedelta(days=1)


def test_the_data_folder_is_made_or_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DUNWELL_DATA", str(tmp_path / "a" / "b"))
    assert Settings().data_folder().is_dir()
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DUNWELL_DATA", str(tmp_path / "file" / "b"))
    with pytest.raises(ConfigurationError, match=r"DUNWELL_DATA: the folder .* cannot be made \(Not a directory\)"):
        Settings().data_folder()


def test_without_a_token_it_is_the_token_that_is_missing() -> None:
    database = Database("sqlite:///unused.sqlite3")
    with pytest.raises(ConfigurationError, match="SLACK_BOT_TOKEN is not set; copy it"):
        installations.store(Settings(), database)


def test_every_setting_has_its_line_in_the_documentation() -> None:
    page = (REPO_ROOT / "docs" / "settings.md").read_text()
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(documented) == sorted(setting_names())
