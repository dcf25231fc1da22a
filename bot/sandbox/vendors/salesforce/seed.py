"""Fills a fresh organisation with the demo's company."""

from __future__ import annotations

from decimal import Decimal

from bot.sandbox.company import CUSTOMERS, OWNERS, PRICE_BOOK, PRICE_RATES, PRODUCTS, Customer, Product
from bot.sandbox.vendors.salesforce.records import number
from bot.sandbox.vendors.salesforce.schema import SOBJECTS
from bot.sandbox.vendors.salesforce.simulator import SalesforceSimulator
from bot.sandbox.vendors.store import Record


def seed(salesforce: SalesforceSimulator) -> None:
    """Fill a fresh organisation with the company's users, price book and customers; leave one with users alone."""
    if salesforce.store.all("User", limit=1):
        return
    with salesforce.changing() as records:
        users = {
            handle: records.insert(
                SOBJECTS["User"], {"Username": email, "Email": email, "Name": name, "IsActive": True}
            )
            for handle, (name, email) in OWNERS.items()
        }
        for product in PRODUCTS:
            made = {"Name": product.name, "ProductCode": product.code, "IsActive": True, "Family": product.family}
            row = records.insert(SOBJECTS["Product2"], made)
            for currency, rate in PRICE_RATES.items():
                records.insert(SOBJECTS["PricebookEntry"], _entry(row, product, currency, rate))
        for customer in CUSTOMERS:
            account = records.insert(SOBJECTS["Account"], _account(customer, users[customer.owner]["Id"]))
            records.insert(SOBJECTS["Contact"], _contact(customer, account["Id"]))


def _entry(row: Record, product: Product, currency: str, rate: str) -> Record:
    whole = Decimal(1) if currency == "JPY" else Decimal("0.01")
    return {
        "Pricebook2Id": PRICE_BOOK,
        "Product2Id": row["Id"],
        "UnitPrice": number((product.usd * Decimal(rate)).quantize(whole)),
        "IsActive": True,
        "CurrencyIsoCode": currency,
    }


def _account(customer: Customer, owner: str) -> Record:
    return {
        "Name": customer.name,
        "BillingStreet": customer.street,
        "BillingCity": customer.city,
        "BillingState": customer.state,
        "BillingPostalCode": customer.postal_code,
        "BillingCountry": customer.country,
        "CurrencyIsoCode": customer.currency,
        "OwnerId": owner,
    }


def _contact(customer: Customer, account: str) -> Record:
    return {
        "AccountId": account,
        "FirstName": customer.first_name,
        "LastName": customer.last_name,
        "Email": customer.email,
        "Phone": customer.phone,
    }
