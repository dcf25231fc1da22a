"""The child process: ready before it is used, killed whole, started again."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from bot.sandbox.app_process import AppWontStart, ChildProcess
from bot.sandbox.config import SandboxConfig
from bot.sandbox.server import build, listening_socket, uvicorn_server
from tests.places import REPO_ROOT
from tests.sandbox.slack.rig import AppStandIn

APP = """
import fcntl, http.server, os, subprocess, sys
held = os.open(os.environ["HELD"], os.O_CREAT | os.O_RDWR)
fcntl.flock(held, fcntl.LOCK_SH)  # let go only when this process and its own child have ended
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], pass_fds=[held])
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
"""


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def child(folder: Path, code: str = APP) -> ChildProcess:
    """Return a process that is not started."""
    port = free_port()
    env = {"PORT": str(port), "HELD": str(folder / "held")}
    return ChildProcess([sys.executable, "-c", code], env, f"http://127.0.0.1:{port}", lambda: ["one"])


def all_ended(held: Path) -> bool:
    """Whether everybody who held the file has ended, waiting a little for the system to clear up."""

    def take() -> None:
        with held.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX)

    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    taking.join(timeout=10)
    return not taking.is_alive()


def test_a_child_is_ready_when_started_and_ends_with_its_whole_group(tmp_path: Path) -> None:
    async def story() -> None:
        app = child(tmp_path)
        assert app.work_left() == ["one"]
        await app.start()
        first = app.pid
        await app.restart()
        assert app.pid not in (None, first)
        await app.stop()
        assert app.pid is None

    asyncio.run(story())
    assert all_ended(tmp_path / "held")


def test_a_child_that_ends_while_starting_says_so(tmp_path: Path) -> None:
    with pytest.raises(AppWontStart, match="ended with code 3"):
        asyncio.run(child(tmp_path, "raise SystemExit(3)").start())


def test_the_app_is_stopped_while_the_workspace_still_answers(tmp_path: Path) -> None:
    answered: list[int] = []

    async def story() -> None:
        listening = listening_socket(0)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = SandboxConfig(tmp_path, url, tmp_path / "manifest.yml", tmp_path / "clock")

        async def ask() -> None:
            async with httpx.AsyncClient(trust_env=False) as client:
                answered.append((await client.get(f"{url}/_demo/api/state")).status_code)

        server = uvicorn_server(build(config, AppStandIn("http://127.0.0.1:9")), before_end=ask)
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        await ask()
        server.should_exit = True
        await serving

    asyncio.run(story())
    assert answered == [200, 200]


PARENT = """
import asyncio, os, pathlib, sys
from tests.sandbox.slack.test_app_process import child
async def begin():
    await child(pathlib.Path(sys.argv[1])).start()
    os.kill(os.getpid(), 9)
asyncio.run(begin())
"""
ALONE = APP.replace('subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], pass_fds=[held])', "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_the_app_ends_with_a_workspace_that_is_killed(tmp_path: Path) -> None:
    code = PARENT.replace("child(pathlib.Path(sys.argv[1]))", "child(pathlib.Path(sys.argv[1]), sys.argv[2])")
    subprocess.run([sys.executable, "-c", code, str(tmp_path), ALONE], cwd=REPO_ROOT, check=False, timeout=60)
    assert all_ended(tmp_path / "held")
