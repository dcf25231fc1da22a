"""The floor of an acknowledgement: a Bolt app that does nothing, served as ours is. Takes its port as argument."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import Ack, App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from waitress import serve

from bot.settings import Settings
from connectors.slack.client import make_client


def main(port: int) -> None:
    settings = Settings()
    assert settings.slack_signing_secret and settings.slack_bot_token
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)  # Bolt would turn to OAuth by itself
    app = App(
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        client=make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url),
        token_verification_enabled=False,
        process_before_response=True,
        listener_executor=ThreadPoolExecutor(settings.web_threads),
    )

    @app.action("approval.approve")
    def on_approve(ack: Ack) -> None:
        ack()

    serve(SlackRequestHandler(app, path="/slack/events"), host="127.0.0.1", port=port, threads=settings.web_threads)


if __name__ == "__main__":
    main(int(sys.argv[1]))
