from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import bot.cli
from bot import doctor
from bot.doctor import Finding
from bot.sandbox.vendors import RunningVendors, VendorSettings, running
from bot.settings import setting_names
from flows.errors import OutcomeUnknown
from flows.values.clock import SystemClock
from storage.database import Database
from storage.migrate import upgrade
from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import Rig

POLICY = REPO_ROOT / "bot" / "sandbox" / "policy.toml"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A demo workspace with the scopes of the project's own manifest."""
    (tmp_path / "manifest.yml").write_text((REPO_ROOT / "manifest.yml").read_text())
    begun = Rig(tmp_path / "slack", manifest=tmp_path / "manifest.yml").begin()
    yield begun
    begun.end()


@pytest.fixture
def vendors(tmp_path: Path) -> Iterator[RunningVendors]:
    with running(tmp_path / "vendors", clock=SystemClock(), settings=VendorSettings()) as served:
        yield served


@pytest.fixture
def examine(
    rig: Rig, vendors: RunningVendors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Finding]]:
    """Examine an installation in which everything is right but what the test changes."""
    given = dict.fromkeys(setting_names(), "") | rig.config.child_environment()
    given |= {
        "STRIPE_API_BASE": vendors.stripe_url,
        "SALESFORCE_LOGIN_URL": vendors.salesforce_url,
        "DUNWELL_DATA": str(tmp_path),
        "DUNWELL_POLICY": str(POLICY),
    }
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'dunwell.sqlite3'}")
    upgrade(database)
    database.dispose()

    def findings(**changed: str) -> list[Finding]:
        from bot.commands.doctor import examine as examine_all

        for name, value in (given | changed).items():
            monkeypatch.setenv(name, value)
        return list(examine_all())

    return findings


def failures(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(found.subject, found.words, found.mend) for found in findings if found.verdict == "failed"]


def policy_with(folder: Path, *changes: tuple[str, str]) -> str:
    """Write the demo's policy with some text replaced, and return where."""
    text = POLICY.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "changed.toml").write_text(text)
    return str(folder / "changed.toml")


def test_an_installation_that_is_right_has_no_failure(examine: Callable[..., list[Finding]]) -> None:
    findings = examine()
    assert failures(findings) == []
    said = "\n".join(found.words for found in findings)
    for words in ("up to date", "#invoice-approvals", "#dunwell-ops", "Dana Whitfield", "Stripe answers", "Salesforce"):
        assert words in said
    assert {found.subject for found in findings} == {
        "Settings",
        "Database",
        "Policy",
        "Dimensions",
        "Clock",
        "Slack",
        "Stripe",
        "Salesforce",
    }


def test_every_failure_names_its_mend(examine: Callable[..., list[Finding]], tmp_path: Path) -> None:
    broken = policy_with(
        tmp_path, ("#invoice-approvals", "#random"), ("#dunwell-ops", "#nowhere"), ("finance-approvers", "nobody")
    )
    findings = examine(DUNWELL_POLICY=broken, SLACK_SIGNING_SECRET="", SLACK_APP_TOKEN="", SLACK_BOT_TOKN="x")
    found = failures(findings)
    assert len(found) >= 5
    assert all(words.strip() and mend.strip() for _, words, mend in found)
    said = [words for _, words, _ in found]
    assert "SLACK_BOT_TOKN is not a setting." in said
    assert "Dunwell is not a member of #random." in said
    assert "Dunwell cannot see the channel #nowhere." in said
    assert any("user group nobody cannot be read" in words for words in said)


