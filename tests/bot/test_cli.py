from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from typer.testing import CliRunner

import bot.cli
from bot.settings import setting_names
from flows.errors import ConfigurationError
from storage import audit
from storage.database import Database
from tests.places import REPO_ROOT

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUNWELL = [sys.executable, "-m", "bot"]
COMMANDS = [
    "demo",
    "serve",
    "socket",
    "worker",
    "scheduler",
    "migrate",
    "doctor",
    "quote",
    "bill",
    "audit verify",
    "audit export",
    "usage import",
]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from the machine, no `.env`, and data in the test's own folder."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(REPO_ROOT))


def dunwell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an administrator would, in a process of its own."""
    return subprocess.run(
        [*DUNWELL, *arguments], capture_output=True, text=True, check=False, timeout=120, env=os.environ | environment
    )


def test_version() -> None:
    done = dunwell("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"dunwell \d+\.\d+\.\d+\S*\n", done.stdout)


def test_no_command_is_wrong_usage_and_shows_what_there_is() -> None:
    done = dunwell()
    assert done.returncode == 2
    assert all(command.split()[0] in done.stdout + done.stderr for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    answer = CliRunner().invoke(bot.cli.app, [*command.split(), "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()[2].split()) >= 5  # a sentence, behind the usage


def test_help_loads_none_of_the_heavy_libraries() -> None:
    """What takes time is not imported before a command needs it; that is why help answers at once."""
    heavy = ["pydantic", "sqlalchemy", "sqlmodel", "dbos", "alembic", "slack_sdk", "slack_bolt", "stripe", "httpx"]
    code = (
        "import sys, typer, bot.cli\n"
        "try: bot.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "wrong",
    [
        ["nonsense"],
        ["serve", "--nonsense"],
        ["audit", "export", "--since", "yesterday"],
        ["audit", "export", "--since", "2026-11-02", "--until", "2026-11-01"],
        ["audit", "export", "--format", "pdf"],
        ["audit", "verify", "--anchor", "12"],
        ["demo", "--port", "70000"],
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(wrong: list[str]) -> None:
    answer = CliRunner().invoke(bot.cli.app, wrong)
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("command", "environment", "words"),
    [
        (["serve"], {}, "SLACK_BOT_TOKEN: is not set"),
        (["socket"], {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN: is not set"),
        (
            ["worker"],
            {"PORT": "none"},
            "One setting is wrong; mend it in the environment or in .env: - PORT: must be a whole",
        ),
        (["demo", "--data", __file__], {}, "is a file, not a folder."),
        (["scheduler"], {}, "SLACK_BOT_TOKEN: is not set"),
        (["migrate"], {"DUNWELL_DATABASE_URL": "mysql://x/y"}, "names mysql"),
        (["audit", "verify"], {}, "Run `dunwell migrate`"),
        (["audit", "verify"], {"DUNWELL_DATABASE_URL": "postgresql://u:SENSITIVE@127.0.0.1:9/x"}, "cannot be used"),
        (["doctor"], {"PORT": "none"}, "PORT: "),
    ],
)
def test_a_refusal_is_a_sentence_with_exit_code_1(command: list[str], environment: dict[str, str], words: str) -> None:
    answer = CliRunner().invoke(bot.cli.app, command, env=environment)
    said = " ".join(answer.output.split())
    assert (answer.exit_code, words in said) == (1, True), said
    assert "SENSITIVE" not in said


def test_what_a_service_logs_stands_beside_what_it_answers(capsys: pytest.CaptureFixture[str]) -> None:
    bot.cli._program()
    try:
        structlog.get_logger().info("listening", port=8700)
    finally:
        structlog.reset_defaults()
    answered, logged = capsys.readouterr()
    assert (answered, "port=8700" in logged) == ("", True)


def test_terms_that_are_not_there_are_told_without_a_line() -> None:
    answer = CliRunner().invoke(bot.cli.app, ["quote", "none.yaml"])
    assert (answer.exit_code, answer.output) == (2, "none.yaml: there is no such file; check its name.\n")


def test_a_refused_process_ends_with_1_and_no_stack_trace() -> None:
    done = dunwell("serve", PORT="none")
    assert (done.returncode, done.stdout, "- PORT: " in done.stderr) == (1, "", True)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "function", "expected"),
    [
        (["serve"], "run_http", (False,)),
        (["serve", "--with-worker"], "run_http", (True,)),
        (["socket", "--with-worker"], "run_socket", (True,)),
        (["worker"], "run_worker", (False,)),
        (["worker", "--scheduler"], "run_worker", (True,)),
        (["scheduler"], "run_scheduler", ()),
    ],
)
def test_the_services_start_what_they_are_named_for(
    monkeypatch: pytest.MonkeyPatch, command: list[str], function: str, expected: tuple[Any, ...]
) -> None:
    begun: list[tuple[int, tuple[Any, ...]]] = []
    monkeypatch.setattr(f"bot.serve.{function}", lambda settings, *rest: begun.append((settings.port, rest)))
    answer = CliRunner().invoke(bot.cli.app, command, env={"PORT": "4321"})
    assert (answer.exit_code, begun) == (0, [(4321, expected)])


def test_the_demo_takes_its_port_and_folder_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr("bot.demo.run", begun.append)
    answer = CliRunner().invoke(bot.cli.app, ["demo", "--mode", "socket"], env={"PORT": "8080", "DUNWELL_DATA": "here"})
    assert answer.exit_code == 0, answer.output
    (demo,) = begun
    assert (demo.port, demo.data, demo.mode, demo.database_url) == (8080, Path("here"), "socket", None)


def test_a_demo_on_a_database_that_is_not_there_ends_in_a_sentence() -> None:
    answer = dunwell("demo", "--port", "0", "--database-url", "postgresql://nobody@127.0.0.1:1/nothing")
    assert answer.returncode == 1
    assert "Start it, or correct DUNWELL_DATABASE_URL." in " ".join(answer.stderr.split())
    assert "Traceback" not in answer.stderr


def test_an_error_of_a_service_is_told_without_a_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ConfigurationError("Port 3000 is in use; set PORT.")

    monkeypatch.setattr("bot.serve.run_http", refuse)
    answer = CliRunner().invoke(bot.cli.app, ["serve"])
    assert (answer.exit_code, answer.output) == (1, "Port 3000 is in use; set PORT.\n")


def test_migrate_makes_the_database_and_is_safe_to_repeat(database_url: str) -> None:
    first = dunwell("migrate", DUNWELL_DATABASE_URL=database_url)
    assert (first.returncode, first.stdout.startswith("The database is up to date now")) == (0, True), first.stderr
    again = CliRunner().invoke(bot.cli.app, ["migrate", "--json"], env={"DUNWELL_DATABASE_URL": database_url})
    assert (again.exit_code, json.loads(again.output)["applied"]) == (0, [])


def test_migrate_makes_the_data_folder(tmp_path: Path) -> None:
    assert CliRunner().invoke(bot.cli.app, ["migrate"], env={"DUNWELL_DATA": str(tmp_path / "new")}).exit_code == 0
    assert (tmp_path / "new" / "dunwell.sqlite3").exists()


def test_an_unwritable_place_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = CliRunner().invoke(bot.cli.app, ["migrate"], env={"DUNWELL_DATA": str(tmp_path / "file" / "data")})
    assert (answer.exit_code, answer.output.startswith("DUNWELL_DATA: the folder")) == (1, True)


@pytest.fixture
def with_events(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with five events, one a day; the commands are pointed at it."""
    monkeypatch.setenv("DUNWELL_DATABASE_URL", database.url)
    for day in range(5):
        with database.begin("T1") as session:
            audit.append(
                session,
                action="invoice.issued",
                object_type="invoice",
                object_id=f"inv_{day}",
                actor=audit.SYSTEM("issuing"),
                at=NOON + timedelta(days=day),
            )
    return database


