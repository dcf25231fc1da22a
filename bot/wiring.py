"""Bring everything together from the settings, once, before anything is started."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from bot import workflows
from bot.commands.opening import open_database
from bot.far_sides import crm_of, processor_of
from bot.footprint import keep_small
from bot.logs import keep_secrets_out
from bot.screens import DrawnFromRows
from bot.settings import Settings
from connectors.slack.client import make_client
from connectors.slack.workspace import SlackClientWorkspace
from connectors.transport import Gate
from flows.attention import open_attention
from flows.contracts.catalogue import load_catalogue
from flows.dimensions import DimensionsFile
from flows.durable import Engine
from flows.errors import Rejected
from flows.policy.load import load_policy
from flows.ports import SlackWorkspace
from flows.runtime import Pace, RetryPlan, Runtime, install
from flows.values.clock import SystemClock
from storage.database import Database
from storage.migrate import upgrade


@dataclass(frozen=True, slots=True)
class House:
    """The wired program: the settings it was made from, and what the flows run in."""

    settings: Settings
    runtime: Runtime

    def close(self) -> None:
        """Stop working and close the database."""
        self.runtime.engine.stop()
        self.runtime.database.dispose()


def build(settings: Settings) -> House:
    """Open the database, read the policy and make the ports. Raises ConfigurationError naming what is wrong."""
    keep_small()
    keep_secrets_out()
    database = _open(settings)
    policy = load_policy(settings.policy)
    engine = Engine(database)
    gate = engine.check_ownership
    runtime = Runtime(
        database=database,
        engine=engine,
        clock=settings.clock(),
        wall=SystemClock(),
        policy=policy,
        slack=_slack(settings, database, gate),
        crm_team=_crm_team(settings, database),
        screens=DrawnFromRows(),
        crm=crm_of(settings, policy.salesforce, gate),
        processor=processor_of(settings, gate),
        dimensions_file=DimensionsFile(settings.dimensions) if settings.dimensions else None,
        catalogue=load_catalogue(settings.catalogue) if settings.catalogue else None,
        retry=RetryPlan(tuple(settings.retry_seconds)),
        pace=Pace(settings.slack_posts_per_second, settings.slack_post_burst),
    )
    runtime.on_defect = _report_defect(runtime)
    install(runtime)
    workflows.register()
    return House(settings, runtime)


def worker_id(settings: Settings, process: str) -> str:
    """Return this worker's name: the one that was set; on an SQLite file one for each kind of process; else a new one.

    A name that stays the same lets a worker take up its own work as soon as it is started again.
    """
    if settings.worker_id:
        return settings.worker_id
    if settings.database_url.startswith("sqlite"):
        return f"local-{process}"
    return f"{socket.gethostname()}-{os.getpid()}"


def _open(settings: Settings) -> Database:
    """Return the database, up to date. An SQLite file is migrated here: nobody else is in the middle of something."""
    database = open_database(settings, fresh=settings.database_url.startswith("sqlite"))
    if database.is_sqlite:
        upgrade(database)
    return database


def _slack(settings: Settings, database: Database, gate: Gate) -> Callable[[str], SlackWorkspace]:
    """Return how a team's workspace is reached: by the one bot token, or by the token of its installation."""
    made: dict[str, SlackWorkspace] = {}
    clock = SystemClock()

    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        only = SlackClientWorkspace(make_client(token, settings.slack_api_url), clock, gate=gate)
        return lambda _team_id: only

    from bot.installations import token_of

    def workspace(team_id: str) -> SlackWorkspace:
        token = token_of(settings, database, team_id)
        if token is None:
            raise Rejected(
                "Slack", f"Dunwell is not installed in the workspace {team_id}; install it at /slack/install"
            )
        if token not in made:
            made[token] = SlackClientWorkspace(make_client(token, settings.slack_api_url), clock, gate=gate)
        return made[token]

    return workspace


def _crm_team(settings: Settings, database: Database) -> Callable[[], str]:
    """Return whose the deals are: the team that was set, that of the bot token, or the only one that installed."""
    known: list[str] = [settings.team_id] if settings.team_id else []

    def team() -> str:
        if not known:
            known.append(_ask_team(settings, database))
        return known[0]

    return team


def _ask_team(settings: Settings, database: Database) -> str:
    if settings.slack_bot_token is not None:
        from slack_sdk.errors import SlackApiError

        from flows.errors import TryAgain

        try:
            answer = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url).auth_test()
        except (SlackApiError, OSError) as error:
            raise TryAgain("Slack", f"the workspace cannot be asked for ({error})") from error
        return str(answer["team_id"])
    from bot.installations import only_team

    return only_team(settings, database)


def _report_defect(runtime: Runtime) -> Callable[[str, str, str, str], None]:
    def report(workflow: str, team_id: str, subject_id: str, reason: str) -> None:
        with runtime.database.begin(team_id) as session:
            open_attention(
                session,
                subject_id=subject_id,
                kind=workflow,
                title=f"A defect in Dunwell stopped the work {workflow}",
                reason=reason[:500],
                code="dunwell.defect",
            )

    return report
