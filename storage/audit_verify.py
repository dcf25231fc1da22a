"""Reading the audit trail from the first row to the last, to find where it is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from storage.audit_chain import GENESIS, HASHED, hash_of
from storage.audit_read import Row, Trail, open_trail
from storage.database import Database

Kind = Literal["changed", "missing", "inserted", "reordered", "cut"]

_PREV_HASH = 1 + HASHED.index("prev_hash")  # where it is in a row, behind the number


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first place where the trail is not as it was written. `what` is a sentence for people."""

    seq: int
    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found: how many rows are in order, the recorded end of the chain, and the first broken link if any."""

    rows: int
    head_seq: int
    head_hash: str
    broken: BrokenLink | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain as an earlier report gave it, kept where nobody who can write the database can reach it."""

    seq: int
    hash: str


def verify(
    database: Database, *, anchor: Anchor | None = None, on_progress: Callable[[int, int], None] | None = None
) -> VerifyReport:
    """Read every row, recompute every hash, and report the first broken link.

    A chain cannot tell by itself that its whole end was written anew, the head included; an `anchor` can. `on_progress`
    is told now and then how many rows have been read, and how many there are.
    """
    with open_trail(database) as trail:
        head = trail.head()
        if head is None:
            return VerifyReport(0, 0, "", BrokenLink(0, "missing", "The record of the trail's end is missing."))
        walk = _Walk(anchor)
        with closing(trail.chunks()) as chunks:
            stray = next(filter(None, map(walk.along, _watched(chunks, walk, head[0], on_progress))), None)
        if stray is not None:
            return _report(walk, head, _explain(stray, walk, trail))
        return _report(walk, head, walk.compare_with(*head))


def _watched(
    chunks: Iterable[list[Row]], walk: _Walk, rows: int, on_progress: Callable[[int, int], None] | None
) -> Iterator[list[Row]]:
    for chunk in chunks:
        if on_progress is not None:
            on_progress(walk.seq, rows)
        yield chunk


def _report(walk: _Walk, head: tuple[int, bytes], broken: BrokenLink | None) -> VerifyReport:
    return VerifyReport(walk.seq, head[0], head[1].decode("ascii", "replace"), broken)


class _Walk:
    """The way along the chain; `seq` and `hash` are those of the last row that was in order."""

    def __init__(self, anchor: Anchor | None) -> None:
        self.seq = 0
        self.hash = GENESIS.encode()
        self._anchor_seq, self._anchor_hash = (anchor.seq, anchor.hash.encode()) if anchor else (0, b"")

    def along(self, rows: list[Row]) -> Row | None:
        """Go on to the end of these rows; return the first that does not follow on, or None."""
        for row in rows:
            found = row[-1]
            if row[0] != self.seq + 1 or row[_PREV_HASH] != self.hash or hash_of(row[1:-1]).encode() != found:
                return row
            if row[0] == self._anchor_seq and found != self._anchor_hash:
                return row
            self.seq, self.hash = row[0], found
        return None

    def compare_with(self, head_seq: int, head_hash: bytes) -> BrokenLink | None:
        """Compare the last row with the end of the chain as it was recorded."""
        written = max(head_seq, self._anchor_seq)
        if written > self.seq:
            return BrokenLink(
                self.seq + 1,
                "cut",
                f"The end is cut off: {written} rows were written, the last one here is {self.seq}.",
            )
        if head_seq < self.seq:
            words = f"Row {head_seq + 1} was put in behind the end of the trail, which is row {head_seq}."
            return BrokenLink(head_seq + 1, "inserted", words)
        if head_hash != self.hash:
            return BrokenLink(self.seq, "changed", f"Row {self.seq} is not the one that was written last.")
        return None


def _explain(row: Row, walk: _Walk, trail: Trail) -> BrokenLink:
    """Say what happened to a row that does not follow on from the last one in order."""
    seq, prev_hash, last = row[0], row[_PREV_HASH], walk.seq
    if seq > last + 1:
        gone = f"Row {seq - 1} is" if seq == last + 2 else f"Rows {last + 1} to {seq - 1} are"
        return BrokenLink(last + 1, "missing", f"{gone} missing.")
    if seq <= 0:
        return BrokenLink(seq, "inserted", f"Row {seq} was put in before the first row.")
    twins = [other for other in trail.numbers_where("prev_hash", prev_hash) if other != seq]
    if twins:
        one, other = sorted((seq, twins[0]))
        return BrokenLink(one, "inserted", f"Rows {one} and {other} both claim to follow the same row; one was put in.")
    intact = hash_of(row[1:-1]).encode() == row[-1]
    if prev_hash == walk.hash:
        words = "is not the one that the anchor names" if intact else "was changed after it was written"
        return BrokenLink(seq, "changed", f"Row {seq} {words}.")
    if trail.numbers_where("hash", prev_hash):
        return BrokenLink(seq, "reordered", f"Row {seq} is in another row's place.")
    if trail.numbers_where("prev_hash", walk.hash):
        return BrokenLink(seq, "inserted", f"Row {seq} was put in; it follows no row of this trail.")
    if intact and last > 0:
        return BrokenLink(last, "changed", f"Row {last} was changed after it was written, and its hash made to fit.")
    return BrokenLink(seq, "missing", f"A row between row {last} and the one that is now row {seq} is missing.")
