"""What the simulators are told at their start."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.vendors.courier import DEMO_DELAYS


@dataclass(frozen=True, slots=True)
class VendorSettings:
    """The secrets shared with the app, and how strict the far sides are.

    `page_size` is how many records one page of a Salesforce query has, `session_seconds` how long a session lives by
    the injected clock, `retry_delays` the real seconds before each further try of a notification, and `real_time`
    the clock of signatures (never moved).
    """

    stripe_key: str = "sk_test_demo"
    stripe_webhook_secret: str = "whsec_demo"
    salesforce_client_id: str = "demo-connected-app"
    salesforce_client_secret: str = "demo-connected-secret"
    salesforce_org_id: str = "00D000000000DEMEAW"
    salesforce_webhook_secret: str = "demo-path-secret"
    deals_webhook_secret: str = "demo-deals-secret"
    page_size: int = 2000
    session_seconds: int = 7200
    retry_delays: tuple[float, ...] = DEMO_DELAYS
    real_time: Callable[[], float] = time.time
