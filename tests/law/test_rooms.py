"""The contracts of import-linter know every room there is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.law.tracked import read, tracked

CONFIG: dict[str, Any] = tomllib.loads(read(Path("pyproject.toml")))["tool"]
CONTRACTS = {contract["id"]: contract for contract in CONFIG["importlinter"]["contracts"]}
LOOKS_AT_ALL = {"flows.home"}  # what people see is put together from every flow; nothing imports it back
NOT_ROOMS = {"benchmarks", "scripts", "tests"}


def test_every_package_is_held_to_the_contracts_and_typed() -> None:
    packages = {path.parts[0] for path in tracked("*/__init__.py")} - NOT_ROOMS
    assert packages == set(CONFIG["importlinter"]["root_packages"])
    assert packages <= set(CONFIG["mypy"]["packages"])
    assert packages == set(CONFIG["hatch"]["build"]["targets"]["wheel"]["packages"])


def test_every_flow_that_does_work_keeps_its_insides_to_itself() -> None:
    flows = {f"flows.{path.parts[1]}" for path in tracked("flows/*/workflow.py", "flows/*/service.py")}
    assert flows - LOOKS_AT_ALL <= set(CONTRACTS["layers-of-work"]["modules"])
