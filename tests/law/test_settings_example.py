"""`.env.example` names every setting, and nothing that is none; docs/settings.md likewise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings, setting_names
from tests.places import REPO_ROOT

NAMED_IN = {
    ".env.example": re.compile(r"^([A-Z][A-Z_]+)=", re.MULTILINE),
    "docs/settings.md": re.compile(r"^\| `([A-Z][A-Z_]+)` \|", re.MULTILINE),
}


@pytest.mark.parametrize("page", NAMED_IN)
def test_every_setting_is_named_once(page: str) -> None:
    named = NAMED_IN[page].findall((REPO_ROOT / page).read_text(encoding="utf-8"))
    assert sorted(named) == sorted(setting_names())


def test_the_example_is_the_same_as_no_settings_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever copies the file and fills in nothing changes nothing."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    bare = tmp_path / "bare.env"
    bare.touch()
    # The file is given by name because tests must not read a `.env` that the checkout happens to have.
    assert Settings(_env_file=REPO_ROOT / ".env.example") == Settings(_env_file=bare)
