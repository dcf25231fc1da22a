"""Read the policy file and refuse it unless everything in it can be carried out as it is written.

All mistakes are told at once, each with its line and the mend; what is checked against Slack itself (do the people, the
group and the channels exist?) is the business of `dunwell doctor`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Final
from zoneinfo import ZoneInfo

from flows.errors import ConfigurationError
from flows.policy.matrix import approval_policy, check_channel, unreachable
from flows.policy.model import BillingPolicy, Company, Policy, SlackPolicy
from flows.policy.places import Places
from flows.policy.reading import Fault, Section
from flows.schedule import read_payment_terms
from flows.values.terms import UnknownTerms

SALESFORCE_FIELDS: Final[Mapping[str, str]] = {
    "po_number": "Dunwell_PO_Number__c",
    "payment_terms": "Dunwell_Payment_Terms__c",
    "start_date": "Dunwell_Start_Date__c",
    "end_date": "Dunwell_End_Date__c",
    "invoice_number": "Dunwell_Invoice_Number__c",
    "invoice_status": "Dunwell_Invoice_Status__c",
    "invoice_total": "Dunwell_Invoice_Total__c",
    "billing": "Dunwell_Billing__c",
    "frequency": "Dunwell_Frequency__c",
}

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SYNTAX = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)")


class PolicyError(ConfigurationError):
    """The policy file cannot be used. `faults` are all its mistakes, in the order of the file."""

    code = "configuration.policy"

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(f"{name} line {fault.line}: {fault.message}" for fault in self.faults))


def load_policy(path: FilePath) -> Policy:
    """Return the policy in that file.

    Raises ConfigurationError when it cannot be read, and its subclass PolicyError with every mistake, line by line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no policy file at {path}. Copy policy.example.toml there, or set DUNWELL_POLICY to where it is."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The policy file {path} cannot be read: {error}.") from error
    return read_policy(text, name=path.name)


def read_policy(text: str, *, name: str = "policy.toml") -> Policy:
    """Return the policy that `text` says; `name` is what mistakes call the file. Raises PolicyError."""
    text = text.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(name, [_syntax(str(error), text)]) from None
    faults: list[Fault] = []
    root = Section(raw, (), Places(text), faults)
    policy = Policy(
        version=hashlib.sha256(text.encode()).hexdigest()[:12],
        company=_company(root.section("company")),
        billing=_billing(root.section("billing")),
        slack=_slack(root.section("slack")),
        approvals=approval_policy(root.section("approvals")),
        salesforce=_salesforce(root.section("salesforce", required=False)),
    )
    root.finish()
    faults.extend(unreachable(policy.approvals, root.places))
    if faults:
        raise PolicyError(name, faults)
    return policy


def _company(section: Section) -> Company:
    company = Company(
        name=section.text("name", example="Northwind Ltd"),
        address=section.text("address", example="1 High Street, Leeds"),
        email=section.text("email", example="billing@northwind.example"),
        tax_id=section.optional_text("tax_id"),
        bank_details=section.text("bank_details", example="IBAN DE00 …, BIC …"),
        invoice_prefix=section.text("invoice_prefix", default="INV-", example="INV-"),
        credit_memo_prefix=section.text("credit_memo_prefix", default="CM-", example="CM-"),
    )
    if company.email != "?" and not _EMAIL.fullmatch(company.email):
        section.fault("email", f'is "{company.email}", which is not an e-mail address.')
    prefixes = {"invoice_prefix": company.invoice_prefix, "credit_memo_prefix": company.credit_memo_prefix}
    for (key, prefix), example in zip(prefixes.items(), ("INV-", "CM-"), strict=True):
        if not re.fullmatch(r"[A-Za-z0-9/_.-]{1,12}|\?", prefix):
            section.fault(key, f"must be at most 12 letters, digits or - / _ . characters, such as {example}")
    if company.credit_memo_prefix == company.invoice_prefix != "?":  # one series would give both gaps
        section.fault("credit_memo_prefix", f'is "{company.invoice_prefix}", as invoice_prefix is; each needs its own.')
    section.finish()
    return company


def _billing(section: Section) -> BillingPolicy:
    zone = section.text("zone", example="Europe/Berlin")
    terms = section.optional_text("default_terms")
    if zone != "?" and not _is_zone(zone):
        section.fault("zone", f'is "{zone}", which is not a time zone; use one such as Europe/Berlin.')
    if terms not in (None, "?"):
        _check_terms(section, str(terms))
    billing = BillingPolicy(
        zone=zone,
        default_terms=terms,
        far_past_days=section.whole("far_past_days", default=365, least=1, most=3660),
        revenue_accounts=_texts_by_code(section.section("revenue_accounts", required=False)),
        default_revenue_account=section.text("default_revenue_account", example="4000"),
        receivable_account=section.text("receivable_account", example="1200"),
        dimensions=_dimensions(section.section("dimensions", required=False)),
    )
    section.finish()
    return billing


def _check_terms(section: Section, terms: str) -> None:
    try:
        read_payment_terms(terms)
    except UnknownTerms as error:
        section.fault("default_terms", f'is "{terms}". {error}')


def _slack(section: Section) -> SlackPolicy:
    slack = SlackPolicy(
        approvals_channel=section.text("approvals_channel", example="#invoice-approvals"),
        operators_channel=section.text("operators_channel", example="#dunwell-ops"),
    )
    for key in ("approvals_channel", "operators_channel"):
        check_channel(section, key)
    section.finish()
    return slack


def _salesforce(section: Section) -> Mapping[str, str]:
    names = {ours: section.text(ours, default=theirs, example=theirs) for ours, theirs in SALESFORCE_FIELDS.items()}
    for ours, theirs in names.items():
        if theirs != "?" and not _FIELD.fullmatch(theirs):
            section.fault(ours, f'is "{theirs}", which is no API name such as {SALESFORCE_FIELDS[ours]}.')
    section.finish()
    return names


def _texts_by_code(section: Section) -> Mapping[str, str]:
    return {code: section.text(code, example="4000") for code in section.table}


def _dimensions(section: Section) -> Mapping[str, Mapping[str, str]]:
    return {code: _texts_by_code(section.section(code)) for code in section.table}


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _syntax(message: str, text: str) -> Fault:
    found = _SYNTAX.fullmatch(message)
    line = int(found[2]) if found and found[2] else text.count("\n") + 1
    column = f" (column {found[3]})" if found and found[3] else ""
    words = found[1] if found else message
    return Fault(line, f"this is not TOML{column}: {words}. Text needs quotes; a table head needs [ ].")