def test_a_missing_scope_is_named(examine: Callable[..., list[Finding]], monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.commands import doctor as command

    wanted = command.needed_scopes() | {"reactions:write"}
    monkeypatch.setattr(command, "needed_scopes", lambda: wanted)
    ((subject, words, mend),) = failures(examine())
    assert (subject, words) == ("Slack", "The bot token lacks these scopes: reactions:write.")
    assert "install the app again" in mend


def test_a_wrong_token_is_one_failure(examine: Callable[..., list[Finding]]) -> None:
    ((subject, words, mend),) = failures(examine(SLACK_BOT_TOKEN="xoxb-wrong"))
    assert (subject, "invalid_auth" in words or "token" in words) == ("Slack", True)
    assert "token" in mend


def test_a_guest_and_a_stranger_are_not_enough_approvers(examine: Callable[..., list[Finding]], tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    before_the_rules = POLICY.read_text().split("[[approvals.rules]]")[0]
    rule = 'name = "All"\ncurrency = "*"\napprovers = ["U0GUS", "dana@demo.example", "U0NOBODY"]\nneeded = 2\n'
    policy.write_text(f"{before_the_rules}[[approvals.rules]]\n{rule}")
    said = [words for _, words, _ in failures(examine(DUNWELL_POLICY=str(policy)))]
    assert said == [
        'Rule "All": U0GUS, U0NOBODY cannot approve: unknown here, deactivated, a guest, or of another company.',
        'Rule "All" needs 2 approvers and has 1.',
    ]


@pytest.mark.parametrize(
    ("changed", "subject"),
    [
        ({"STRIPE_API_KEY": "sk_test_wrong"}, "Stripe"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, "Stripe"),
        ({"SALESFORCE_CLIENT_SECRET": "wrong"}, "Salesforce"),
        ({"DUNWELL_POLICY": "nowhere.toml"}, "Policy"),
        ({"DUNWELL_DATABASE_URL": "sqlite:///nowhere.sqlite3"}, "Database"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": ""}, "Slack"),
        ({"PORT": "none"}, "Settings"),
    ],
)
def test_what_does_not_work_is_the_only_failure(
    examine: Callable[..., list[Finding]], changed: dict[str, str], subject: str
) -> None:
    ((found, words, mend),) = failures(examine(**changed))
    assert found == subject
    assert words
    assert mend.endswith(".")


def test_what_is_not_set_up_is_no_failure(examine: Callable[..., list[Finding]]) -> None:
    findings = examine(STRIPE_API_KEY="", SALESFORCE_CLIENT_ID="", SALESFORCE_CLIENT_SECRET="", SALESFORCE_LOGIN_URL="")
    assert failures(findings) == []
    assert {found.subject for found in findings if found.verdict == "not used"} == {
        "Stripe",
        "Salesforce",
        "Dimensions",
    }


def test_the_dimensions_file_is_read_and_held_against_the_policy(
    examine: Callable[..., list[Finding]], tmp_path: Path
) -> None:
    written = tmp_path / "dimensions.toml"
    written.write_text((REPO_ROOT / "dimensions.example.toml").read_text().replace("4010", "4015"))
    (unknown,) = failures(examine(DUNWELL_DIMENSIONS=str(written)))
    assert unknown[0] == "Dimensions" and "4010" in unknown[1] and "4015" not in unknown[1]
    written.write_text(written.read_text().replace('requires = ["location"]', 'requires = ["place"]'))
    (wrong,) = failures(examine(DUNWELL_DIMENSIONS=str(written)))
    assert wrong[1].startswith("dimensions.toml line ") and '"place", which is no dimension here' in wrong[1]


def test_the_command_prints_the_verdict_first(examine: Callable[..., list[Finding]]) -> None:
    examine()
    answer = CliRunner().invoke(bot.cli.app, ["doctor"])
    assert (answer.exit_code, answer.output.splitlines()[0].startswith("All ")) == (0, True)
    answer = CliRunner().invoke(bot.cli.app, ["doctor"], env={"STRIPE_API_KEY": "sk_test_wrong"})
    assert answer.exit_code == 1
    assert answer.output.startswith("1 of ")
    assert "->" in answer.output


@pytest.mark.parametrize(
    ("ahead", "verdict"),
    [(0, "ok"), (59, "ok"), (-59, "ok"), (61, "failed"), (-61, "failed"), (90_000, "failed")],
)
def test_the_clock_is_compared_with_slack_s(ahead: int, verdict: str) -> None:
    found = doctor.clock_skew("Mon, 23 Nov 2026 12:00:00 GMT", NOON + timedelta(seconds=ahead))
    assert found.verdict == verdict
    if verdict == "failed":
        assert f"{abs(ahead):,} s {'ahead of' if ahead > 0 else 'behind'}" in found.words


def test_an_answer_without_a_date_says_nothing_about_the_clock() -> None:
    assert doctor.clock_skew(None, NOON).verdict == "not used"


def test_a_far_side_that_is_silent_is_a_failure_with_another_mend() -> None:
    class Silent:
        def check(self) -> str:
            raise OutcomeUnknown("Stripe", "the answer was lost")

    silent: Any = Silent()
    found = doctor.far_side("Stripe", silent, "STRIPE_API_KEY")
    assert (found.verdict, found.words) == ("failed", "Stripe: the answer was lost")
    assert "network" in found.mend


def test_names_that_only_look_like_settings_are_left_alone() -> None:
    assert list(doctor.misspelt(["SLACK_BOT_TOKEN", "PORT"], ["PATH", "SLACK_WEBHOOK_URL", "PORT", "SORT_X"])) == []
