"""Vectors: cases of which input and answer are known. `pytest tests/vectors --vectors DIR` runs those of any folder.

Every *.json below the folder is an array of them (tests/vectors/data/README.md). A key of an input that is null is as
good as absent. A family that the product does not answer yet is left out of our own folder; in a folder that was asked
for it fails.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

OURS = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Vector:
    """One case, and the file that it stands in."""

    id: str
    family: str
    input: dict[str, Any]
    expected: dict[str, Any]
    file: Path


def read_vectors(folder: Path) -> list[Vector]:
    """Return every vector below a folder, in the order of the files. A folder without any is refused."""
    if not folder.is_dir():
        raise pytest.UsageError(f"--vectors: there is no folder {folder}")
    vectors = [vector for file in sorted(folder.rglob("*.json")) for vector in _of_file(file)]
    if not vectors:
        raise pytest.UsageError(f"--vectors: there is no vector in any *.json file below {folder}")
    return vectors


def _of_file(file: Path) -> list[Vector]:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        return [
            Vector(each["id"], each["family"], without_nulls(each["input"]), each["expected"], file) for each in raw
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise pytest.UsageError(
            f"--vectors: {file} is not an array of vectors with id, family, input and expected: {error!r}"
        ) from error


def without_nulls(value: Any) -> Any:
    """Return the value without the keys that are null, at any depth."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value
