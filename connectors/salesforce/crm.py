"""Salesforce behind `flows.ports.Crm`: closed-won opportunities are the deals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connectors.salesforce.errors import GONE, NO_FIELD, SYSTEM
from connectors.salesforce.fields import SalesforceFields
from connectors.salesforce.queries import contact_query, deals_query, won_lines_query, won_query
from connectors.salesforce.reading import deal_of, instant
from connectors.salesforce.session import Login, SalesforceSession
from connectors.sessions import CONNECT_SECONDS, READ_SECONDS, Timeout
from connectors.transport import Gate, open_gate
from flows.errors import NotFound, Rejected
from flows.ports import ChangedDeal, InvoiceOutcome
from flows.values.deal import Deal

_CURRENCY: Final = "CurrencyIsoCode"
_AT_ONCE: Final = 100  # their ids and fields stay well under the length that an address may have
_ID: Final = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


class SalesforceCrm:
    """The organisation at `login_url`. `default_currency` is that of an organisation with a single one."""

    name = "Salesforce"

    def __init__(
        self,
        login_url: str,
        client_id: str,
        client_secret: str,
        fields: SalesforceFields | None = None,
        *,
        default_currency: str | None = None,
        timeout: Timeout = (CONNECT_SECONDS, READ_SECONDS),
        gate: Gate = open_gate,
    ) -> None:
        login = Login(login_url.rstrip("/"), client_id, client_secret, timeout)
        self._session = SalesforceSession(login, gate=gate)
        self._fields = fields or SalesforceFields()
        self._default_currency = default_currency
        self._has_currency = True  # until a query with the field was refused and the description says otherwise

    def read_deal(self, external_id: str) -> Deal:
        if not _ID.fullmatch(external_id):
            raise NotFound("deal", external_id[:40])
        found = self._find([external_id])
        if not found:
            raise NotFound("deal", external_id)
        return self._deal(found[0])

    def read_deals(self, external_ids: Sequence[str]) -> Mapping[str, Deal]:
        records = (
            record
            for start in range(0, len(external_ids), _AT_ONCE)
            for record in self._find(external_ids[start : start + _AT_ONCE])
        )
        return {str(record["Id"]): self._deal(record) for record in records}

    def won_since(self, since: datetime) -> Sequence[ChangedDeal]:
        latest: dict[str, datetime] = {}
        for field, query in (("Id", won_query(since)), ("OpportunityId", won_lines_query(since))):
            for one in self._session.query(query):
                deal_id, at = str(one[field]), instant(str(one["SystemModstamp"]))
                latest[deal_id] = max(at, latest.get(deal_id, at))
        changed = (ChangedDeal(deal_id, at) for deal_id, at in latest.items())
        return sorted(changed, key=lambda deal: (deal.modified_at, deal.external_id))

    def not_won_since(self, since: datetime) -> Sequence[ChangedDeal]:
        found = self._session.query(won_query(since, won=False))
        return [ChangedDeal(str(one["Id"]), instant(str(one["SystemModstamp"]))) for one in found]

    def write_back(self, external_id: str, outcome: InvoiceOutcome) -> None:
        fields = self._fields
        values = {
            fields.invoice_number: outcome.number,
            fields.invoice_status: outcome.status,
            fields.invoice_total: str(outcome.total),
        }
        try:
            self._session.change("Opportunity", external_id, values)
        except Rejected as error:
            if error.code.removeprefix("salesforce.") in GONE:
                raise NotFound("deal", external_id[:40]) from error
            if error.code == NO_FIELD:
                raise self._missing_fields(error) from error
            raise

    def check(self) -> str:
        absent = self._absent_fields()
        if absent:
            raise Rejected(SYSTEM, _mend(absent), code=NO_FIELD)
        kinds = self._session.describe("Opportunity")
        for name in (self._fields.start_date, self._fields.end_date):
            if kinds[name] not in ("date", "datetime"):
                raise Rejected(SYSTEM, f"the field Opportunity.{name} is of type {kinds[name]}; name one of type Date.")
        return f"Salesforce answers at {self._session.instance_url}, and has every field that Dunwell uses."

    def _deal(self, record: Mapping[str, Any]) -> Deal:
        return deal_of(
            record,
            lines=list(self._session.rest(record.get("OpportunityLineItems"))),
            contact=self._contact(record),
            fields=self._fields,
            url=self._session.instance_url,
            currency=self._default_currency,
        )

    def _find(self, external_ids: Sequence[str]) -> list[dict[str, Any]]:
        with_currency = self._has_currency
        try:
            return self._session.query(deals_query(external_ids, self._fields, with_currency=with_currency))
        except Rejected as error:
            if error.code != NO_FIELD:
                raise
            if not with_currency or _CURRENCY in self._session.describe("Opportunity"):
                raise self._missing_fields(error) from error
        self._has_currency = False
        return self._find(external_ids)

    def _contact(self, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the primary contact: by its role, else the one that the opportunity names, else the first role's."""
        roles = sorted(self._session.rest(record.get("OpportunityContactRoles")), key=lambda role: str(role["Id"]))
        primary = next((role for role in roles if role.get("IsPrimary") and role.get("Contact")), None)
        if primary:
            return _contact_in(primary)
        if record.get("ContactId"):
            return next(iter(self._session.query(contact_query(str(record["ContactId"])))), None)
        return next((_contact_in(role) for role in roles if role.get("Contact")), None)

    def _missing_fields(self, refusal: Rejected) -> Rejected:
        absent = self._absent_fields()
        return Rejected(SYSTEM, _mend(absent), code=NO_FIELD) if absent else refusal

    def _absent_fields(self) -> list[str]:
        wanted = {
            "Opportunity": (*self._fields.on_opportunity(), *self._fields.written()),
            "OpportunityLineItem": self._fields.on_line(),
        }
        return [
            f"{sobject}.{name}"
            for sobject, names in wanted.items()
            for name in sorted(set(names) - set(self._session.describe(sobject)))
        ]


def _contact_in(role: Mapping[str, Any]) -> Mapping[str, Any]:
    contact: Mapping[str, Any] = role["Contact"]
    return contact


def _mend(absent: Sequence[str]) -> str:
    return (
        f"it has no field {', '.join(absent)} that the integration user can see; add it, give the user access, or "
        "name another in the mapping file, or under [salesforce] in the policy."
    )
