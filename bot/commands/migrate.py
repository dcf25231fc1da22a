"""`dunwell migrate`."""

from __future__ import annotations

import json
import logging

from rich.console import Console

from bot.commands.opening import open_database
from bot.settings import Settings
from storage.migrate import current, upgrade


def run(*, as_json: bool) -> None:
    """Bring the database up to date and say what was done."""
    logging.getLogger("dbos").setLevel(logging.WARNING)  # our own words below are enough
    database = open_database(Settings(), fresh=True)
    try:
        applied, now = upgrade(database), current(database)
    finally:
        database.dispose()
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print_json(json.dumps({"applied": list(applied), "revision": now}))
    elif applied:
        console.print(f"The database is up to date now, at revision {now} (applied: {', '.join(applied)}).")
    else:
        console.print(f"The database was up to date already, at revision {now}.")
