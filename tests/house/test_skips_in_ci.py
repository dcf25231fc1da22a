"""In CI a test that did not run counts as failed, so that nothing goes untested without anybody noticing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import REPO_ROOT

SKIPS = """
import pytest

def test_that_skips() -> None:
    pytest.skip("no such machine here")
"""
SKIPS_WHOLE = """
import pytest

pytest.skip("no such library here", allow_module_level=True)
"""
NEEDS_SHARED = """
import pytest

@pytest.mark.needs_shared
def test_of_shared_material() -> None:
    pass
"""


def _run(checkout: Path, ci: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-rs", "-p", "no:cacheprovider", "tests"]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which only the house's own conftest stands; no shared folder is beside it."""
    tests = tmp_path / "checkout" / "tests"
    tests.mkdir(parents=True)
    (tmp_path / "checkout" / "pyproject.toml").symlink_to(REPO_ROOT / "pyproject.toml")
    for name in ("__init__.py", "conftest.py", "places.py", "postgres.py"):
        (tests / name).write_text((REPO_ROOT / "tests" / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path / "checkout"


@pytest.mark.parametrize(
    ("source", "reason"),
    [(SKIPS, "no such machine here"), (SKIPS_WHOLE, "no such library here")],
    ids=["a test", "a whole file"],
)
def test_a_skip_fails_in_ci_and_names_its_reason(checkout: Path, source: str, reason: str) -> None:
    (checkout / "tests" / "test_sample.py").write_text(source, encoding="utf-8")
    here, in_ci = _run(checkout, ""), _run(checkout, "true")
    assert here.returncode in {0, 5} and "1 skipped" in here.stdout
    assert in_ci.returncode != 0 and f"No test may be skipped in CI. Skipped: {reason}" in in_ci.stdout


def test_material_that_is_absent_excuses_a_skip_in_ci(checkout: Path) -> None:
    (checkout / "tests" / "test_sample.py").write_text(NEEDS_SHARED, encoding="utf-8")
    in_ci = _run(checkout, "true")
    assert in_ci.returncode == 0 and "1 skipped" in in_ci.stdout


def test_material_that_is_there_is_read_in_ci(checkout: Path) -> None:
    (checkout.parent / "shared").mkdir()
    (checkout / "tests" / "test_sample.py").write_text(NEEDS_SHARED, encoding="utf-8")
    in_ci = _run(checkout, "true")
    assert in_ci.returncode == 0 and "1 passed" in in_ci.stdout
