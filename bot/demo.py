"""`dunwell demo`: the demo workspace and the real app beside it, on one machine, without an account anywhere.

One process serves the demo workspace and the simulated vendors; the app is its child, started and restarted as an
administrator would. Ctrl-C ends both.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

from bot.sandbox.app_process import AppWontStart, ChildProcess
from bot.sandbox.config import SandboxConfig
from bot.sandbox.server import listening_socket, serve
from bot.work_left import DailyRun, WorkLeft
from flows.errors import ConfigurationError
from flows.values.clock import ShiftedClock

HERE = Path(__file__).parent
POLICY = HERE / "sandbox" / "policy.toml"
DIMENSIONS = HERE / "sandbox" / "dimensions.toml"
CATALOGUE = HERE / "sandbox" / "catalogue.toml"
MANIFEST = HERE.parent / "manifest.yml"
Mode = Literal["http", "socket"]


@dataclass(frozen=True, slots=True)
class Demo:
    """How a demo is run. `port` 0 takes any free one. `posts_per_second` is the pace of a channel, on both sides."""

    data: Path
    port: int = 8700
    mode: Mode = "http"
    database_url: str | None = None
    posts_per_second: float = 20.0
    post_burst: int = 40
    retry_seconds: str = "1,1,2,2"
    stripe: bool = True


def run(demo: Demo) -> None:
    """Run until Ctrl-C or SIGTERM; the app ends with the demo.

    Raises ConfigurationError in a sentence when the port, the folder or the app will not do.
    """
    _folder(demo.data)
    if demo.database_url and not demo.database_url.startswith("sqlite"):
        _migrate(demo.database_url)
    with _only_one(demo.data), contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve(demo))


async def _serve(demo: Demo) -> None:
    _end_on_signals()
    try:
        listening = listening_socket(demo.port)
    except OSError:
        raise ConfigurationError(
            f"Port {demo.port} is in use. Choose another, for example: make demo PORT={demo.port + 1}"
        ) from None
    config = _config(demo, listening.getsockname()[1])
    app = _app(demo, config)
    try:
        await serve(config, app, listening, ready=lambda: typer.echo(f"Dunwell demo: {config.base_url}"))
    except AppWontStart as error:
        raise ConfigurationError(str(error)) from None


def _end_on_signals() -> None:
    """End on SIGTERM, and on SIGHUP when the terminal is closed, as on Ctrl-C; a second signal changes nothing."""
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    assert this is not None

    def end() -> None:
        if not this.cancelling():
            this.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)


def _config(demo: Demo, port: int) -> SandboxConfig:
    return SandboxConfig(
        data=demo.data.absolute(),
        base_url=f"http://127.0.0.1:{port}",
        manifest=MANIFEST,
        clock_file=demo.data.absolute() / "clock",
        mode=demo.mode,
        posts_per_second=demo.posts_per_second,
        post_burst=demo.post_burst,
    )


def _app(demo: Demo, config: SandboxConfig) -> ChildProcess:
    with listening_socket(0) as probe:
        port = probe.getsockname()[1]
    database_url = demo.database_url or f"sqlite:///{config.data / 'dunwell.sqlite3'}"
    env = config.child_environment() | {
        "DUNWELL_DATABASE_URL": database_url,
        "DUNWELL_POLICY": str(POLICY),
        "DUNWELL_DIMENSIONS": str(DIMENSIONS),
        "DUNWELL_CATALOGUE": str(CATALOGUE),
        "DUNWELL_RETRY_SECONDS": demo.retry_seconds,
        "SLACK_POSTS_PER_SECOND": str(demo.posts_per_second),
        "SLACK_POST_BURST": str(demo.post_burst),
        "SALESFORCE_POLL_SECONDS": "2",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    if not demo.stripe:
        env["STRIPE_API_KEY"] = ""
    verb = "serve" if demo.mode == "http" else "socket"
    command = [sys.executable, "-m", "bot", verb, "--with-worker"]
    left = WorkLeft(database_url, DailyRun(ShiftedClock(config.clock_file), POLICY))
    return ChildProcess(command, env, f"http://127.0.0.1:{port}", left)


def _migrate(database_url: str) -> None:
    """Make the tables in a database that was named; a file in the folder is made by the app itself."""
    command = [sys.executable, "-m", "bot", "migrate"]
    done = subprocess.run(  # noqa: S603  our own command
        command, env={**os.environ, "DUNWELL_DATABASE_URL": database_url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigurationError(done.stderr.strip() or done.stdout.strip())


def _folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ConfigurationError(f"{data} is a file, not a folder. Name another: make demo DUNWELL_DATA=path") from None
    except OSError as error:
        raise ConfigurationError(
            f"The folder {data} cannot be made ({error.strerror}). Name another: make demo DUNWELL_DATA=path"
        ) from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise ConfigurationError(f"The folder {data} cannot be written. Name another: make demo DUNWELL_DATA=path")


@contextlib.contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the folder for this demo; the lock goes with the process, however that ends."""
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"A demo is running on {data} already. Use that one, end it with Ctrl-C, "
                "or start another beside it: make demo PORT=8701 DUNWELL_DATA=.dunwell-2"
            ) from None
        yield
