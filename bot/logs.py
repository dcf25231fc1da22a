"""How the program writes its log: a line for each event, and of an error where it happened, not what was at hand there.

Left alone, structlog prints the local variables of every frame of an error, and among them are tokens and secrets.
"""

from __future__ import annotations

import sys

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def keep_secrets_out() -> None:
    """Let tracebacks show lines of code only. There are colours only where the log goes to a terminal."""
    *before, _ = structlog.get_config()["processors"]
    shown = ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback)
    structlog.configure(processors=[*before, shown])
