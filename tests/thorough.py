"""How often a property of money is tried: more often than the others, for it is what invoices rest on."""

from __future__ import annotations

from typing import Final

from hypothesis import settings

thorough: Final = settings(max_examples=max(500, settings.default.max_examples if settings.default else 0))
"""Above `@given` of a property on a money path: 500 examples, and 10,000 in the nightly profile."""
