"""What is wrong with a line's coding, in sentences. Plain text: whoever shows it escapes it for its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flows.dimensions.coding import LineError, posting_of
from flows.dimensions.model import ACCOUNT, CUSTOMER, CodingError, DimensionConfig, LineCoding
from flows.dimensions.rules import period_of, refused_combinations
from flows.values import words
from flows.values.invoice import InvoiceContent, InvoiceLine


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence is about."""

    config: DimensionConfig
    content: InvoiceContent
    line: InvoiceLine | None
    error: CodingError

    @property
    def value(self) -> str:
        """What the line says in the field, between quotation marks where it is none of ours."""
        said = self.line.account if self.line and self.error.field == ACCOUNT else None
        said = said or (dict(self.line.dimensions).get(self.error.field) if self.line else None) or ""
        return words.quoted(said) if self.error.code.startswith("unknown") else words.shortened(said)

    @property
    def field(self) -> str:
        """The field as people call it."""
        return called(self.config, self.error.field)


def called(config: DimensionConfig, field: str) -> str:
    """Return what people call a field: account, posting date, or the dimension by its name, in small letters."""
    known = config.dimensions.get(field)
    return words.shortened((known.name if known and known.name else field).replace("_", " ")).lower()


def in_words(config: DimensionConfig, content: InvoiceContent, errors: Sequence[LineError]) -> str:
    """Return the first error in words and how many more there are."""
    first = sentence(config, content, errors[0])
    return first if len(errors) == 1 else f"{first} There is more to mend: {len(errors) - 1}."


def sentence(config: DimensionConfig, content: InvoiceContent, wrong: LineError) -> str:
    """Return the error as a sentence that begins with the line that it is about."""
    line = next((line for line in content.lines if line.seq == wrong.seq), None)
    text = fault(config, content, line, wrong.error)
    return f"Line {line.seq} ({words.shortened(line.description)}): {text}" if line else f"{text[:1].upper()}{text[1:]}"


def fault(config: DimensionConfig, content: InvoiceContent, line: InvoiceLine | None, error: CodingError) -> str:
    """Return what is wrong and what fits instead, without naming the line."""
    said = Said(config, content, line, error)
    return f"{_SENTENCES[error.code](said)}{_instead(error)}."


def _instead(error: CodingError) -> str:
    if error.suggestion is None:
        return ""
    instead = words.shortened(error.suggestion)
    how = {"unknown_value": "probably {} is meant", "required": "usual for this customer is {}"}
    return f"; {how.get(error.code, 'use {} instead').format(instead)}"


def _inactive(said: Said) -> str:
    return f"the {said.field} {said.value} is no longer used"


def _unknown(said: Said) -> str:
    if said.error.field == ACCOUNT:
        return f"the account {said.value} is not in the chart of accounts"
    return f"there is no {said.field} {said.value}"


def _required(said: Said) -> str:
    if said.error.field == ACCOUNT or said.line is None:
        return f"the {said.field} is missing"
    account = said.config.accounts.get(said.line.account)
    asks = account and said.error.field in account.requires
    return f"the {said.field} is missing" + (f", which account {said.line.account} asks for" if asks else "")


def _not_postable(said: Said) -> str:
    kind = "is a heading" if said.error.field == ACCOUNT else "only groups others"
    return f"the {said.field} {said.value} {kind}; nothing is booked on it"


def _currency(said: Said) -> str:
    account = said.config.accounts[said.line.account] if said.line else None
    only = account.currency if account else "another currency"
    return f"the account {said.value} takes only {only}, and the invoice is in {said.content.currency}"


def _validity(said: Said) -> str:
    written = dict(said.line.dimensions).get(said.error.field, "") if said.line else ""
    known = said.config.dimensions[said.error.field].values.get(written)
    since = f" from {words.day(known.valid_from)}" if known and known.valid_from else ""
    until = f" until {words.day(known.valid_to)}" if known and known.valid_to else ""
    on = words.day(said.content.invoice_date)
    return f"the {said.field} {said.value} is valid{since}{until}, and the invoice is dated {on}"


def _subsidiary(said: Said) -> str:
    return f"the {said.field} {said.value} does not belong to {_issuer(said)}"


def _issuer(said: Said) -> str:
    code = posting_of(said.config, said.content).subsidiary
    return company(said.config, code) if code else "the subsidiary"


def company(config: DimensionConfig, code: str) -> str:
    """Return what people call a subsidiary."""
    known = config.subsidiaries.get(code)
    return words.shortened(known.name if known and known.name else code)


def _combination(said: Said) -> str:
    line = said.line
    assert line is not None
    coding, posting = LineCoding(line.account, dict(line.dimensions)), posting_of(said.config, said.content)
    refused = refused_combinations(said.config, coding, posting)
    source = next(each.source for each in refused if each.target == said.error.field)
    beside = {ACCOUNT: line.account, CUSTOMER: posting.customer, **coding.dimensions}.get(source) or ""
    other = f"the {called(said.config, source)} {words.shortened(beside)}".rstrip()
    return f"the {said.field} {said.value} does not go with {other}"


def _too_many(said: Said) -> str:
    count = len(said.line.dimensions) if said.line else 0
    return f"it has {count} dimensions; {said.config.max_dimensions} is the most"


def _period(said: Said) -> str:
    issuer = posting_of(said.config, said.content).subsidiary
    return about_the_period(said.config, said.content.invoice_date, issuer, said.error)


def about_the_period(config: DimensionConfig, day: date, subsidiary: str | None, error: CodingError) -> str:
    """Return why nothing can be booked on that day: "the period Nov 2026 is closed"."""
    period = period_of(config, day, subsidiary)
    if period is None:
        return f"there is no accounting period for {words.day(day)}"
    named = f"the period {period.name}" if period.name else f"the period of {words.day(day)}"
    whose = f" of {company(config, period.subsidiary)}" if period.subsidiary else ""
    return f"{named}{whose} is closed" + (" for invoices" if error.code == "period_locked_ar" else "")


_SENTENCES: Final[Mapping[str, Callable[[Said], str]]] = {
    "required": _required,
    "unknown_value": _unknown,
    "unknown_dimension": lambda said: f"there is no dimension {words.quoted(said.error.field)}",
    "inactive": _inactive,
    "not_postable": _not_postable,
    "currency_mismatch": _currency,
    "outside_validity": _validity,
    "not_in_subsidiary": _subsidiary,
    "invalid_combination": _combination,
    "too_many_dimensions": _too_many,
    "no_period": _period,
    "period_closed": _period,
    "period_locked_ar": _period,
}
