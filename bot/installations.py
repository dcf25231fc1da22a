"""The workspaces that have installed the app by OAuth, for an installation that serves several."""

from __future__ import annotations

from sqlalchemy import select

from bot.settings import Settings
from connectors.slack.installations import EncryptedInstallationStore, OneUseStateStore
from flows.errors import ConfigurationError, TryAgain
from storage.database import Database


def store(settings: Settings, database: Database) -> EncryptedInstallationStore:
    """Return the store of installations. Raises ConfigurationError without a client id or an encryption key."""
    if settings.slack_client_id is None:
        raise ConfigurationError(
            "SLACK_BOT_TOKEN is not set; copy it from your Slack app's OAuth page. To serve several workspaces set "
            "SLACK_CLIENT_ID instead."
        )
    return EncryptedInstallationStore(settings.slack_client_id, database.engine, settings.encryption_keys)


def states(database: Database) -> OneUseStateStore:
    """Return the store of installations under way."""
    return OneUseStateStore(database.engine)


def token_of(settings: Settings, database: Database, team_id: str) -> str | None:
    """Return the bot token of a workspace, or None when the app is not installed there."""
    bot = store(settings, database).find_bot(enterprise_id=None, team_id=team_id)
    return bot.bot_token if bot else None


def only_team(settings: Settings, database: Database) -> str:
    """Return the one workspace that has installed the app: the CRM and the processor belong to it.

    Raises TryAgain while there is none, and ConfigurationError when there are several.
    """
    bots = store(settings, database).bots
    with database.engine.connect() as connection:
        teams = sorted(connection.execute(select(bots.c.team_id).distinct()).scalars())
    if not teams:
        raise TryAgain("Slack", "no workspace has installed Dunwell yet; open /slack/install")
    if len(teams) > 1:
        raise ConfigurationError(
            f"{len(teams)} workspaces have installed Dunwell; say in DUNWELL_TEAM_ID whose the deals are."
        )
    return str(teams[0])
