"""Installations in several workspaces: slack_sdk's store on our engine, with every secret encrypted.

The tables are slack_sdk's, but the columns that hold tokens (and webhook addresses, which work without a token) hold
Fernet ciphertext. `slack_tables` adds them to a MetaData, so that the migrations own them; nothing here makes a table.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any, Final
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import Dialect, Engine, MetaData, Table, Text, delete, select, update
from sqlalchemy.types import TypeDecorator

from flows.errors import ConfigurationError
from flows.values.clock import Clock, SystemClock

SECRET_COLUMNS: Final = (
    "bot_token",
    "bot_refresh_token",
    "user_token",
    "user_refresh_token",
    "incoming_webhook_url",
    "incoming_webhook_configuration_url",
)
SETTING: Final = "DUNWELL_ENCRYPTION_KEY"
_STATE_LIFETIME: Final = timedelta(minutes=10)
_logger = logging.getLogger(__name__)


def make_cipher(keys: Sequence[str]) -> MultiFernet:
    """Return what encrypts with the first key and decrypts with any. Raises ConfigurationError for a malformed key."""
    if not keys:
        raise ConfigurationError(f"{SETTING} is not set; it is needed to keep Slack's tokens encrypted.")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise ConfigurationError(f"{SETTING} must be 32 random bytes in URL-safe base 64.") from None


class EncryptedText(TypeDecorator[str]):
    """Text that the database only ever sees encrypted."""

    impl = Text
    cache_ok = False  # two engines may hold different keys

    def __init__(self, cipher: MultiFernet) -> None:
        super().__init__()
        self._cipher = cipher

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self._cipher.encrypt(value.encode()).decode("ascii")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        try:
            return self._cipher.decrypt(value.encode()).decode()
        except InvalidToken:
            raise ConfigurationError(
                f"The stored Slack tokens were encrypted with another key than {SETTING}; put the former key into "
                "DUNWELL_ENCRYPTION_KEYS as well, or install Dunwell again in each workspace."
            ) from None

    def copy(self, **_: Any) -> EncryptedText:
        return EncryptedText(self._cipher)


def slack_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Add the tables of installations, bots and OAuth states to `metadata` and return them."""
    store = SQLAlchemyInstallationStore
    bots = store.build_bots_table(metadata, store.default_bots_table_name)
    installations = store.build_installations_table(metadata, store.default_installations_table_name)
    for column in _secret_columns(bots, installations):
        column.type = Text()  # ciphertext is longer than the 200 characters that slack_sdk foresees
    states = SQLAlchemyOAuthStateStore
    return bots, installations, states.build_oauth_states_table(metadata, states.default_table_name)


class EncryptedInstallationStore(SQLAlchemyInstallationStore):
    """Keeps the installations of one Slack app (`client_id`). The first of `keys` encrypts, all of them decrypt.

    Reading raises ConfigurationError when none of the keys fits what is stored.
    """

    def __init__(self, client_id: str, engine: Engine, keys: Sequence[str]) -> None:
        super().__init__(client_id=client_id, engine=engine, logger=_logger)
        cipher = make_cipher(keys)
        for column in _secret_columns(self.bots, self.installations):
            column.type = EncryptedText(cipher)

    def encrypt_again(self) -> int:
        """Encrypt everything with the first key, so that older keys can be dropped; return how many rows there are."""
        count = 0
        with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                secrets = list(_secret_columns(table))
                for row in connection.execute(select(table.c.id, *secrets)).mappings().all():
                    plain = {column.name: row[column.name] for column in secrets}
                    connection.execute(update(table).where(table.c.id == row["id"]).values(plain))
                    count += 1
        return count


class OneUseStateStore(SQLAlchemyOAuthStateStore):
    """The states of installations under way: each is good once, for ten minutes."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        super().__init__(expiration_seconds=int(_STATE_LIFETIME.total_seconds()), engine=engine, logger=_logger)
        self._clock = clock or SystemClock()

    def issue(self, *_: Any, **__: Any) -> str:
        """Return a fresh state, and forget those that have expired."""
        state, now, table = str(uuid4()), self._clock.now().astimezone(UTC).replace(tzinfo=None), self.oauth_states
        with self.engine.begin() as connection:
            connection.execute(delete(table).where(table.c.expire_at <= now))
            connection.execute(table.insert(), {"state": state, "expire_at": now + _STATE_LIFETIME})
        return state

    def consume(self, state: str) -> bool:
        """Say whether the state is good, and use it up: of two who bring it at once, one is let in."""
        now, table = self._clock.now().astimezone(UTC).replace(tzinfo=None), self.oauth_states
        with self.engine.begin() as connection:
            used = connection.execute(delete(table).where(table.c.state == state, table.c.expire_at > now))
        return used.rowcount == 1


def _secret_columns(*tables: Table) -> list[Any]:
    return [table.c[name] for table in tables for name in SECRET_COLUMNS if name in table.c]
