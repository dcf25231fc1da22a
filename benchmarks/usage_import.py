"""A million usage events from a CSV file into storage, by the command itself, beside a bare `executemany` of SQLite.

python -m benchmarks.usage_import [events]

The command checks every row, keeps each key once, notices what falls into billed periods and commits a thousand rows at
a time, so that clicks get their turn. The floor puts the same rows into the same table with the same indexes, in one
transaction, and checks nothing. Then the same file is imported again: it is known by its bytes. And once more with a
line added at its end: every key is looked up, one is new.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.figures import Row, percentile, spread
from benchmarks.usage import run, write_usage
from bot.demo import POLICY
from storage.database import Database
from storage.migrate import upgrade

EVENTS: Final = 1_000_000
ROUNDS: Final = 3
SECONDS: Final = 120.0
AGAIN_SECONDS: Final = 5.0
MEGABYTES: Final = 300.0
_AHEAD: Final = 2 * 365 * 86_400  # seconds: the events of the year are in the past

FLOOR: Final = """\
import csv, sqlite3, sys
rows = csv.reader(open(sys.argv[1], encoding="utf-8"))
next(rows)
def units(quantity):
    whole, _, fraction = quantity.partition(".")
    fraction = fraction.rstrip("0")
    return int(whole + fraction), len(fraction)
events = (
    ("T", key, subject, meter, *units(quantity), at, None, None, 0, None, "uim_floor", line, at)
    for line, (key, subject, meter, quantity, at) in enumerate(rows, start=2)
)
into = sqlite3.connect(sys.argv[2])
for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
    into.execute(f"PRAGMA {pragma}")
columns = "team_id,key,subject,meter,units,decimals,occurred_at,value,corrects,is_void,properties,batch_id,line"
into.executemany(f"INSERT INTO usage_event ({columns},received_at) VALUES ({','.join('?' * 14)})", events)
into.commit()
"""


def measure(events: int = EVENTS) -> list[Row]:
    """Import a file, import it again, and import it with one line more."""
    floors, firsts, agains, mores, most, most_more = [], [], [], [], 0.0, 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, longer = folder / "usage.csv", folder / "longer.csv"
        write_usage(file, events)
        shutil.copyfile(file, longer)  # never read whole: what is in memory here counts as the command's at its start
        with longer.open("a", encoding="utf-8") as more:
            more.write("one more,0015g00000AbCdE,messages,1,2026-06-01T00:00:00Z\n")
        for number in range(ROUNDS):
            empty = _empty(folder / f"floor{number}.sqlite3")
            floors.append(run([sys.executable, "-c", FLOOR, str(file), str(empty)])[0])
            _holds(empty, events)
            with _installation(folder / f"round{number}") as database:
                seconds, megabytes, out = run(_command(file))
                _reported(out, state="taken", accepted=events)
                firsts.append(seconds)
                most = max(most, megabytes)
                seconds, _megabytes, out = run(_command(file))
                _reported(out, state="known", accepted=events)
                agains.append(seconds)
                seconds, megabytes, out = run(_command(longer))
                _reported(out, state="taken", accepted=1)
                mores.append(seconds)
                most_more = max(most_more, megabytes)
                _holds(database, events + 1)
    bare = f"{spread(floors, 's')} (SQLite, executemany)"
    return [
        _row(f"{events:,} usage events from CSV into storage", firsts, most, SECONDS, floors, bare),
        _row("the same file again", agains, most, AGAIN_SECONDS, floors, "-"),
        _row("the same file with one line more", mores, most_more, SECONDS, floors, bare),
    ]


def _row(
    what: str, seconds: Sequence[float], megabytes: float, goal: float, floors: Sequence[float], floor: str
) -> Row:
    middle = percentile(seconds, 0.5)
    return Row(
        what=f"{what} (dunwell usage import)",
        goal=f"under {goal:.0f} s and {MEGABYTES:.0f} MB",
        floor=floor,
        measured=f"{spread(seconds, 's')}, {megabytes:.0f} MB",
        ratio=f"{middle / percentile(floors, 0.5):.1f}x",
        met=middle < goal and megabytes < MEGABYTES,
    )


def _command(file: Path) -> list[str]:
    return [sys.executable, "-m", "bot", "usage", "import", str(file), "--json"]


def _empty(path: Path) -> Path:
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    database.dispose()
    return path


@contextmanager
def _installation(folder: Path) -> Iterator[Path]:
    """Make an installation of its own that commands run in; give its database."""
    folder.mkdir()
    (folder / "clock").write_text(str(_AHEAD), encoding="ascii")
    own = {
        "DUNWELL_TEAM_ID": "T0BENCH",
        "DUNWELL_POLICY": str(POLICY),
        "DUNWELL_DATA": str(folder),
        "DUNWELL_CLOCK_FILE": str(folder / "clock"),
    }
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield _empty(folder / "dunwell.sqlite3")
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _holds(path: Path, events: int) -> None:
    with closing(sqlite3.connect(path)) as database:
        (found,) = database.execute("SELECT count(*) FROM usage_event").fetchone()
    if found != events:
        raise SystemExit(f"{path.name} holds {found:,} events and not {events:,}")


def _reported(out: str, *, state: str, accepted: int) -> None:
    said = json.loads(out)
    if (said["state"], said["accepted"], said["refused"]) != (state, accepted, 0):
        raise SystemExit(f"the import says {said['state']}, {said['accepted']:,} taken, {said['refused']:,} refused")


def main(words: list[str]) -> None:
    for row in measure(next((int(word) for word in words if word.isdigit()), EVENTS)):
        print(f"{row.what}: {row.measured}; {row.floor}; {row.ratio}; {row.goal}: {'met' if row.met else 'not met'}")


if __name__ == "__main__":
    main(sys.argv[1:])
