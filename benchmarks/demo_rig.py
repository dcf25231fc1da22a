"""The demo as its user starts it, for measuring: its own process, its address, and the app's process and address."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_START = "import sys; from bot.demo import Demo, run; from pathlib import Path; run(Demo(Path(sys.argv[1]), 0, {}))"
_READY = re.compile(r"Dunwell demo: (http://\S+)")


@dataclass(slots=True)
class RunningDemo:
    """A demo that has said that it is ready. `started_in` is how many seconds that took."""

    process: subprocess.Popen[str]
    url: str
    started_in: float
    http: httpx.Client

    def do(self, call: str, **body: Any) -> dict[str, Any]:
        """Do something by the demo's interface; a refusal ends the measurement."""
        answer: dict[str, Any] = self.http.post(f"{self.url}/_demo/api/{call}", json=body).json()
        if not answer.get("ok", True):
            raise SystemExit(f"{call} {body} was refused: {answer}")
        return answer

    def state(self) -> dict[str, Any]:
        """Return everything there is to see."""
        state: dict[str, Any] = self.http.get(f"{self.url}/_demo/api/state").json()
        return state

    def until_idle(self, seconds: float) -> bool:
        """Wait until no work is left; False when some is left after so many seconds."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.http.get(f"{self.url}/_demo/api/idle", params={"timeout": "20"}).status_code == 200:
                return True
        return False

    def approval_buttons(self) -> list[str]:
        """Return the values of every Approve button that stands in a channel."""
        cards = [message for channel in self.state()["channels"] for message in channel["messages"]]
        elements = [one for card in cards for block in card["blocks"] or [] for one in block.get("elements", [])]
        return [one["value"] for one in elements if one.get("action_id") == "approval.approve"]

    @property
    def app_pid(self) -> int:
        """The process id of the app beside the demo workspace."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        return int(children.split()[0])

    @property
    def app_environment(self) -> dict[str, str]:
        """The variables that the app was started with."""
        raw = Path(f"/proc/{self.app_pid}/environ").read_text(encoding="utf-8")
        return dict(pair.split("=", 1) for pair in raw.split("\0") if pair)

    @property
    def app_url(self) -> str:
        """Where the app takes Slack's requests."""
        return f"http://127.0.0.1:{self.app_environment['PORT']}"


@contextmanager
def running_demo(folder: Path | None = None, options: str = "") -> Iterator[RunningDemo]:
    """Start the demo on any free port and end it afterwards. `options` are further arguments of `bot.demo.Demo`."""
    with ExitStack() as stack:
        data = folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        began = time.perf_counter()
        command = [sys.executable, "-c", _START.format(options), str(data)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        stack.callback(_end, process)
        url = _until_ready(process)
        started_in = time.perf_counter() - began
        http = stack.enter_context(httpx.Client(trust_env=False, timeout=120))
        yield RunningDemo(process, url, started_in, http)


def _until_ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := _READY.search(line):
            return found[1]
    raise SystemExit("The demo ended before it was ready.")


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


@contextmanager
def running(command: list[str], environment: Mapping[str, str], url: str) -> Iterator[int]:
    """Run one more process beside the demo until the body ends; it is ready when `url` answers. Yield its id."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_answering(process, url)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until_answering(process: subprocess.Popen[bytes], url: str) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and process.poll() is None:
        try:
            httpx.get(url, trust_env=False, timeout=2)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit(f"{json.dumps(process.args)} does not answer at {url}")


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the memory of a process that is in use now, in MB of a million bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
