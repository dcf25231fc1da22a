"""From terms and usage to planned invoices and their rated lines. Pure: dates, usage and what was billed are arguments.

`plan(terms, horizon=, reached=)` returns every `PlannedInvoice` dated up to the horizon, oldest first. Its `key` is the
invoice date, or `milestone:<id>` for a milestone that an event brings; it is unique within the contract and stays the
same when the contract is planned again. `last_invoice_date(terms)` is the horizon of the whole first term.

`usage_needed(terms, planned)` tells which totals `rate` asks for. `rate(terms, planned, facts)` returns the
`RatedInvoice`; its lines turn into an invoice's by `as_invoice_line(seq, account=)`. An invoice without lines has
nothing to bill. Rate the invoices of a contract in their order, each with the facts after the one before:
`facts.after(rated.lines)`. To take the facts up again later, keep of each line its `key`, `measured` and `amount`, and
add them up by key into `Facts(usage, billed={key: Billed(quantity, amount)})`.

Changes: `with_quantity`, `with_unit_price` and `cancelled` return the terms from then on.
`adjust(old, new, effective=, facts=, made=, with_credit=)` takes the keys of the invoices `made` so far and returns
the `Adjustment` whose lines put right what they billed ahead: put them on the next invoice or a credit note, and into
the facts.

`amended(running, before, after, effective=)` finds by itself which of these a changed deal asks for, and `adjust_all`
puts right what was billed under several versions of the terms. `only_ends` tells a cancellation from any other
change, `taken_back(key)` of which charge a line of an adjustment takes back a part.

`late_invoice(terms, key=, on=, lines=)` plans the invoice for what came after the last invoice for metered lines, of
which `last_invoice_of(terms, line)` is the date. Rated with credit memos in its facts, it gives nothing back twice.

`quote(terms, since=, until=, reached=, used=)` bills a contract from its first day on paper, for a preview.
"""

from flows.rating.adjusting import Adjustment, adjust
from flows.rating.amendments import (
    AmendmentRefused,
    cancelled,
    with_quantity,
    with_unit_price,
)
from flows.rating.changing import Made, adjust_all, amended, only_ends, takes_effect
from flows.rating.facts import Billed, Facts, Usage, UsageMissing
from flows.rating.late import last_invoice_of, late_invoice
from flows.rating.memos import GivenBack, after_memos
from flows.rating.metered import UsageNeeded, usage_needed
from flows.rating.plan import ChargeKind, PlannedCharge, PlannedInvoice, last_invoice_date, plan
from flows.rating.prepaid import credit_balance
from flows.rating.quoting import Quote, quote
from flows.rating.rate import rate
from flows.rating.rated import Provenance, RatedInvoice, RatedLine
from flows.rating.standing import taken_back

__all__ = [
    "Adjustment",
    "AmendmentRefused",
    "Billed",
    "ChargeKind",
    "Facts",
    "GivenBack",
    "Made",
    "PlannedCharge",
    "PlannedInvoice",
    "Provenance",
    "Quote",
    "RatedInvoice",
    "RatedLine",
    "Usage",
    "UsageMissing",
    "UsageNeeded",
    "adjust",
    "adjust_all",
    "after_memos",
    "amended",
    "cancelled",
    "credit_balance",
    "last_invoice_date",
    "last_invoice_of",
    "late_invoice",
    "only_ends",
    "plan",
    "quote",
    "rate",
    "taken_back",
    "takes_effect",
    "usage_needed",
    "with_quantity",
    "with_unit_price",
]
