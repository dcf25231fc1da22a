"""Fixtures: the whole demo workspace with a small app behind it, and a page that complains about its own errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.sandbox.pages.live import live_pages
from tests.sandbox.slack.rig import Rig


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Rig]:
    """Return the workspace with its pages, its vendors and the small app."""
    rig = Rig(tmp_path, whole=True)
    live_pages(rig)
    yield rig
    rig.end()


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Rig]:
    """Return the workspace with no app behind it."""
    rig = Rig(tmp_path, whole=True).begin()
    yield rig
    rig.end()


@pytest.fixture
def seen(page: Page) -> Iterator[Page]:
    """Return a page whose script errors and refused loads fail the test."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    assert wrong == []
