"""Deals of an organisation with fields and words of its own, read by a mapping file, against the strict simulator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.vendors import RunningVendors
from bot.sandbox.vendors.salesforce.schema import SOBJECTS
from connectors.salesforce.fields import SalesforceFields
from flows.contracts.field_mapping import read_field_mapping
from flows.errors import ConfigurationError, Rejected
from flows.values.deal import Deal
from tests.connectors.test_salesforce_crm import DEAL, connect

MAPPING = read_field_mapping("""
    [deal]
    billing_email = "Billing_Email__c"
    frequency = "Billing_Frequency__c"
    timing = "Billing_Timing__c"

    [deal.dimensions]
    region = "Region__c"

    [line.dimensions]
    region = "Region__c"
    department = "Department__c"

    [words.frequency]
    "every half-year" = "semiannual"

    [words.department]
    "Professional Services" = "Services"
""")
LINES = [{"product": "SEAT", "description": "Seats", "quantity": "4", "unit_price": "60", "billing": "per_unit"}]


def closed(vendors: RunningVendors, said: dict[str, Any], of_the_line: dict[str, Any]) -> str:
    """Close a deal whose own fields say something, and give its id."""
    deal_id = str(vendors.close_deal({**DEAL, "lines": [*LINES, DEAL["lines"][1]]})["id"])
    vendors.change_deal(deal_id, said)
    with vendors.salesforce.changing() as records:
        line = next(
            one for one in records.store.all("OpportunityLineItem", owner=deal_id) if one["Description"] == "Seats"
        )
        records.overwrite(SOBJECTS["OpportunityLineItem"], line, of_the_line)
    return deal_id


def read(vendors: RunningVendors, deal_id: str) -> Deal:
    return connect(vendors, fields=SalesforceFields().mapped(MAPPING)).read_deal(deal_id)


def test_a_deal_says_for_all_lines_what_a_line_does_not(vendors: RunningVendors) -> None:
    said = {"Billing_Frequency__c": "Every half-year", "Billing_Timing__c": "Arrears", "Region__c": "North"}
    deal = read(vendors, closed(vendors, said, {"Department__c": "Professional Services"}))
    seats, setup = deal.lines
    assert (seats.frequency, seats.timing) == ("semiannual", "arrears")
    assert seats.dimensions == (("department", "Services"), ("region", "North"))
    assert (setup.frequency, setup.timing, setup.dimensions) == (None, None, (("region", "North"),))
    assert deal.contact_email == "ap@brightwater.example"
    assert Deal.from_json(deal.as_json()) == deal


def test_a_line_goes_before_its_deal_and_the_billing_address_before_the_contact(vendors: RunningVendors) -> None:
    said = {"Billing_Frequency__c": "Yearly", "Region__c": "North", "Billing_Email__c": "bills@brightwater.example"}
    own = {"Dunwell_Frequency__c": "quarterly", "Region__c": "South"}
    deal = read(vendors, closed(vendors, said, own))
    assert (deal.lines[0].frequency, deal.lines[0].dimensions) == ("quarterly", (("region", "South"),))
    assert deal.contact_email == "bills@brightwater.example"


def test_what_is_not_mapped_is_neither_asked_nor_part_of_the_version(vendors: RunningVendors) -> None:
    deal_id = closed(vendors, {"Region__c": "North"}, {})
    plain = connect(vendors).read_deal(deal_id)
    assert plain.lines[0].dimensions == () and "dimensions" not in plain.as_json()
    assert plain.content_hash() != read(vendors, deal_id).content_hash()


def test_a_mapped_field_that_the_organisation_lacks_is_named(vendors: RunningVendors) -> None:
    lacking = read_field_mapping('[line.dimensions]\nproject = "Project__c"')
    with pytest.raises(Rejected) as caught:
        connect(vendors, fields=SalesforceFields().mapped(lacking)).check()
    assert "OpportunityLineItem.Project__c" in caught.value.reason and "mapping file" in caught.value.reason


def test_a_field_is_not_named_twice_in_different_ways() -> None:
    mapping = read_field_mapping('[deal]\npo_number = "Order__c"')
    with pytest.raises(ConfigurationError, match=r"salesforce\.po_number: is PO__c in the policy and Order__c"):
        SalesforceFields.named({"po_number": "PO__c"}).mapped(mapping)


def test_a_text_is_not_taken_for_a_date(vendors: RunningVendors) -> None:
    deal_id = closed(vendors, {"Region__c": "as soon as it is signed"}, {})
    mapping = read_field_mapping('[deal]\nend_date = "Region__c"')
    crm = connect(vendors, fields=SalesforceFields().mapped(mapping))
    with pytest.raises(Rejected, match=r"Opportunity\.Region__c is of type string; name one of type Date"):
        crm.check()
    with pytest.raises(Rejected, match=r"Region__c says “as soon as it is signed”, which is no date"):
        crm.read_deal(deal_id)


def test_a_renewal_is_read_as_a_number_and_kept_with_the_deal(vendors: RunningVendors) -> None:
    deal_id = closed(vendors, {"Renewal_Term__c": 12, "Region__c": "a year"}, {})
    mapping = read_field_mapping('[deal]\nrenewal_months = "Renewal_Term__c"')
    deal = connect(vendors, fields=SalesforceFields().mapped(mapping)).read_deal(deal_id)
    assert (deal.renewal_months, deal.uplift_pct) == (Decimal(12), None)
    assert Deal.from_json(deal.as_json()) == deal
    wrong = read_field_mapping('[deal]\nuplift_pct = "Region__c"')
    with pytest.raises(Rejected, match=r"Region__c says “a year”, which is no number"):
        connect(vendors, fields=SalesforceFields().mapped(wrong)).read_deal(deal_id)
