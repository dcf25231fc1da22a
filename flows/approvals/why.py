"""Why a line comes to its amount: the arithmetic in words, and where each figure comes from. Nothing in it is cut."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from flows.blockkit import escape, section
from flows.blockkit.text import source_words, units
from flows.values.card import Block
from flows.values.money import Money, format_money

LINES_ON_A_PAGE: Final = 40
_BLOCKS_ON_A_PAGE: Final = 85  # a view takes 100; head and foot need some
_BYTES_ON_A_PAGE: Final = 200_000  # a view takes 250,000
_PIECE: Final = 500  # characters that stay together; escaped they are at most five times as many
_TEXT: Final = 2_900  # a section takes 3,000
_SOURCES: Final = 30  # files of usage that are named


@dataclass(frozen=True, slots=True)
class Why:
    """How one line was rated: `words` tell the arithmetic, the others where its figures come from.

    `before` says what was billed of it earlier, and with which invoices.
    """

    words: tuple[str, ...]
    terms_path: str
    deal_field: str | None = None
    usage: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def why_blocks(why: Why, amount: Money) -> list[Block]:
    """Return the sections that explain a line: as many as its words need."""
    return sections([f"*Why {format_money(amount)}?*", *why_texts(why)])


def why_texts(why: Why) -> list[str]:
    """Return the arithmetic of a line and where it comes from, escaped, in texts that fit a section."""
    return [*_pieces(why.words), *_pieces([_origin(why)])]


def sections(texts: Iterable[str]) -> list[Block]:
    """Return sections with all of these texts, each on a line of its own: as many as they need."""
    return [section(*lines) for lines in _filled_sections(texts)]


def pages(lines: Iterable[Sequence[Block]]) -> list[list[Block]]:
    """Put the blocks of lines on pages that keep Slack's limits, at least one; a long line may go over to the next."""
    found: list[list[Block]] = [[]]
    begun = size = 0
    for blocks in lines:
        for place, block in enumerate(blocks):
            length = len(json.dumps(block).encode())
            begins = place == 0
            full = len(found[-1]) == _BLOCKS_ON_A_PAGE or size + length > _BYTES_ON_A_PAGE
            if found[-1] and (full or (begins and begun == LINES_ON_A_PAGE)):
                found.append([])
                begun = size = 0
            found[-1].append(block)
            begun, size = begun + begins, size + length
    return found


def _origin(why: Why) -> str:
    named = ", ".join(why.usage[:_SOURCES])
    more = f" and {len(why.usage) - _SOURCES} more" if len(why.usage) > _SOURCES else ""
    parts = [
        f"From the terms at {why.terms_path}",
        f"the deal at {source_words(why.deal_field)}" if why.deal_field else "",
        f"usage in {named}{more}" if named else "",
        f"billed of it before: {', '.join(why.before)}" if why.before else "",
    ]
    return "; ".join(part for part in parts if part)


def _pieces(texts: Iterable[str]) -> Iterator[str]:
    """Give the texts as short escaped ones, parted at spaces, so that no figure is cut."""
    for text in texts:
        for piece in textwrap.wrap(text, _PIECE, break_on_hyphens=False):
            yield escape(piece, _TEXT)


def _filled_sections(texts: Iterable[str]) -> Iterator[list[str]]:
    lines: list[str] = []
    used = 0
    for text in texts:
        length = units(text) + 1
        if lines and used + length > _TEXT:
            yield lines
            lines, used = [], 0
        lines.append(text)
        used += length
    if lines:
        yield lines