def without_triggers(database: Database, *statements: str) -> None:
    """Tamper as somebody would who owns the database."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            off = [f"DROP TRIGGER {name}" for name in names]
        else:
            off = ["ALTER TABLE audit_event DISABLE TRIGGER ALL"]
        for statement in (*off, *statements):
            connection.execute(sa.text(statement))
    database.dispose()


def swap(one: int, other: int) -> list[str]:
    return [
        f"UPDATE audit_event SET seq = -{one} WHERE seq = {one}",
        f"UPDATE audit_event SET seq = {one} WHERE seq = {other}",
        f"UPDATE audit_event SET seq = {other} WHERE seq = -{one}",
    ]


def inserted(at: int) -> list[str]:
    columns = "team_id, at, actor_type, actor, action, object_type, object_id, before, after, reason, evidence, hash"
    quoted = ", ".join(f'"{name}"' for name in columns.split(", "))
    invent = f"SELECT {at}, 'aud_invented', '{'f' * 64}', {quoted} FROM audit_event WHERE seq = {at - 1}"
    return [
        f"UPDATE audit_event SET seq = -(seq + 1) WHERE seq >= {at}",
        "UPDATE audit_event SET seq = -seq WHERE seq < 0",
        f"INSERT INTO audit_event (seq, id, prev_hash, {quoted}) {invent}",
    ]


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        (["UPDATE audit_event SET actor = 'U0EVE' WHERE seq = 3"], "broken at row 3 (changed)"),
        (["DELETE FROM audit_event WHERE seq = 3"], "broken at row 3 (missing)"),
        (inserted(3), "broken at row 3 (inserted)"),
        (swap(3, 4), "broken at row 3 (reordered)"),
        (["DELETE FROM audit_event WHERE seq = 5"], "broken at row 5 (cut)"),
    ],
    ids=["changed", "deleted", "inserted", "reordered", "cut"],
)
def test_audit_verify_finds_what_was_tampered_with(with_events: Database, tampering: list[str], words: str) -> None:
    assert CliRunner().invoke(bot.cli.app, ["audit", "verify"]).exit_code == 0
    without_triggers(with_events, *tampering)
    answer = CliRunner().invoke(bot.cli.app, ["audit", "verify"])
    assert (answer.exit_code, words in answer.output) == (1, True), answer.output


def test_a_broken_trail_ends_the_process_with_1(with_events: Database) -> None:
    without_triggers(with_events, "DELETE FROM audit_event WHERE seq = 3")
    done = dunwell("audit", "verify")
    assert (done.returncode, "Row 3 is missing." in done.stdout, done.stderr) == (1, True, "")


def test_audit_verify_gives_the_anchor_that_it_takes(with_events: Database) -> None:
    told = CliRunner().invoke(bot.cli.app, ["audit", "verify"])
    assert told.output.startswith("The audit trail is in order: 5 events")
    anchor = told.output.split()[-1]
    assert CliRunner().invoke(bot.cli.app, ["audit", "verify", "--anchor", anchor]).exit_code == 0
    answer = CliRunner().invoke(bot.cli.app, ["audit", "verify", "--json", "--anchor", f"5:{'0' * 64}"])
    assert answer.exit_code == 1
    report = json.loads(answer.output)
    assert (report["in_order"], report["broken"]["seq"]) == (False, 5)


def test_audit_export_takes_whole_days_and_objects(with_events: Database, tmp_path: Path) -> None:
    def exported(*options: str) -> list[str]:
        answer = CliRunner().invoke(bot.cli.app, ["audit", "export", "--format", "jsonl", *options])
        assert answer.exit_code == 0, answer.output
        return [json.loads(line)["object_id"] for line in answer.stdout.splitlines()]

    assert exported("--since", "2026-11-24", "--until", "2026-11-25") == ["inv_1", "inv_2"]
    assert exported("--object", "inv_4", "--team", "T1") == ["inv_4"]
    assert exported("--since", "2026-11-23", "--until", "9999-12-31") != []
    assert exported("--team", "T2") == []
    assert "No event is like that" in CliRunner().invoke(bot.cli.app, ["audit", "export", "--team", "T2"]).stderr
    file = tmp_path / "trail.csv"
    written = CliRunner().invoke(bot.cli.app, ["audit", "export", "--output", str(file)])
    assert (written.exit_code, written.stderr) == (0, f"5 events in {file}.\n")
    assert len(file.read_text().splitlines()) == 6
    refused = CliRunner().invoke(bot.cli.app, ["audit", "export", "--output", str(tmp_path / "no" / "file")])
    assert (refused.exit_code, "cannot be written" in refused.output) == (1, True)


def test_a_database_of_an_older_version_is_sent_to_migrate(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "dunwell.sqlite3") as connection:
        connection.execute("CREATE TABLE something (x)")
    connection.close()
    answer = CliRunner().invoke(bot.cli.app, ["audit", "verify"], env={"DUNWELL_DATA": str(tmp_path)})
    assert (answer.exit_code, "Run `dunwell migrate` first" in answer.output) == (1, True)


@pytest.fixture
def page() -> Callable[[str], str]:
    text = (REPO_ROOT / "docs" / "cli.md").read_text()
    return lambda command: text.split(f"## dunwell {command}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_in_the_documentation(page: Callable[[str], str], command: str) -> None:
    told = CliRunner().invoke(bot.cli.app, [*command.split(), "--help"]).output
    options = {name for name in re.findall(r"(?<![\w-])--[a-z][a-z-]+", told) if name != "--help"}
    assert {name for name in options if f"`{name}" not in page(command)} == set()
