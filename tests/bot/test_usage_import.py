"""`dunwell usage import` as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import bot.cli
from bot.demo import POLICY
from bot.settings import setting_names
from storage.database import Database
from storage.tables import UsageEvent

HEAD = "key,customer,meter,quantity,occurred_at\n"
GOOD = HEAD + "k1,001ACME,api_calls,5,2026-11-05T12:00:00Z\nk2,001ACME,api_calls,1.5,2026-11-05T12:00:00Z\n"


@pytest.fixture(autouse=True)
def an_installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A workspace that was named, the policy of the demo, and a clock that is late in 2026."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUNWELL_TEAM_ID", "T0TEST")
    monkeypatch.setenv("DUNWELL_POLICY", str(POLICY))
    clock = tmp_path / "clock"
    clock.write_text(str(2 * 365 * 86_400), encoding="ascii")
    monkeypatch.setenv("DUNWELL_CLOCK_FILE", str(clock))


def usage_import(*words: str) -> Any:
    return CliRunner().invoke(bot.cli.app, ["usage", "import", *words])


def stored() -> list[str]:
    database = Database("sqlite:///.dunwell/dunwell.sqlite3")
    try:
        with database.read("T0TEST") as session:
            return sorted(row.key for row in session.execute(UsageEvent.__table__.select()))  # type: ignore[attr-defined]
    finally:
        database.dispose()


def test_the_answer_comes_first_and_the_second_time_says_so() -> None:
    Path("nov.csv").write_text(GOOD, encoding="utf-8")
    first = usage_import("nov.csv")
    assert first.exit_code == 0, first.output
    assert first.output.splitlines() == [
        "nov.csv: 2 events taken, 0 known before, 0 refused, of 2 rows.",
        "Unassigned: no customer or deal is known as 001ACME. Their usage is kept until one is.",
    ]
    again = usage_import("nov.csv")
    assert again.exit_code == 0 and "was imported before on" in again.output and "nothing was done" in again.output
    assert stored() == ["k1", "k2"]


def test_rows_that_cannot_be_taken_are_told_with_line_and_reason() -> None:
    Path("nov.csv").write_text(GOOD + 'k3,001ACME,api_calls,"1,200",2026-11-05T12:00:00Z\n', encoding="utf-8")
    done = usage_import("nov.csv")
    assert done.exit_code == 1
    assert "nov.csv: 2 events taken, 0 known before, 1 refused, of 3 rows." in done.output
    assert "  line 4: The quantity “1,200” has separators; write digits with a point" in done.output
    assert "The refused rows are in nov.refused.csv; mend them there" in done.output
    assert "k3" in Path("nov.refused.csv").read_text(encoding="utf-8")
    assert stored() == ["k1", "k2"]


def test_all_or_nothing() -> None:
    Path("nov.csv").write_text(GOOD + "k3,001ACME,api_calls,-1,2026-11-05T12:00:00Z\n", encoding="utf-8")
    done = usage_import("nov.csv", "--atomic")
    assert done.exit_code == 1 and "Nothing of nov.csv was taken: 1 row of 3 cannot be." in done.output
    assert stored() == []


def test_what_is_said_for_the_whole_file_and_json() -> None:
    Path("nov.csv").write_text("key,quantity,date\nk1,5,2026-11-05\nk2,x,2026-11-05\n", encoding="utf-8")
    words = ("--customer", "001ACME", "--meter", "seats", "--zone", "Asia/Kathmandu", "--refused", "bad.csv", "--json")
    done = usage_import("nov.csv", *words)
    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (said["state"], said["accepted"], said["refused"], said["refused_rows"]) == ("taken", 1, 1, "bad.csv")
    assert said["problems"][0]["line"] == 3 and said["problems"][0]["code"] == "usage.bad_quantity"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("none.csv",), 1, "cannot be read"),
        (("empty.csv",), 1, "The file is empty"),
        (("nov.csv", "--zone", "Mars/Base"), 2, "must be a time zone"),
        (("nov.csv", "--refused", "nov.csv"), 2, "is the file itself"),
        ((), 2, "FILE"),
    ],
)
def test_what_cannot_be_is_said_in_words(words: tuple[str, ...], code: int, says: str) -> None:
    Path("nov.csv").write_text(GOOD, encoding="utf-8")
    Path("empty.csv").touch()
    done = usage_import(*words)
    assert done.exit_code == code and says in done.output and "Traceback" not in done.output
