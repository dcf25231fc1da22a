"""What the REST API does, call by call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.vendors.desk import Answer, Incoming
from bot.sandbox.vendors.salesforce import soql
from bot.sandbox.vendors.salesforce.records import Records
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal, not_found
from bot.sandbox.vendors.salesforce.schema import API_VERSION, SObject, find_field, find_sobject
from bot.sandbox.vendors.store import Record

_KEPT_CURSORS = 50


@dataclass(slots=True)
class Api:
    """The calls; each returns its answer or raises SalesforceRefusal. A query's page has `page_size` records."""

    records: Records
    page_size: int

    def query(self, incoming: Incoming) -> Answer:
        """Run a SOQL query and answer its first page."""
        params = dict(parse_qsl(incoming.query, keep_blank_values=True))
        if "q" not in params:
            raise SalesforceRefusal("MALFORMED_QUERY", "The query parameter q is missing")
        total, found = soql.run(self.records.store, soql.parse(params["q"]))
        locator = f"01gDw{self.records.store.next_number('cursor'):010d}"
        if len(found) > self.page_size:
            self.records.store.put("cursor", locator, {"total": total, "records": found})
            self.records.store.trim("cursor", _KEPT_CURSORS)
        return Answer(200, self._page(locator, total, found, 0))

    def query_more(self, incoming: Incoming) -> Answer:
        """Answer a further page of a query."""
        locator, _, start = incoming.captured["locator"].partition("-")
        cursor = self.records.store.get("cursor", locator)
        if cursor is None or not re.fullmatch("[0-9]{1,9}", start):
            raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        return Answer(200, self._page(locator, cursor["total"], cursor["records"], int(start)))

    def describe(self, incoming: Incoming) -> Answer:
        """Answer what fields an object has."""
        return Answer(200, _sobject(incoming).described())

    def retrieve(self, incoming: Incoming) -> Answer:
        """Answer one record, whole or with the fields asked for."""
        sobject = _sobject(incoming)
        record = self.records.find(sobject, incoming.captured["id"])
        params = dict(parse_qsl(incoming.query))
        names = [one.strip() for one in params["fields"].split(",")] if "fields" in params else list(sobject.fields)
        chosen = {name: find_field(sobject, name) for name in names}
        for name, found in chosen.items():
            if found is None:
                raise SalesforceRefusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        url = f"/services/data/v{API_VERSION}/sobjects/{sobject.name}/{record['Id']}"
        shown = {found.name: record.get(found.name) for found in chosen.values() if found}
        return Answer(200, {"attributes": {"type": sobject.name, "url": url}, **shown})

    def create(self, incoming: Incoming) -> Answer:
        """Add a record."""
        record = self.records.create(_sobject(incoming), _body(incoming))
        return Answer(201, {"id": record["Id"], "success": True, "errors": []})

    def update(self, incoming: Incoming) -> Answer:
        """Change a record; the answer is empty."""
        self.records.update(_sobject(incoming), incoming.captured["id"], _body(incoming))
        return Answer(204)

    def remove(self, incoming: Incoming) -> Answer:
        """Delete a record; the answer is empty."""
        sobject = _sobject(incoming)
        self.records.remove(sobject, self.records.find(sobject, incoming.captured["id"]))
        return Answer(204)

    def _page(self, locator: str, total: int, found: list[Record], start: int) -> dict[str, Any]:
        end = start + self.page_size
        page: dict[str, Any] = {"totalSize": total, "done": end >= len(found), "records": found[start:end]}
        if end < len(found):
            page["nextRecordsUrl"] = f"/services/data/v{API_VERSION}/query/{locator}-{end}"
        return page


def _sobject(incoming: Incoming) -> SObject:
    found = find_sobject(incoming.captured["sobject"])
    if found is None:
        raise not_found()
    return found


def _body(incoming: Incoming) -> Mapping[str, Any]:
    if not incoming.headers.get("content-type", "").startswith("application/json"):
        raise SalesforceRefusal("UNSUPPORTED_MEDIA_TYPE", "Content type not supported", status=415)
    try:
        values = json.loads(incoming.body, parse_constant=_refuse_constant)
    except ValueError as error:
        raise SalesforceRefusal("JSON_PARSER_ERROR", f"Unexpected character: {error}") from None
    if not isinstance(values, dict):
        raise SalesforceRefusal("JSON_PARSER_ERROR", "The body must be an object")
    return values


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
