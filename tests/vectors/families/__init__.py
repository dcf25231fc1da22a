"""The families of vectors that the product answers: each module here has a FAMILIES of its own.

An adapter takes a vector's input and returns what its `expected` is compared with. It only translates: every figure
comes from the product's own functions.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

Adapter = Callable[[dict[str, Any]], dict[str, Any]]


def families() -> dict[str, Adapter]:
    """Return every family with its adapter."""
    found: dict[str, Adapter] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= importlib.import_module(f"{__name__}.{module.name}").FAMILIES
    return found
