"""Fixtures: a workspace alone, and a maker of workspaces with other settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.slack.rig import Rig

MakeRig = Callable[..., Rig]


@pytest.fixture
def make_rig(tmp_path: Path) -> Iterator[MakeRig]:
    """Return a maker of rigs that are not begun; all of them are ended after the test."""
    made: list[Rig] = []

    def make(**settings: Any) -> Rig:
        made.append(Rig(tmp_path, **settings))
        return made[-1]

    yield make
    for rig in made:
        rig.end()


@pytest.fixture
def rig(make_rig: MakeRig) -> Rig:
    """Return a begun workspace without an app behind it."""
    return make_rig().begin()
