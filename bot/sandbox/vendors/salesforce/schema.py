"""The Salesforce objects that the simulator has, with their fields, as describe would tell them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

API_VERSION: Final = "66.0"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object. `relationship` is the name under which a query reaches the record it points to."""

    name: str
    type: str
    length: int = 0
    required: bool = False
    writable: bool = True
    create_only: bool = False
    scale: int = 0
    refers_to: str | None = None
    relationship: str | None = None
    values: tuple[str, ...] = ()
    custom: bool = False

    def described(self) -> dict[str, Any]:
        """Return the field as describe shows it."""
        return {
            "name": self.name,
            "label": self.name.removesuffix("__c").replace("_", " "),
            "type": self.type,
            "length": self.length,
            "precision": 18 if self.type in ("currency", "double") else 0,
            "scale": self.scale,
            "nillable": not self.required,
            "createable": self.writable,
            "updateable": self.writable and not self.create_only,
            "custom": self.custom,
            "idLookup": self.name == "Id",
            "referenceTo": [self.refers_to] if self.refers_to else [],
            "relationshipName": self.relationship,
            "picklistValues": [{"active": True, "label": one, "value": one} for one in self.values],
        }


@dataclass(frozen=True, slots=True)
class Child:
    """Records that point to an object: the name of the list, the object they are, the field that points."""

    relationship: str
    sobject: str
    field: str


@dataclass(frozen=True, slots=True)
class SObject:
    """One object: its fields by name, the first three letters of its ids, and the lists that hang from it."""

    name: str
    prefix: str
    own: tuple[Field, ...]
    children: tuple[Child, ...] = ()
    fields: dict[str, Field] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", {one.name: one for one in (*_SYSTEM, *self.own)})

    def described(self) -> dict[str, Any]:
        """Return the object as describe shows it."""
        return {
            "name": self.name,
            "label": self.name,
            "keyPrefix": self.prefix,
            "custom": False,
            "queryable": True,
            "createable": True,
            "updateable": True,
            "fields": [one.described() for one in self.fields.values()],
            "childRelationships": [
                {"childSObject": one.sobject, "field": one.field, "relationshipName": one.relationship}
                for one in self.children
            ],
        }


def _reference(name: str, to: str, *, required: bool = False, create_only: bool = False) -> Field:
    relationship = name.removesuffix("Id")
    return Field(name, "reference", 18, required, create_only=create_only, refers_to=to, relationship=relationship)


def _custom_text(name: str, length: int = 255) -> Field:
    return Field(name, "string", length, custom=True)


def _read_only(name: str, kind: str, length: int = 0, scale: int = 0) -> Field:
    return Field(name, kind, length, writable=False, scale=scale)


CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF", "SEK", "CAD", "AUD", "JPY", "KWD", "AED", "SGD", "BRL", "PLN", "INR")
"""The currencies that the demo organisation has switched on."""

_CURRENCY: Final = Field("CurrencyIsoCode", "picklist", 255, values=CURRENCIES)
_STAGES: Final = (
    "Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review", "Closed Won", "Closed Lost",
)  # fmt: skip
_BILLINGS: Final = ("one_time", "flat", "per_unit")
_FREQUENCIES: Final = ("monthly", "quarterly", "semiannual", "annual")

_SYSTEM: Final = (
    Field("Id", "id", 18, required=True, writable=False),
    _read_only("IsDeleted", "boolean"),
    _read_only("CreatedDate", "datetime"),
    Field("CreatedById", "reference", 18, writable=False, refers_to="User", relationship="CreatedBy"),
    _read_only("LastModifiedDate", "datetime"),
    _read_only("SystemModstamp", "datetime"),
)

