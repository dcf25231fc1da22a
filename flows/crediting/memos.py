"""Which credit memos give back what a change of a contract owes, where no invoice is left to take it off. Pure.

A charge that was changed before stands on several invoices: billed on the first, taken back and charged anew on a
later one. No memo gives back more than remains of its invoice, and of a line never more than it billed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Owed:
    """A line of a confirmed change: its path, the charge that it takes back (None: none), and minor units.

    Below zero the customer is owed them; above, charged.
    """

    path: str
    charge: str | None
    minor: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left in minor units of a charge on one line of an invoice.

    `minor` is less what changes took back of it on other invoices, `gross` only less what credit memos gave back.
    """

    charge: str
    invoice_id: str
    seq: int
    minor: int
    gross: int


@dataclass(slots=True)
class Memo:
    """A credit memo to be asked for: minor units by line, and by path what it settles; the two have opposite sums."""

    invoice_id: str
    amounts: Counter[int] = field(default_factory=Counter)
    settles: Counter[str] = field(default_factory=Counter)


def memos_for(owed: Sequence[Owed], left: Sequence[Left], remains: Mapping[str, int]) -> list[Memo]:
    """Return the credit memos that give back what is owed, less what is charged, the oldest invoices first.

    `remains` has by invoice what it comes to with its credit memos. Nothing is given back beyond what is left; what
    there is no room for is not settled.
    """
    offset, rest = _less_charges(owed)
    memos: dict[str, Memo] = {}
    rooms, used = dict(remains), Counter[tuple[str, int]]()
    for one, owing in rest:
        back = owing
        for line, room in _places(one.charge, left):
            part = min(back, room - used[line.invoice_id, line.seq], rooms.get(line.invoice_id, 0))
            if part <= 0:
                continue
            back -= part
            rooms[line.invoice_id] -= part
            used[line.invoice_id, line.seq] += part
            memo = memos.setdefault(line.invoice_id, Memo(line.invoice_id))
            memo.settles[one.path] -= part
            memo.amounts[line.seq] += part
    found = list(memos.values())
    if found:
        found[0].settles.update(offset)
    return found


def _less_charges(owed: Sequence[Owed]) -> tuple[Counter[str], list[tuple[Owed, int]]]:
    """Hold what is charged against what is owed, in their order: return both sides of that, and what is owed still."""
    charges = deque((one.path, one.minor) for one in owed if one.minor > 0)
    offset: Counter[str] = Counter()
    rest = []
    for one in owed:
        back = max(0, -one.minor)
        while charges and back:
            path, minor = charges.popleft()
            part = min(minor, back)
            back -= part
            offset[path] += part
            offset[one.path] -= part
            if part < minor:
                charges.appendleft((path, minor - part))
        if back:
            rest.append((one, back))
    return offset, rest


def _places(charge: str | None, left: Sequence[Left]) -> Iterator[tuple[Left, int]]:
    """Give the lines of which a charge can be given back, and how much each has in all, the likeliest first.

    They are the lines that billed it, then those that billed the same before: a charge that an earlier memo was lowered
    by stands on no invoice. What an invoice took back of another is still to be had of that other.
    """
    name = (charge or "").partition("@")[0]
    same = [line for line in left if line.charge == charge]
    alike = [line for line in left if line.charge != charge and line.charge.partition("@")[0] == name]
    yield from ((line, line.minor) for line in (*same, *alike))
    yield from ((line, line.gross) for line in (*same, *alike))
    yield from ((line, line.gross) for line in left if line.charge.partition("@")[0] != name)
