"""`dunwell doctor`: make every check that can be made, and print what was found."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path

import httpx
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from bot import doctor
from bot.commands.opening import open_database
from bot.doctor import Finding
from bot.far_sides import crm_of, processor_of
from bot.settings import Settings, setting_names
from connectors.slack.client import make_client
from connectors.slack.scopes import SCOPES
from connectors.slack.workspace import SlackClientWorkspace
from flows.dimensions import load_dimensions
from flows.errors import ConfigurationError, DunwellError
from flows.policy.load import load_policy
from flows.policy.model import Policy
from flows.ports import SlackWorkspace
from flows.values.clock import SystemClock
from storage.database import Database
from storage.migrate import current

MANIFEST = Path(__file__).parent.parent.parent / "manifest.yml"
_MARKS = {"ok": "[green]ok[/]", "failed": "[red]FAILED[/]", "not used": "[dim]not used[/]"}


def run(*, as_json: bool) -> bool:
    """Print every finding and return whether none failed."""
    findings = list(examine())
    failed = sum(finding.verdict == "failed" for finding in findings)
    if as_json:
        answer = {"ok": failed == 0, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        _print(findings, failed)
    return failed == 0


def examine() -> Iterator[Finding]:
    """Make the checks in the order in which they depend on each other."""
    try:
        settings = Settings()
    except ConfigurationError as error:
        yield doctor.bad("Settings", str(error), "Mend each of them; docs/settings.md explains every setting.")
        return
    yield from _settings(settings)
    database = yield from _database(settings)
    policy = yield from _policy(settings)
    yield from _dimensions(settings, policy)
    yield from _slack(settings, database, policy)
    yield doctor.far_side("Stripe", processor_of(settings), "STRIPE_API_KEY")
    yield from _salesforce(settings, policy)
    if database is not None:
        database.dispose()


def _settings(settings: Settings) -> Iterator[Finding]:
    typos = list(doctor.misspelt(setting_names(), doctor.names_given(Path(".env"))))
    yield from typos
    if not typos:
        yield doctor.good("Settings", "Every setting can be read.")
    ready = [name for name, needs in (("serve", "http"), ("socket", "socket")) if _can(settings, needs)]
    if ready:
        yield doctor.good("Settings", f"Enough is set for: {', '.join(f'dunwell {name}' for name in ready)}.")
    else:
        yield doctor.bad(
            "Settings",
            "Neither SLACK_SIGNING_SECRET (for dunwell serve) nor SLACK_APP_TOKEN (for dunwell socket) is set.",
            'Copy one of them from the Slack app\'s page "Basic Information".',
        )


def _can(settings: Settings, process: str) -> bool:
    secret = settings.slack_signing_secret if process == "http" else settings.slack_app_token
    return secret is not None


def _database(settings: Settings) -> Generator[Finding, None, Database | None]:
    try:
        database = open_database(settings)
    except DunwellError as error:
        yield doctor.bad("Database", str(error), "Then run `dunwell doctor` again.")
        return None
    where = make_url(database.url).render_as_string(hide_password=True)
    yield doctor.good("Database", f"{where} answers, and is up to date at revision {current(database)}.")
    return database


def _policy(settings: Settings) -> Generator[Finding, None, Policy | None]:
    try:
        policy = load_policy(settings.policy)
    except DunwellError as error:
        yield doctor.bad("Policy", str(error), "Mend the file, or name another in DUNWELL_POLICY; see docs/policy.md.")
        return None
    rules = len(policy.approvals.rules)
    yield doctor.good("Policy", f"{settings.policy} is in order: version {policy.version}, {rules} approval rules.")
    return policy


def _dimensions(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    if settings.dimensions is None:
        yield Finding("Dimensions", "not used", "DUNWELL_DIMENSIONS is not set.")
        return
    try:
        config = load_dimensions(settings.dimensions)
    except DunwellError as error:
        yield doctor.bad("Dimensions", str(error), "Mend the file; docs/dimensions.md explains each key.")
        return
    words = f"{len(config.accounts)} accounts, {len(config.dimensions)} dimensions, {len(config.periods)} periods"
    yield doctor.good("Dimensions", f"{settings.dimensions} is in order: version {config.version}, {words}.")
    if policy is not None:
        yield from doctor.accounts(policy, config)


def _slack(settings: Settings, database: Database | None, policy: Policy | None) -> Iterator[Finding]:
    if settings.slack_mode == "none":
        yield doctor.bad("Slack", "SLACK_BOT_TOKEN is not set.", "Copy it from the Slack app's OAuth page.")
        return
    date, unreachable = _ask_the_time(settings)
    if unreachable is not None:
        yield unreachable
        return
    yield doctor.clock_skew(date, SystemClock().now())
    found = 0
    for subject, workspace in _workspaces(settings, database):
        found += 1
        yield from _workspace(subject, workspace, policy)
    if not found:
        yield doctor.bad("Slack", "No workspace has installed Dunwell.", "Open /slack/install at your public address.")


def _workspace(subject: str, workspace: SlackWorkspace, policy: Policy | None) -> Iterator[Finding]:
    mend = "Copy the bot token anew from the Slack app's OAuth page, or install the app again."
    first = doctor.guarded(subject, lambda: doctor.scopes(workspace, needed_scopes(), subject), mend)
    yield from first
    if policy is None or any(finding.verdict == "failed" for finding in first):
        return
    mend = "Wait a minute and try again; if it stays, look at Slack's status page."
    yield from doctor.guarded(subject, lambda: doctor.channels(workspace, policy, subject), mend)
    yield from doctor.guarded(subject, lambda: doctor.approvers(workspace, policy, subject), mend)


def _ask_the_time(settings: Settings) -> tuple[str | None, Finding | None]:
    try:
        answer = httpx.post(f"{settings.slack_api_url}auth.test", timeout=10)
    except httpx.HTTPError as error:
        words = f"{settings.slack_api_url} does not answer ({type(error).__name__})."
        return None, doctor.bad("Slack", words, "Check this machine's network and proxy, and SLACK_API_URL.")
    return answer.headers.get("date"), None


def _workspaces(settings: Settings, database: Database | None) -> Iterator[tuple[str, SlackWorkspace]]:
    clock = SystemClock()
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        yield "Slack", SlackClientWorkspace(make_client(token, settings.slack_api_url), clock)
        return
    if database is None:
        return
    from bot.installations import store, token_of

    with database.engine.connect() as connection:
        teams = connection.execute(sa.select(store(settings, database).bots.c.team_id).distinct()).scalars().all()
    for team_id in sorted(teams):
        installed = token_of(settings, database, team_id)
        if installed is not None:
            client = make_client(installed, settings.slack_api_url)
            yield f"Slack {team_id}", SlackClientWorkspace(client, clock)


def needed_scopes() -> frozenset[str]:
    """Return the bot scopes in manifest.yml, or where that file is not installed those of the methods we call."""
    try:
        import yaml

        whole = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    except (ImportError, FileNotFoundError):
        return frozenset().union(*SCOPES.values()) | {"commands"}
    return frozenset(whole["oauth_config"]["scopes"]["bot"])


def _salesforce(settings: Settings, policy: Policy | None) -> Iterator[Finding]:
    try:
        crm = crm_of(settings, policy.salesforce if policy else {})
    except DunwellError as error:
        yield doctor.bad(
            "Salesforce",
            str(error),
            "Correct the names of the fields in the policy, or the mapping file; see docs/set-up-salesforce.md.",
        )
        return
    yield doctor.far_side("Salesforce", crm, "SALESFORCE_CLIENT_ID")


def _print(findings: list[Finding], failed: int) -> None:
    console = Console(highlight=False)
    good = sum(finding.verdict == "ok" for finding in findings)
    console.print(
        f"All {good} checks passed." if failed == 0 else f"{failed} of {good + failed} checks failed.", style="bold"
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        words = finding.words if not finding.mend else f"{finding.words}\n-> {finding.mend}"
        table.add_row(_MARKS[finding.verdict], finding.subject, _plain(words))
    console.print(table)


def _plain(words: str) -> str:
    from rich.markup import escape

    return escape(words)
