"""What a server does not load."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.places import REPO_ROOT

PROGRAM = """
import json, sys
from bot.footprint import load_plainly
load_plainly()
import bot.serve, bot.workflows, connectors.salesforce.crm, connectors.stripe.processor
loaded = [name for name in ("rich", "pygments") if name in sys.modules]
import rich.table
print(json.dumps([loaded, rich.table.__name__]))
"""


def test_a_server_loads_nothing_that_draws_in_a_terminal_and_a_command_still_can() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=REPO_ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], "rich.table"]
