"""How the program writes its log: a line for each event, and of an error where it happened, not what was at hand there.

Left alone, structlog prints the local variables of every frame of an error, and among them are tokens and secrets.
"""

from __future__ import annotations

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def keep_secrets_out() -> None:
    """Let tracebacks show lines of code only."""
    *before, _ = structlog.get_config()["processors"]
    structlog.configure(processors=[*before, ConsoleRenderer(exception_formatter=plain_traceback)])
