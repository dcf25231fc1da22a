"""What every test can ask for, and what a run does about tests that cannot run here."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.places import SHARED, chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.postgres"]

CI = os.environ.get("CI", "").lower() == "true"
INSTALL_CHROMIUM = "there is no Chromium here; install it with: sudo apt-get install -y chromium"
NO_SHARED = "the folder `shared` is not beside the checkout"

# A property holds or it does not: the same examples in every run, and no limit on the time that one takes.
settings.register_profile("default", max_examples=100, derandomize=True, deadline=None)
settings.register_profile("nightly", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take --vectors here: an option of a folder further down would be known only when that folder is named."""
    parser.addoption("--vectors", metavar="DIR", help="run the vectors of this folder instead of tests/vectors/data")


def pytest_xdist_auto_num_workers() -> int:
    """Run two worker processes on each core: stories wait for other processes about as much as they compute."""
    return 2 * (os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Give the run one folder that all its worker processes share, under DUNWELL_TEST_RUN."""
    if not hasattr(config, "workerinput"):
        os.environ["DUNWELL_TEST_RUN"] = tempfile.mkdtemp(prefix="dunwell-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what the run's worker processes shared, after the last of them has gone."""
    if not hasattr(config, "workerinput"):
        run = Path(os.environ.pop("DUNWELL_TEST_RUN"))
        if (run / "postgres").exists():
            from tests.postgres import stop_server

            stop_server(run / "postgres")
        shutil.rmtree(run)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, saying what is missing."""
    if item.get_closest_marker("needs_shared") and not SHARED.exists():
        pytest.skip(NO_SHARED)
    if item.get_closest_marker("browser") and chromium() is None:
        pytest.skip(INSTALL_CHROMIUM)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI turn a skip into a failure, except that of a test whose shared folder is really absent."""
    report = yield
    excused = item.get_closest_marker("needs_shared") is not None and not SHARED.exists()
    if CI and report.skipped and not hasattr(report, "wasxfail") and not excused:
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI turn the skip of a whole file into a failure: nothing is known of the tests in it."""
    report = yield
    if CI and report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason: Any = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"No test may be skipped in CI. {reason}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The installed Chromium, without a window, for the tests of one file.

    Playwright keeps an event loop running in this thread while it is open; later files may want one of their own.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of 1,280 by 900 with no memory of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US", timezone_id="UTC")
    yield context.new_page()
    context.close()
