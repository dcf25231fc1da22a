"""Which fonts a text needs, so that a name in any script is printed, or its absence is said.

The first font that has a character prints it: the bundled free ones (Noto Sans, FiraGO; SIL Open Font Licence), then
free fonts found on the machine. What no font has becomes a visible mark, and the caller is told which text it was.
"""

from __future__ import annotations

import atexit
import importlib
import importlib.util
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

_BUNDLED: Final = (("notosans", "notos", "notosbo"), ("firago", "figo", "figbo"))  # family, and its keys in the package
_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/Library/Fonts")
_ON_MACHINES: Final = (  # regular and bold; the large ones without bold, which would double the memory
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    ("NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"),
    ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf"),
    ("NotoSansThai-Regular.ttf", "NotoSansThai-Bold.ttf"),
    ("NotoSansCJK-Regular.ttc", ""),
    ("NotoSansJP-Regular.otf", ""),
    ("Arial Unicode.ttf", ""),
)
_CJK_FACES: Final = {"JPY": 0, "KRW": 1, "CNY": 2, "TWD": 3, "HKD": 4}  # the order of faces in the Noto CJK collection
_MARKS: Final = "▯?"  # printed in place of what no font has; the first that can be printed itself
_PLAIN: Final = frozenset(bytes(range(32, 256)).decode("cp1252", "ignore"))  # what the built-in Helvetica prints


@dataclass(frozen=True, slots=True)
class FontFile:
    """A family on disk; `face` is its place in a collection file."""

    family: str
    regular: Path
    bold: Path | None  # None: bold text is printed in the regular weight
    face: int = 0


@dataclass(frozen=True, slots=True)
class FontPlan:
    """The fonts to print some texts with, the main one first; none means the built-in Helvetica."""

    fonts: tuple[FontFile, ...]
    missing: frozenset[str]
    shaping: bool  # whether the engine that joins and orders letters of Arabic, Hebrew or Indic scripts is there
    mark: str

    def printable(self, text: str) -> str:
        """Return text with a mark in place of each character that cannot be printed."""
        return "".join(self.mark if c in self.missing else c for c in visible(text))

    def lacking(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the keys of the texts that cannot be printed in full."""
        return tuple(key for key, text in texts.items() if not self.missing.isdisjoint(visible(text)))


def visible(text: str) -> str:
    """Return text composed, without control and formatting characters; line breaks stay, joiners stay for shaping."""
    return "".join(_seen(unicodedata.normalize("NFC", text.replace("\r\n", "\n"))))


def _seen(text: str) -> Iterator[str]:
    for character in text:
        category = unicodedata.category(character)
        if character == "\n" or category not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}:
            if not 0xFE00 <= ord(character) <= 0xFE0F:  # a wish for one of several shapes
                yield character
        elif character in "\u200c\u200d":
            yield character
        elif category == "Cs":
            yield "\ufffd"
        elif category != "Cf":
            yield "\u00a0" if character in "\u00a0\u202f" else " "


def plan_fonts(texts: Iterable[str], currency: str) -> FontPlan:
    """Return the fonts that print all of `texts`; `currency` tells which shapes shared Chinese characters take."""
    wanted = set("".join(visible(text) for text in texts)) - {"\n"} | set(map(chr, range(32, 127))) | set("×–·“”…©")
    joiners = wanted & {"\u200c", "\u200d"}
    shaping = importlib.util.find_spec("uharfbuzz") is not None
    unshaped = set() if shaping else {c for c in wanted if _needs_shaping(c)}
    wanted -= unshaped | joiners
    fonts, left = _choose(wanted, _face(wanted, currency))
    printable = {mark for mark in _MARKS if any(ord(mark) in _coverage(font.regular, font.face) for font in fonts)}
    mark = next((mark for mark in _MARKS if mark in printable), "?")
    missing = frozenset(left | unshaped | (set() if shaping else joiners))
    return FontPlan(tuple(fonts), missing, shaping, mark)


def _choose(wanted: set[str], face: int) -> tuple[list[FontFile], set[str]]:
    """Take fonts in order while they print something that those before them do not."""
    chosen: list[FontFile] = []
    left = set(wanted)
    for font in (*_bundled(), *_found_on_machine(face)):
        has = {c for c in left if ord(c) in _coverage(font.regular, font.face)}
        if has and (chosen or "A" in has):
            chosen.append(font)
            left -= has
        if not left:
            break
    if not chosen:
        return [], wanted - _PLAIN
    if left and (marks := next((f for f in _bundled() if ord(_MARKS[0]) in _coverage(f.regular, 0)), None)):
        chosen.extend([marks] if marks not in chosen else [])
    return chosen, left


def _needs_shaping(character: str) -> bool:
    point = ord(character)
    indic = 0x0900 <= point <= 0x0DFF or 0x0F00 <= point <= 0x109F or 0x1780 <= point <= 0x17FF
    return indic or unicodedata.bidirectional(character) in {"R", "AL"}


def _face(wanted: set[str], currency: str) -> int:
    if any("\u3040" <= c <= "\u30ff" for c in wanted):
        return _CJK_FACES["JPY"]
    if any("\uac00" <= c <= "\ud7a3" for c in wanted):
        return _CJK_FACES["KRW"]
    return _CJK_FACES.get(currency, 0)


@lru_cache(maxsize=32)
def _coverage(path: Path, face: int) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    with TTFont(path, fontNumber=face, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


@lru_cache(maxsize=1)
def _bundled() -> tuple[FontFile, ...]:
    """Write the bundled fonts, which come as bytes, where the PDF writer can read them, until the program ends."""
    if importlib.util.find_spec("pymupdf_fonts") is None:
        return ()
    package = importlib.import_module("pymupdf_fonts")
    folder = Path(tempfile.mkdtemp(prefix="dunwell-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    files = []
    for family, *keys in _BUNDLED:
        paths = [folder / f"{key}.ttf" for key in keys]
        for key, path in zip(keys, paths, strict=True):
            path.write_bytes(package.myfont(key))
        files.append(FontFile(family, paths[0], paths[1]))
    return tuple(files)


def _found_on_machine(face: int) -> Iterator[FontFile]:
    names = _font_names()
    for regular, bold in _ON_MACHINES:
        if regular in names:
            path = names[regular]
            yield FontFile(path.stem.lower(), path, names.get(bold), face if path.suffix == ".ttc" else 0)


@lru_cache(maxsize=1)
def _font_names() -> Mapping[str, Path]:
    wanted = {name for pair in _ON_MACHINES for name in pair}
    folders = [Path(folder).expanduser() for folder in _FOLDERS]
    found = sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.*t[tc][fc]"))
    found += sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.otf"))
    return {path.name: path for path in found if path.name in wanted}
