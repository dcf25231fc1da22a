"""The coding of a whole invoice: what people chose, what relationships fill in, and what is still wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from flows.dimensions.model import ACCOUNT, POSTING_DATE, CodingError, DimensionConfig, LineCoding
from flows.dimensions.rules import Posting, check
from flows.values.invoice import InvoiceContent, InvoiceLine


@dataclass(frozen=True, slots=True)
class Mend:
    """What a person chose for a line. `field` is account or a dimension; an empty `value` leaves the dimension out."""

    source: str  # of the line
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with one line; `seq` is None for what concerns the whole invoice, its posting date."""

    seq: int | None
    error: CodingError


@dataclass(frozen=True, slots=True)
class Coded:
    """An invoice with its coding completed, what is still wrong, and what was filled in (line, dimension).

    What is wrong with the invoice itself comes first, then line by line.
    """

    content: InvoiceContent
    errors: tuple[LineError, ...]
    autofilled: tuple[tuple[int, str], ...]


def code_content(config: DimensionConfig, content: InvoiceContent, mends: Iterable[Mend] = ()) -> Coded:
    """Return the content as it is to be booked: people's choices first, then what relationships fill in.

    What was filled in before is filled in anew, so that it follows what it came from. Coding the answer again changes
    nothing. The posting date is the invoice date.
    """
    chosen: dict[str, list[Mend]] = {}
    for mend in mends:
        chosen.setdefault(mend.source, []).append(mend)
    lines: list[InvoiceLine] = []
    errors: list[LineError] = []
    for line in content.lines:
        coding = as_chosen(line, chosen.get(line.source, ()))
        posting = posting_of(config, content)
        checked = check(
            config,
            coding,
            posting_date=posting.date,
            subsidiary=posting.subsidiary,
            customer=posting.customer,
            currency=posting.currency,
        )
        dimensions = tuple(sorted({**coding.dimensions, **checked.autofilled}.items()))
        filled = tuple(sorted(checked.autofilled))
        lines.append(replace(line, account=coding.account or "", dimensions=dimensions, filled=filled))
        errors += [LineError(None if error.field == POSTING_DATE else line.seq, error) for error in checked.errors]
    return Coded(
        content=replace(content, lines=tuple(lines)),
        errors=tuple(sorted(dict.fromkeys(errors), key=lambda wrong: wrong.seq or 0)),
        autofilled=tuple((line.seq, name) for line in lines for name in line.filled),
    )


def as_chosen(line: InvoiceLine, mends: Iterable[Mend] = ()) -> LineCoding:
    """Return what the line says by itself and by people's choice, without what was filled in."""
    account = line.account
    dimensions = {name: value for name, value in line.dimensions if name not in line.filled}
    for mend in mends:
        if mend.field == ACCOUNT:
            account = mend.value
        elif mend.value:
            dimensions[mend.field] = mend.value
        else:
            dimensions.pop(mend.field, None)
    return LineCoding(account, dimensions)


def posting_of(config: DimensionConfig, content: InvoiceContent) -> Posting:
    """Return what surrounds an invoice's lines: its date, its customer by name, and the subsidiary that issues it."""
    customer = content.bill_to.name
    return Posting(content.invoice_date, config.issuer(customer), customer, content.currency)
