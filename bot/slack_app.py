"""The Bolt app: one factory, whether it is then served over HTTP or over Socket Mode."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import handlers.slack
from bot.settings import Settings
from connectors.slack.client import make_client
from connectors.slack.scopes import SCOPES
from flows.errors import TryAgain
from flows.inbox import InboxWriter
from storage.database import Database

log = structlog.get_logger()


def make_app(settings: Settings, database: Database, inbox: InboxWriter) -> App:
    """Return the app with every listener registered; for one workspace by its bot token, or for several by OAuth.

    Listeners run before the response: they only record, and one that fails is then not acknowledged.
    """
    secret = settings.slack_signing_secret
    with _own_settings_only():
        app = App(
            name="dunwell",
            signing_secret=secret.get_secret_value() if secret else None,
            request_verification_enabled=secret is not None,
            token_verification_enabled=False,
            process_before_response=True,
            listener_executor=ThreadPoolExecutor(settings.web_threads, thread_name_prefix="listener"),
            **_authorization(settings, database),  # type: ignore[arg-type]
        )
    if settings.slack_mode == "oauth":
        app.enable_token_revocation_listeners()
    handlers.slack.register(app, inbox, own_revocation=settings.slack_mode == "token")

    @app.error
    def on_error(error: Exception) -> BoltResponse:
        log.error("listener failed", error=str(error), kind=type(error).__name__)
        return BoltResponse(status=500)  # Slack then tells the person, and delivers an event again

    return app


@contextmanager
def _own_settings_only() -> Iterator[None]:
    """Hide Slack's variables from Bolt, which would turn to OAuth by itself where it sees a client id."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _authorization(settings: Settings, database: Database) -> dict[str, object]:
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        # Bolt warns of a client with a token beside `authorize`, which gives each request its own
        own = make_client(None, settings.slack_api_url)
        return {
            "client": own,
            "authorize": _by_the_only_token(make_client(token, settings.slack_api_url), token),
        }
    from bot import installations  # its encryption takes 9 MB, and one workspace with a token needs none

    assert settings.slack_client_id and settings.slack_client_secret
    scopes = sorted(frozenset[str]().union(*SCOPES.values()) | {"commands"})
    oauth = OAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        scopes=scopes,
        installation_store=installations.store(settings, database),
        installation_store_bot_only=True,
        state_store=installations.states(database),
        authorization_url=_authorize_url(settings.slack_api_url),
        redirect_uri=f"{settings.public_url}/slack/oauth_redirect" if settings.public_url else None,
    )
    client = make_client(None, settings.slack_api_url)
    return {"client": client, "oauth_flow": OAuthFlow(client=client, settings=oauth)}


def _by_the_only_token(client: WebClient, token: str) -> Callable[..., AuthorizeResult]:
    """Return how a request is let in: by our one token, of which Slack is asked once whose it is.

    Bolt's own way acknowledges a request and drops it when Slack cannot be asked. Here it is not acknowledged: Slack
    tells the person, and delivers an event again.
    """
    known: list[AuthorizeResult] = []

    def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:  # noqa: ARG001
        if not known:
            try:
                whose = client.auth_test()
            except (SlackApiError, OSError) as error:
                raise TryAgain("Slack", f"it does not say whose the bot token is ({error})") from error
            known.append(AuthorizeResult.from_auth_test_response(bot_token=token, auth_test_response=whose))
        return known[0]

    return authorize


def _authorize_url(api_url: str) -> str:
    """Return the page on which an administrator allows the app; it stands beside the Web API (`/api/`)."""
    base = api_url.removesuffix("/").removesuffix("/api")
    return f"{base}/oauth/v2/authorize"
