"""What a demo workspace is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """Where the demo workspace keeps its state, what it is called and which secrets it shares with the app.

    `base_url` has no slash at its end. `posts_per_second` is per channel, 0 for no limit; `post_burst` messages may
    come at once. `ack_seconds` is how long an interaction may stay unanswered (3 as in Slack). `retry_seconds` are
    the waits before each new try of an event that was not acknowledged.
    """

    data: Path
    base_url: str
    manifest: Path
    clock_file: Path
    signing_secret: str = "demo-signing-secret"
    bot_token: str = "xoxb-demo-bot-token"
    app_token: str = "xapp-1-A0DUNWELL-demo"
    client_id: str = "1000000000.2000000000"
    client_secret: str = "demo-client-secret"
    mode: Literal["http", "socket"] = "http"
    posts_per_second: float = 1.0
    post_burst: int = 5
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (0.2, 2.0, 10.0)
    token_rotation: bool = False
    stripe_key: str = "sk_test_demo"
    stripe_webhook_secret: str = "whsec_demo"
    salesforce_client_id: str = "demo-connected-app"
    salesforce_client_secret: str = "demo-connected-secret"
    salesforce_org_id: str = "00D000000000DEMEAW"
    salesforce_webhook_secret: str = "demo-path-secret"
    deals_webhook_secret: str = "demo-deals-secret"
    usage_webhook_secret: str = "demo-usage-secret"

    def child_environment(self) -> dict[str, str]:
        """Return the variables that point the app here; the caller adds its database, policy and port."""
        return {
            "SLACK_API_URL": f"{self.base_url}/api/",
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "SLACK_APP_TOKEN": self.app_token if self.mode == "socket" else "",
            "SLACK_CLIENT_ID": self.client_id,
            "SLACK_CLIENT_SECRET": self.client_secret,
            "STRIPE_API_KEY": self.stripe_key,
            "STRIPE_API_BASE": f"{self.base_url}/_vendor/stripe",
            "STRIPE_WEBHOOK_SECRET": self.stripe_webhook_secret,
            "SALESFORCE_LOGIN_URL": f"{self.base_url}/_vendor/salesforce",
            "SALESFORCE_CLIENT_ID": self.salesforce_client_id,
            "SALESFORCE_CLIENT_SECRET": self.salesforce_client_secret,
            "SALESFORCE_ORG_ID": self.salesforce_org_id,
            "SALESFORCE_WEBHOOK_SECRET": self.salesforce_webhook_secret,
            "DEALS_WEBHOOK_SECRET": self.deals_webhook_secret,
            "USAGE_WEBHOOK_SECRET": self.usage_webhook_secret,
            "DUNWELL_DATA": str(self.data),
            "DUNWELL_CLOCK_FILE": str(self.clock_file),
        }
