"""How much of an invoice may still be given back, and when one may be voided. Pure: values in, a plan or a refusal out.

Never more is given back than was billed, less what was given back before: of no line, and of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Final

from flows.crediting.refusals import (
    BadAmount,
    ChangedMeanwhile,
    ChargedBeside,
    ComesToNothing,
    NothingLeft,
    NotOut,
    TooMuch,
    VoidUnderWay,
    WasAmended,
    WasCredited,
    WasPaid,
)
from flows.errors import NotWholeMinorUnits
from flows.values.money import Money, total

CREDITABLE: Final = ("issued", "part paid", "paid", "disputed")  # states of an invoice that is out and owes or was paid
VOIDABLE: Final = ("issued", "disputed")
_LARGEST: Final = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line of an invoice that is out: what was billed, and what of it was given back or is being given back.

    `credited` is by credit memos; `amended` by changes of the contract, which are taken off other invoices.
    """

    seq: int
    description: str
    billed: Money
    credited: Money
    amended: Money

    @property
    def left(self) -> Money:
        """What can still be given back; with the sign of the line."""
        return self.billed - self.credited - self.amended


@dataclass(frozen=True, slots=True)
class Creditable:
    """An invoice as crediting sees it. `void_asked`: its voiding was asked for, is under way or done.

    `charged` is what changes of the contract charge, on other invoices, for what it would bill when it is issued anew.
    """

    number: str
    state: str
    currency: str
    lines: tuple[BilledLine, ...]
    void_asked: bool = False
    charged: Money | None = None

    @property
    def billed(self) -> Money:
        """The invoice's total."""
        return total((line.billed for line in self.lines), self.currency)

    @property
    def credited(self) -> Money:
        """What credit memos gave back of it, or are giving back."""
        return total((line.credited for line in self.lines), self.currency)

    @property
    def amended(self) -> Money:
        """What changes of the contract give back of it, on other invoices."""
        return total((line.amended for line in self.lines), self.currency)

    @property
    def left(self) -> Money:
        """What can still be given back of it."""
        return self.remains - self.amended

    @property
    def remains(self) -> Money:
        """What the invoice comes to with its credit memos; the customer owes it, or has paid it."""
        return self.billed - self.credited

    @property
    def left_by_line(self) -> dict[int, Money]:
        """What can still be given back, by the lines of which something can."""
        return {line.seq: line.left for line in self.lines if line.left}


def credit(invoice: Creditable, wanted: Mapping[int, Money] | None, *, settles: bool = False) -> dict[int, Money]:
    """Return what is to be given back by line: `wanted`, or all that is left where it is None.

    What a change of the contract gives back is not left for anybody else; a memo that `settles` just that may take
    what remains of the invoice. Raises NotOut, ComesToNothing, VoidUnderWay, NothingLeft, BadAmount for a line that
    there is not or of the wrong sign, and TooMuch.
    """
    if invoice.state not in CREDITABLE:
        raise NotOut(invoice.number, invoice.state, "credited")
    if not invoice.billed:
        raise ComesToNothing(invoice.number)
    if invoice.void_asked:
        raise VoidUnderWay(invoice.number)
    amounts = invoice.left_by_line if wanted is None else {seq: money for seq, money in wanted.items() if money}
    lines = {line.seq: line for line in invoice.lines}
    for seq, amount in amounts.items():
        if seq not in lines:
            raise BadAmount(f"The invoice has no line {seq}.")
        _check_line(lines[seq], amount)
    whole = total(amounts.values(), invoice.currency)
    if not Money.zero(invoice.currency) < whole:
        raise NothingLeft(invoice.number, invoice.left)
    left = invoice.remains if settles else invoice.left
    if left < whole:
        raise TooMuch(f"the invoice {invoice.number}", wanted=whole, left=left)
    return amounts


def settling(invoice: Creditable, amounts: Mapping[int, Money]) -> Creditable:
    """Return the invoice as a memo sees it that gives back, so much by line, what a change of the contract does."""
    lines = (
        replace(line, amended=line.amended - amounts[line.seq]) if line.seq in amounts else line
        for line in invoice.lines
    )
    return replace(invoice, lines=tuple(lines))


def check_void(invoice: Creditable) -> None:
    """Raise NotOut, WasPaid, VoidUnderWay, WasCredited, WasAmended or ChargedBeside unless it may be voided."""
    if invoice.state in ("paid", "part paid"):
        raise WasPaid(invoice.number)
    if invoice.state not in VOIDABLE:
        raise NotOut(invoice.number, invoice.state, "voided")
    if invoice.void_asked:
        raise VoidUnderWay(invoice.number)
    if any(line.credited for line in invoice.lines):
        raise WasCredited(invoice.number, invoice.credited)
    if any(line.amended for line in invoice.lines):
        raise WasAmended(invoice.number, invoice.amended)
    if invoice.charged:
        raise ChargedBeside(invoice.number, invoice.charged)


def check_same(invoice: Creditable, shown_left: Money) -> None:
    """Raise ChangedMeanwhile when another amount is left than the person saw who asked."""
    if invoice.left != shown_left:
        raise ChangedMeanwhile(invoice.number, invoice.left)


def spread(back: Money, rooms: Sequence[Money]) -> list[Money]:
    """Return what of an amount that was given back falls on each line, the first ones first, none beyond its room.

    A line without room, or with room of the other sign, takes nothing. What no line has room for is left out.
    """
    found: list[Money] = []
    for room in rooms:
        is_open = back.amount * room.amount > 0
        found.append(min((back, room), key=lambda money: abs(money.amount)) if is_open else Money.zero(back.currency))
        back -= found[-1]
    return found


def read_amount(text: str, line: BilledLine) -> Money:
    """Read an amount that a person typed for a line; empty is nothing. Raises BadAmount and TooMuch."""
    typed = text.strip().removeprefix(line.billed.currency).replace(",", "").replace(" ", "")
    if typed.startswith("(") and typed.endswith(")"):
        typed = f"-{typed[1:-1]}"
    try:
        amount = Decimal(typed or "0")
    except InvalidOperation:
        raise BadAmount(f"{text.strip()[:40]!r} is not an amount. Write it like {line.left.amount:,f}.") from None
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise BadAmount(f"{text.strip()[:40]!r} is not an amount. Write it like {line.left.amount:,f}.")
    try:
        money = Money(amount, line.billed.currency)
    except NotWholeMinorUnits:
        raise BadAmount(f"{typed} has more decimals than {line.billed.currency}.") from None
    _check_line(line, money)
    return money


def _check_line(line: BilledLine, amount: Money) -> None:
    """A line is given back from nothing to what is left of it; one below zero (a discount) likewise, below zero."""
    if amount.currency != line.billed.currency:
        raise BadAmount(f"Line {line.seq} is billed in {line.billed.currency}, not in {amount.currency}.")
    low, high = sorted((Money.zero(amount.currency), line.left), key=lambda money: money.amount)
    if amount < low and line.left.minor >= 0:
        raise BadAmount(f"Line {line.seq}: an amount below zero would bill more, not less.")
    if amount < low or high < amount:
        raise TooMuch(f"line {line.seq}, {line.description[:60]}", wanted=amount, left=line.left)
