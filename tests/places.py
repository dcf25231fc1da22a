"""Where things are, for tests that read the checkout or the folder of shared material beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

REPO_ROOT: Final = Path(__file__).resolve().parent.parent
SHARED: Final = REPO_ROOT.parent / "shared"


def chromium() -> str | None:
    """Return the path of the installed Chromium or Chrome, or None where there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None)
