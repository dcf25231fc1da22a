"""Every card as it was agreed on, kept as JSON beside this file.

After a wanted change: SNAPSHOT_UPDATE=1 pytest tests/flows/cards/test_snapshots.py, then read the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.blockkit import check
from flows.values.card import Card, View
from tests.flows.cards.gallery import GALLERY

FOLDER = Path(__file__).parent / "snapshots"
UPDATE = os.environ.get("SNAPSHOT_UPDATE") == "1"


def written(shown: Card | View) -> str:
    """Return a card or a view as the file keeps it."""
    whole = {"text": shown.text, "blocks": list(shown.blocks)} if isinstance(shown, Card) else shown.payload
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_a_card_is_as_agreed(name: str) -> None:
    make: Callable[[], Card | View] = GALLERY[name]
    shown, path = make(), FOLDER / f"{name}.json"
    check(shown)
    if UPDATE:
        path.write_text(written(shown), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written(shown)


def test_no_snapshot_is_left_of_a_card_that_is_gone() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(GALLERY)
