"""What the log tells of an error, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from bot.logs import keep_secrets_out
from connectors.salesforce.session import Login
from storage.database import Database

TOKEN = "xoxb-SENSITIVE"  # not in the line of code that fails, which the log shows


@pytest.fixture
def as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def fail(token: str) -> None:
    raise LookupError(f"nobody of {len(token)} characters")


@pytest.mark.usefixtures("as_it_was")
def test_an_error_is_told_without_what_was_at_hand(capsys: pytest.CaptureFixture[str]) -> None:
    keep_secrets_out()
    try:
        fail(TOKEN)
    except LookupError:
        structlog.get_logger().exception("workflow stopped", workflow="deliver")
    told = "".join(capsys.readouterr())
    assert "workflow stopped" in told and "in fail" in told and "LookupError: nobody of 14 characters" in told
    assert "SENSITIVE" not in told


def test_an_error_of_the_database_is_told_without_what_was_written(migrated_url: str) -> None:
    database = Database(migrated_url)
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.exec_driver_sql(
            "INSERT INTO nowhere VALUES (%(name)s)" if not database.is_sqlite else "INSERT INTO nowhere VALUES (?)",
            {"name": "SENSITIVE"} if not database.is_sqlite else ("SENSITIVE",),
        )
    assert "nowhere" in str(refused.value) and "SENSITIVE" not in str(refused.value)
    database.dispose()


def test_what_holds_a_secret_does_not_show_it() -> None:
    assert "SENSITIVE" not in repr(Login("https://x.example", "client", "SENSITIVE"))
