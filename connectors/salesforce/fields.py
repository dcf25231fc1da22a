"""The names of the custom fields that Dunwell reads and writes; an organisation may call them otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from flows.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class SalesforceFields:
    """API names of fields on Opportunity, and (the last two) on OpportunityLineItem.

    Raises ConfigurationError for a name that cannot be one, since names stand unquoted in queries.
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

    def __post_init__(self) -> None:
        for field in fields(self):
            name = getattr(self, field.name)
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,79}", name):
                raise ConfigurationError(
                    f"salesforce.{field.name}: {name[:40]!r} is not the API name of a field; it looks like Terms__c."
                )

    @classmethod
    def named(cls, names: Mapping[str, str]) -> Self:
        """Return the fields with some names changed. Raises ConfigurationError for one that Dunwell does not use."""
        known = {field.name for field in fields(cls)}
        for name in names:
            if name not in known:
                raise ConfigurationError(f"salesforce.{name}: is not used; there are {', '.join(sorted(known))}.")
        return cls(**names)

    def on_opportunity(self) -> tuple[str, ...]:
        """Return the fields that are read from an opportunity."""
        return (self.po_number, self.payment_terms, self.start_date, self.end_date)

    def written(self) -> tuple[str, ...]:
        """Return the fields that are written back to an opportunity."""
        return (self.invoice_number, self.invoice_status, self.invoice_total)

    def on_line(self) -> tuple[str, ...]:
        """Return the fields that are read from a line item."""
        return (self.billing, self.frequency)
