"""From which fields of the CRM a deal is read, beyond those that the policy names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

DEAL_FIELDS: Final = (
    *("po_number", "payment_terms", "start_date", "end_date", "billing_email", "frequency", "timing"),
    *("renewal_months", "uplift_pct"),
    *("invoice_number", "invoice_status", "invoice_total"),  # written
)
LINE_FIELDS: Final = ("billing", "frequency", "timing")


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The names of the CRM's fields by ours, for a deal and for its lines, and what the CRM's own words mean.

    `words` has by field, or by dimension, what a word there is called here: a dimension's values are taken as they are
    where nothing is said. A deal's dimensions are for all of its lines; those of a line go before them.
    """

    deal: Mapping[str, str] = field(default_factory=dict)
    line: Mapping[str, str] = field(default_factory=dict)
    deal_dimensions: Mapping[str, str] = field(default_factory=dict)
    line_dimensions: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: str = ""
