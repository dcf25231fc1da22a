"""Installations in several workspaces: nobody who reads the database learns a token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import Engine, text

from connectors.slack.installations import EncryptedInstallationStore, OneUseStateStore
from flows.errors import ConfigurationError
from flows.values.clock import FixedClock
from storage.database import Database

KEY, NEWER = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRETS = ("xoxb-bot-secret", "xoxe-bot-refresh", "xoxp-user-secret", "xoxe-user-refresh", "hooks.slack.com/secret")


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """The migrated database: these are the tables that the store finds in the field."""
    database = Database(migrated_url)
    yield database.engine
    database.dispose()


def everything_stored(engine: Engine) -> str:
    with engine.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("slack_bots", "slack_installations")
        ]
    return repr(rows)


def installation(team: str = "T1", bot_token: str = SECRETS[0]) -> Installation:
    later = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
    return Installation(
        app_id="A1",
        team_id=team,
        user_id="U1",
        bot_id="B1",
        bot_user_id="UB1",
        bot_token=bot_token,
        bot_scopes="chat:write",
        bot_refresh_token=SECRETS[1],
        bot_token_expires_at=int(later),
        user_token=SECRETS[2],
        user_refresh_token=SECRETS[3],
        user_token_expires_at=int(later),
        incoming_webhook_url=f"https://{SECRETS[4]}",
        installed_at=datetime(2026, 11, 23, tzinfo=UTC).timestamp(),
    )


def store(engine: Engine, *keys: str) -> EncryptedInstallationStore:
    return EncryptedInstallationStore("client-1", engine, keys)


def test_what_was_saved_comes_back_with_its_rotation_fields(engine: Engine) -> None:
    store(engine, KEY).save(installation())
    bot = store(engine, KEY).find_bot(enterprise_id=None, team_id="T1")
    assert bot is not None
    assert (bot.bot_token, bot.bot_refresh_token) == (SECRETS[0], SECRETS[1])
    found = store(engine, KEY).find_installation(enterprise_id=None, team_id="T1", user_id="U1")
    assert found is not None
    assert (found.user_token, found.user_refresh_token) == (SECRETS[2], SECRETS[3])
    assert found.incoming_webhook_url == f"https://{SECRETS[4]}"


def test_no_secret_reaches_the_database(engine: Engine) -> None:
    store(engine, KEY).save(installation())
    stored = everything_stored(engine)
    assert "client-1" in stored, "the rows are read"
    assert not [secret for secret in SECRETS if secret in stored]


def test_workspaces_are_kept_apart(engine: Engine) -> None:
    tokens = store(engine, KEY)
    tokens.save(installation("T1"))
    tokens.save(installation("T2", bot_token="xoxb-other"))
    tokens.delete_all(enterprise_id=None, team_id="T1")
    assert tokens.find_bot(enterprise_id=None, team_id="T1") is None
    other = tokens.find_bot(enterprise_id=None, team_id="T2")
    assert other is not None and other.bot_token == "xoxb-other"


def test_an_older_key_still_reads_and_encrypting_again_makes_it_needless(engine: Engine) -> None:
    store(engine, KEY).save(installation())
    both = store(engine, NEWER, KEY)
    found = both.find_bot(enterprise_id=None, team_id="T1")
    assert found is not None and found.bot_token == SECRETS[0]
    assert both.encrypt_again() == 2
    alone = store(engine, NEWER).find_bot(enterprise_id=None, team_id="T1")
    assert alone is not None and alone.bot_refresh_token == SECRETS[1]


def test_a_wrong_key_is_named_with_its_mend(engine: Engine) -> None:
    store(engine, KEY).save(installation())
    with pytest.raises(ConfigurationError, match="DUNWELL_ENCRYPTION_KEY"):
        store(engine, NEWER).find_bot(enterprise_id=None, team_id="T1")


def test_a_token_in_plain_text_is_not_believed(engine: Engine) -> None:
    store(engine, KEY).save(installation())
    with engine.begin() as connection:
        connection.execute(text("UPDATE slack_bots SET bot_token = 'xoxb-planted'"))
    with pytest.raises(ConfigurationError):
        store(engine, KEY).find_bot(enterprise_id=None, team_id="T1")


@pytest.mark.parametrize("keys", [(), ("short",), (KEY, "é" * 44)])
def test_keys_that_are_none_are_refused_at_once(engine: Engine, keys: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="DUNWELL_ENCRYPTION_KEY"):
        store(engine, *keys)


def test_a_long_token_is_kept_whole(engine: Engine) -> None:
    long = "xoxe.xoxb-1-" + "a" * 400
    store(engine, KEY).save(installation(bot_token=long))
    found = store(engine, KEY).find_bot(enterprise_id=None, team_id="T1")
    assert found is not None and found.bot_token == long


def test_a_state_is_good_once_and_for_ten_minutes(engine: Engine) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    states = OneUseStateStore(engine, clock)
    first, second = states.issue(), states.issue()
    assert states.consume(first)
    assert not states.consume(first)
    assert not states.consume("forged")
    clock.advance(timedelta(minutes=10))
    assert not states.consume(second)


def test_expired_states_do_not_pile_up(engine: Engine) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    states = OneUseStateStore(engine, clock)
    for _ in range(3):
        states.issue()
        clock.advance(timedelta(minutes=11))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM slack_oauth_states")).scalar_one() == 1
