"""The names of the custom fields that Dunwell reads and writes; an organisation may call them otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self

from flows.errors import ConfigurationError
from flows.values.field_mapping import FieldMapping

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True)
class SalesforceFields:
    """API names of fields on Opportunity and OpportunityLineItem, and what their words mean.

    Those that are None are not asked for. Raises ConfigurationError for a name that cannot be one, since names stand
    unquoted in queries.
    """

    po_number: str = "Dunwell_PO_Number__c"
    payment_terms: str = "Dunwell_Payment_Terms__c"
    start_date: str = "Dunwell_Start_Date__c"
    end_date: str = "Dunwell_End_Date__c"
    invoice_number: str = "Dunwell_Invoice_Number__c"
    invoice_status: str = "Dunwell_Invoice_Status__c"
    invoice_total: str = "Dunwell_Invoice_Total__c"
    billing: str = "Dunwell_Billing__c"
    frequency: str = "Dunwell_Frequency__c"
    billing_email: str | None = None
    deal_frequency: str | None = None
    deal_timing: str | None = None
    renewal_months: str | None = None
    uplift_pct: str | None = None
    timing: str | None = None
    deal_dimensions: Mapping[str, str] = field(default_factory=dict)
    line_dimensions: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = {one.name: getattr(self, one.name) for one in fields(self)}
        for dimensions in (self.deal_dimensions, self.line_dimensions):
            named |= {f"dimensions.{ours}": theirs for ours, theirs in dimensions.items()}
        for ours, theirs in named.items():
            if isinstance(theirs, str) and not _NAME.fullmatch(theirs):
                raise ConfigurationError(
                    f"salesforce.{ours}: {theirs[:40]!r} is not the API name of a field; it looks like Terms__c."
                )

    @classmethod
    def named(cls, names: Mapping[str, str]) -> Self:
        """Return the fields with some names changed. Raises ConfigurationError for one that Dunwell does not use."""
        known = {one.name for one in fields(cls) if isinstance(one.default, str)}
        for name in names:
            if name not in known:
                raise ConfigurationError(f"salesforce.{name}: is not used; there are {', '.join(sorted(known))}.")
        chosen: dict[str, Any] = dict(names)
        return cls(**chosen)

    def mapped(self, mapping: FieldMapping) -> Self:
        """Return the fields as the mapping file has them where it names them.

        Raises ConfigurationError for one that has another name in the policy already.
        """
        named = {"frequency": "deal_frequency", "timing": "deal_timing"}
        changed = {named.get(ours, ours): theirs for ours, theirs in mapping.deal.items()} | dict(mapping.line)
        usual = type(self)()
        for ours, theirs in changed.items():
            if getattr(self, ours) not in (getattr(usual, ours), theirs):
                raise ConfigurationError(
                    f"salesforce.{ours}: is {getattr(self, ours)} in the policy and {theirs} in the mapping file; "
                    "keep one of them."
                )
        return replace(
            self,
            **changed,
            deal_dimensions=mapping.deal_dimensions,
            line_dimensions=mapping.line_dimensions,
            words=mapping.words,
        )

    def on_opportunity(self) -> tuple[str, ...]:
        """Return the fields that are read from an opportunity, each once."""
        asked = (self.po_number, self.payment_terms, self.start_date, self.end_date, self.billing_email)
        more = (
            self.deal_frequency,
            self.deal_timing,
            self.renewal_months,
            self.uplift_pct,
            *self.deal_dimensions.values(),
        )
        return tuple(dict.fromkeys(name for name in (*asked, *more) if name is not None))

    def written(self) -> tuple[str, ...]:
        """Return the fields that are written back to an opportunity."""
        return (self.invoice_number, self.invoice_status, self.invoice_total)

    def on_line(self) -> tuple[str, ...]:
        """Return the fields that are read from a line item, each once."""
        asked = (self.billing, self.frequency, self.timing, *self.line_dimensions.values())
        return tuple(dict.fromkeys(name for name in asked if name is not None))
