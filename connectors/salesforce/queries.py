"""The SOQL that Dunwell asks. simple_salesforce quotes the values; SalesforceFields has checked the names of fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from connectors.salesforce.fields import SalesforceFields
from connectors.salesforce.library import format_soql

_OPPORTUNITY: Final = (
    "Id", "Name", "Amount", "CloseDate", "IsWon", "SystemModstamp", "AccountId", "ContactId", "Account.Name",
    "Account.BillingStreet", "Account.BillingCity", "Account.BillingState", "Account.BillingPostalCode",
    "Account.BillingCountry", "Owner.Name", "Owner.Email",
)  # fmt: skip
_LINE: Final = (
    "Id",
    "ProductCode",
    "Name",
    "Product2.Name",
    "Description",
    "Quantity",
    "UnitPrice",
    "TotalPrice",
    "SortOrder",
)
_ROLE: Final = ("Id", "IsPrimary", "Contact.FirstName", "Contact.LastName", "Contact.Email")


def deals_query(deal_ids: Sequence[str], fields: SalesforceFields, *, with_currency: bool) -> str:
    """Return the query for opportunities with their account, owner, lines and contact roles.

    Organisations with a single currency have no CurrencyIsoCode and refuse a query that names it.
    """
    currency = ("CurrencyIsoCode",) if with_currency else ()
    lines = f"(SELECT {', '.join((*_LINE, *fields.on_line()))} FROM OpportunityLineItems)"  # noqa: S608
    roles = f"(SELECT {', '.join(_ROLE)} FROM OpportunityContactRoles)"  # noqa: S608
    selected = ", ".join((*_OPPORTUNITY, *currency, *fields.on_opportunity(), lines, roles))
    return f"SELECT {selected} FROM Opportunity" + format_soql(" WHERE Id IN {}", list(deal_ids))  # noqa: S608


def contact_query(contact_id: str) -> str:
    """Return the query for the contact that an opportunity names without a role."""
    return format_soql("SELECT FirstName, LastName, Email FROM Contact WHERE Id = {}", contact_id)


def won_lines_query(since: datetime) -> str:
    """Return the query for the lines changed since, of closed-won opportunities.

    A change of a line moves its opportunity's own stamp only where it changes the amount.
    """
    return format_soql(
        "SELECT OpportunityId, SystemModstamp FROM OpportunityLineItem "
        "WHERE Opportunity.IsWon = TRUE AND SystemModstamp >= {} ORDER BY SystemModstamp ASC, Id ASC",
        since,
    )


def won_query(since: datetime, *, won: bool = True) -> str:
    """Return the query for the closed-won opportunities (or the others) changed since, oldest change first."""
    return format_soql(
        "SELECT Id, SystemModstamp FROM Opportunity WHERE IsWon = {} AND SystemModstamp >= {} "
        "ORDER BY SystemModstamp ASC, Id ASC",
        won,
        since,
    )
