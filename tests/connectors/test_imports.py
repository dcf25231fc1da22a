"""Importing the connectors costs nothing until a system is configured."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"stripe", "simple_salesforce", "slack_sdk", "requests", "httpx", "cryptography", "sqlalchemy", "defusedxml"}


def test_importing_the_package_loads_no_vendor_s_library() -> None:
    program = (
        "import json, sys\n"
        "import connectors, connectors.slack, connectors.stripe, connectors.salesforce, connectors.webhooks\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert not HEAVY & set(json.loads(loaded))


def test_slack_alone_loads_neither_stripe_nor_salesforce() -> None:
    program = "import json, sys, connectors.slack.workspace; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    tops = {name.partition(".")[0] for name in json.loads(loaded)}
    assert not {"stripe", "simple_salesforce", "requests", "sqlalchemy"} & tops
