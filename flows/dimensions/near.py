"""Find the one known code that somebody nearly wrote: the same but for case and blanks, or one edit away.

A word one insertion, deletion or replacement away shares with the known code the word itself or what is left of it
without one letter. Codes are therefore filed under each of those remains, and a search costs as much as the word is
long, however many codes there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property


class NearMisses:
    """The codes that may be suggested. `ignore_case` is about the one edit; equality always ignores case and blanks."""

    def __init__(self, codes: Iterable[str], *, ignore_case: bool) -> None:
        self._codes = tuple(codes)
        self._ignore_case = ignore_case

    def only(self, written: str) -> str | None:
        """Return the single code that `written` stands for, or None when there is none or more than one.

        A code that differs only in case and outer blanks is meant before any that is an edit away: with CC10 and CC20
        known, "cc10" means CC10.
        """
        found = self._equal.get(_plain(written)) or self._one_edit_from(written)
        return found[0] if len(found) == 1 else None

    def _one_edit_from(self, written: str) -> list[str]:
        word = self._folded(written)
        near = {code for rest in _remains(word) for code in self._filed.get(rest, ())}
        return sorted(code for code in near if _is_one_edit(word, self._folded(code)))

    def _folded(self, code: str) -> str:
        return _plain(code) if self._ignore_case else code.strip()

    @cached_property
    def _equal(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code in self._codes:
            found[_plain(code)].append(code)
        return dict(found)

    @cached_property
    def _filed(self) -> dict[str, list[str]]:
        filed: defaultdict[str, list[str]] = defaultdict(list)
        for code in self._codes:
            for rest in _remains(self._folded(code)):
                filed[rest].append(code)
        return dict(filed)


def _plain(code: str) -> str:
    return code.strip().casefold()


def _remains(word: str) -> Iterator[str]:
    """Give the word, and the word without each of its letters."""
    yield word
    yield from {word[:place] + word[place + 1 :] for place in range(len(word))}


def _is_one_edit(one: str, other: str) -> bool:
    """Tell whether inserting, deleting or replacing one letter makes `one` into `other`."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 1 or one == other:
        return False
    start = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    return shorter[start + (len(shorter) == len(longer)) :] == longer[start + 1 :]
