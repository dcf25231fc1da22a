"""Makes one test of every vector, named by its id."""

from __future__ import annotations

import pytest

from tests.vectors.families import families
from tests.vectors.reading import OURS, read_vectors


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take the vectors of the folder that was asked for, or those of ours that the product answers."""
    if "vector" not in metafunc.fixturenames:
        return
    asked: str | None = metafunc.config.getoption("--vectors")
    if asked is None:
        known = families()
        vectors = [vector for vector in read_vectors(OURS) if vector.family in known]
    else:
        vectors = read_vectors(metafunc.config.invocation_params.dir / asked)
    metafunc.parametrize("vector", vectors, ids=[vector.id for vector in vectors])
