"""Every vector is answered as it expects. The tests are made in conftest.py, one of each vector."""

from __future__ import annotations

import pytest

from tests.vectors.comparing import differences
from tests.vectors.families import families
from tests.vectors.reading import Vector


def test_vector(vector: Vector) -> None:
    adapter = families().get(vector.family)
    if adapter is None:
        pytest.fail(f"{vector.file.name}: nothing answers the family {vector.family!r} yet.", pytrace=False)
    wrong = list(differences(vector.expected, adapter(vector.input)))
    assert not wrong, f"{vector.family} {vector.input}\n" + "\n".join(wrong)