_ALL: Final = (
    SObject(
        "User",
        "005",
        (
            Field("Username", "string", 80),
            Field("Email", "email", 128),
            _read_only("Name", "string", 121),
            Field("IsActive", "boolean"),
            _reference("ManagerId", "User"),
        ),
    ),
    SObject(
        "Account",
        "001",
        (
            Field("Name", "string", 255, required=True),
            _reference("ParentId", "Account"),
            Field("AccountNumber", "string", 40),
            Field("BillingStreet", "textarea", 255),
            Field("BillingCity", "string", 40),
            Field("BillingState", "string", 80),
            Field("BillingPostalCode", "string", 20),
            Field("BillingCountry", "string", 80),
            _CURRENCY,
            _reference("OwnerId", "User"),
        ),
        (Child("Contacts", "Contact", "AccountId"), Child("Opportunities", "Opportunity", "AccountId")),
    ),
    SObject(
        "Contact",
        "003",
        (
            _reference("AccountId", "Account"),
            Field("FirstName", "string", 40),
            Field("LastName", "string", 80, required=True),
            Field("Email", "email", 80),
            Field("Phone", "phone", 40),
        ),
    ),
    SObject(
        "Product2",
        "01t",
        (
            Field("Name", "string", 255),
            Field("ProductCode", "string", 255),
            Field("IsActive", "boolean"),
            Field("Family", "picklist", 255, values=("Subscription", "Services", "Usage")),
        ),
    ),
    SObject(
        "PricebookEntry",
        "01u",
        (
            Field("Pricebook2Id", "reference", 18),
            _reference("Product2Id", "Product2"),
            Field("UnitPrice", "currency", scale=2),
            Field("IsActive", "boolean"),
            _CURRENCY,
        ),
    ),
    SObject(
        "Opportunity",
        "006",
        (
            _reference("AccountId", "Account"),
            Field("Name", "string", 120, required=True),
            Field("StageName", "picklist", 255, required=True, values=_STAGES),
            Field("Amount", "currency", scale=2),
            _read_only("ExpectedRevenue", "currency"),
            Field("CloseDate", "date", required=True),
            _read_only("IsClosed", "boolean"),
            _read_only("IsWon", "boolean"),
            Field("Type", "picklist", 255, values=("New Business", "Renewal", "Expansion")),
            Field("NextStep", "string", 255),
            Field("Pricebook2Id", "reference", 18),
            _reference("OwnerId", "User"),
            _reference("ContactId", "Contact", create_only=True),
            _CURRENCY,
            _read_only("HasOpportunityLineItem", "boolean"),
            _read_only("LastStageChangeDate", "datetime"),
            _custom_text("Dunwell_PO_Number__c", 80),
            _custom_text("Dunwell_Payment_Terms__c", 80),
            Field("Dunwell_Start_Date__c", "date", custom=True),
            Field("Dunwell_End_Date__c", "date", custom=True),
            _custom_text("Billing_Email__c", 80),
            Field("Renewal_Term__c", "double", custom=True),
            Field(
                "Billing_Frequency__c", "picklist", 255, values=("Monthly", "Every half-year", "Yearly"), custom=True
            ),
            Field("Billing_Timing__c", "picklist", 255, values=("Advance", "Arrears"), custom=True),
            _custom_text("Region__c", 80),
            _custom_text("Dunwell_Invoice_Number__c", 80),
            _custom_text("Dunwell_Invoice_Status__c", 80),
            _custom_text("Dunwell_Invoice_Total__c", 80),
        ),
        (
            Child("OpportunityLineItems", "OpportunityLineItem", "OpportunityId"),
            Child("OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"),
        ),
    ),
    SObject(
        "OpportunityLineItem",
        "00k",
        (
            _reference("OpportunityId", "Opportunity", required=True),
            _reference("PricebookEntryId", "PricebookEntry"),
            _reference("Product2Id", "Product2"),
            _read_only("ProductCode", "string", 255),
            _read_only("Name", "string", 376),
            Field("Quantity", "double", scale=2),
            Field("UnitPrice", "currency", scale=2),
            Field("TotalPrice", "currency", scale=2),
            _read_only("ListPrice", "currency", scale=2),
            Field("Discount", "percent"),
            Field("ServiceDate", "date"),
            Field("Description", "string", 255),
            Field("SortOrder", "int"),
            Field("Dunwell_Billing__c", "picklist", 255, values=_BILLINGS, custom=True),
            Field("Dunwell_Frequency__c", "picklist", 255, values=_FREQUENCIES, custom=True),
            _custom_text("Department__c", 80),
            _custom_text("Region__c", 80),
        ),
    ),
    SObject(
        "OpportunityContactRole",
        "00K",
        (
            _reference("OpportunityId", "Opportunity"),
            _reference("ContactId", "Contact"),
            Field("Role", "picklist", 255, values=("Billing", "Decision Maker", "Business User")),
            Field("IsPrimary", "boolean"),
        ),
    ),
)

SOBJECTS: Final = {one.name: one for one in _ALL}

OWNED_BY: Final = {"OpportunityLineItem": "OpportunityId", "OpportunityContactRole": "OpportunityId"}
"""The objects that are parts of another one: a change of theirs changes it too."""
OWNER_FIELD: Final = {**OWNED_BY, "Contact": "AccountId", "Opportunity": "AccountId"}
"""Where the store finds the parent of a record, so that lists of children need no search."""


def find_sobject(name: str) -> SObject | None:
    """Return the object of that name, whatever its letters' case."""
    return next((one for one in SOBJECTS.values() if one.name.lower() == name.lower()), None)


def find_field(sobject: SObject, name: str) -> Field | None:
    """Return the field of that name, whatever its letters' case."""
    return next((one for one in sobject.fields.values() if one.name.lower() == name.lower()), None)
