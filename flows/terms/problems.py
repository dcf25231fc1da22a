"""What is wrong with terms, each mistake at its place. Places are written as people count: lines[2] is the second."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic_core import PydanticCustomError

Path = tuple[str | int, ...]
SEVERAL: Final = "several_problems"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: `path` from the part that was checked, and in `message` what is wrong and what would be right."""

    path: Path
    message: str


def written(path: Path) -> str:
    """Write a path as people count: ("lines", 1, "ramp", 0, "start") is lines[2].ramp[1].start."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all problems as one pydantic error when there are any; `problems_in` takes them apart again."""
    found = tuple(problems)
    if found:
        words = "; ".join(f"{written(problem.path)}: {problem.message}" for problem in found)
        raise PydanticCustomError(SEVERAL, "{words}", {"words": words, "problems": found})


def problems_in(error: Any) -> tuple[Problem, ...] | None:
    """Return the problems inside one entry of `ValidationError.errors()`, or None when pydantic made it itself."""
    if error["type"] != SEVERAL:
        return None
    return cast("tuple[Problem, ...]", error["ctx"]["problems"])
