"""Opening the database for a command, with a sentence when it cannot be."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.settings import Settings
from flows.errors import ConfigurationError
from storage.database import Database
from storage.migrate import pending


def open_database(settings: Settings, *, fresh: bool = False) -> Database:
    """Return the database when it answers. Raises ConfigurationError with the mend otherwise.

    Unless `fresh`, a database that is not there, or not up to date, is refused too.
    """
    database = Database(settings.database_url)
    where = make_url(database.url).render_as_string(hide_password=True)
    if database.is_sqlite and not fresh and not Path(make_url(database.url).database or "").exists():
        raise ConfigurationError(f"There is no database at {where}. Run `dunwell migrate` to make it.")
    if database.is_sqlite and fresh:
        settings.data_folder()
    try:
        with database.engine.connect():
            pass
        behind = () if fresh else pending(database)
    except sa.exc.DBAPIError as error:
        cause = str(error.orig).strip().splitlines()[0] if error.orig else "no answer"
        raise ConfigurationError(
            f"The database at {where} cannot be used: {cause}. Start it, or correct DUNWELL_DATABASE_URL."
        ) from None
    if behind:
        raise ConfigurationError(f"The database at {where} is not up to date. Run `dunwell migrate` first.")
    return database
