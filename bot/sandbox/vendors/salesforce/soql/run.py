"""Answers a parsed query from the organisation's records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.vendors.salesforce.ids import full_id
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.schema import API_VERSION, SOBJECTS, Field, SObject, find_field, find_sobject
from bot.sandbox.vendors.salesforce.soql.compare import comparable, matcher
from bot.sandbox.vendors.salesforce.soql.tree import Comparison, Condition, Junction, Negation, Order, Path, Query
from bot.sandbox.vendors.store import Record, Store

Test = Callable[[Record], bool]


def run(store: Store, query: Query) -> tuple[int, list[Record]]:
    """Return how many records match and the records as the API shows them (none for a query that only counts).

    Raises SalesforceRefusal: INVALID_TYPE and INVALID_FIELD for names that do not exist, INVALID_FIELD also for
    values of the wrong type.
    """
    sobject = find_sobject(query.source)
    if sobject is None:
        raise SalesforceRefusal("INVALID_TYPE", f"sObject type '{query.source}' is not supported.")
    runner = _Runner(store)
    chosen = runner.chosen(sobject, query, _candidates(store, sobject, query.where))
    if query.counts:
        return len(chosen), []
    show = runner.shower(sobject, query)
    return len(chosen), [show(record) for record in chosen]


def _candidates(store: Store, sobject: SObject, where: Condition | None) -> list[Record]:
    """Return the records that can match, by id where the query names ids: reading everything is the slow way."""
    parts = where.parts if isinstance(where, Junction) and where.word == "AND" else (where,)
    for part in parts:
        if (
            isinstance(part, Comparison)
            and part.operator in ("=", "IN")
            and tuple(map(str.lower, part.path)) == ("id",)
        ):
            given = part.value if isinstance(part.value, tuple) else (part.value,)
            ids = [full_id(one) if isinstance(one, str) else None for one in given]
            return store.some(sobject.name, [one for one in ids if one])
    return store.all(sobject.name)


class _Runner:
    """One query's run; parents are read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._parents: dict[tuple[str, str], Record | None] = {}

    def chosen(self, sobject: SObject, query: Query, records: list[Record]) -> list[Record]:
        """Return the matching records, sorted and limited."""
        if query.where is not None:
            test = self._test(sobject, query.where)
            records = [record for record in records if test(record)]
        for order in reversed(query.orders):
            records = self._sorted(sobject, order, records)
        return records[: query.limit] if query.limit is not None else records

    def shower(self, sobject: SObject, query: Query) -> Callable[[Record], Record]:
        """Return the function that shows one record with the fields and the lists that the query names."""
        fields = [self._steps(sobject, path) for path in query.paths]
        if not fields and not query.subqueries:
            raise SalesforceRefusal("MALFORMED_QUERY", "A query has to name fields")
        lists = [self._list(sobject, one) for one in query.subqueries]

        def show(record: Record) -> Record:
            shown: Record = {"attributes": _attributes(sobject, record)}
            for steps in fields:
                self._place(shown, record, steps)
            for name, children in lists:
                shown[name] = children(record)
            return shown

        return show

    def _list(self, sobject: SObject, query: Query) -> tuple[str, Callable[[Record], Record | None]]:
        child = next((one for one in sobject.children if one.relationship.lower() == query.source.lower()), None)
        if child is None:
            words = f"Didn't understand relationship '{query.source}' in FROM part of query call."
            raise SalesforceRefusal("INVALID_TYPE", words)
        target = SOBJECTS[child.sobject]
        show = self.shower(target, query)

        def children(record: Record) -> Record | None:
            found = self.chosen(target, query, self._store.all(target.name, owner=record["Id"]))
            if not found:
                return None  # Salesforce answers null, not an empty list
            return {"totalSize": len(found), "done": True, "records": [show(one) for one in found]}

        return child.relationship, children

    def _steps(self, sobject: SObject, path: Path) -> list[Field]:
        """Return the fields to walk: references to parents, then the field asked for."""
        walked: list[Field] = []
        here = sobject
        for name in path[:-1]:
            step = next((one for one in here.fields.values() if (one.relationship or "").lower() == name.lower()), None)
            if step is None or step.refers_to not in SOBJECTS:
                words = f"Didn't understand relationship '{name}' in field path."
                raise SalesforceRefusal("INVALID_FIELD", words)
            walked.append(step)
            here = SOBJECTS[step.refers_to]
        last = find_field(here, path[-1])
        if last is None:
            words = (
                f"No such column '{path[-1]}' on entity '{here.name}'. If you are attempting to use a custom field, be "
                "sure to append the '__c' after the custom field name."
            )
            raise SalesforceRefusal("INVALID_FIELD", words)
        return [*walked, last]

    def _value(self, record: Record | None, steps: list[Field]) -> Any:
        for step in steps[:-1]:
            if record is None:
                return None
            record = self._parent(step, record)
        return None if record is None else record.get(steps[-1].name)

    def _parent(self, step: Field, record: Record) -> Record | None:
        key = (step.refers_to or "", record.get(step.name) or "")
        if key not in self._parents:
            self._parents[key] = self._store.get(*key)
        return self._parents[key]

    def _place(self, shown: Record, record: Record, steps: list[Field]) -> None:
        """Put the value into the answer, inside the objects of the parents that lead to it."""
        here: Record = shown
        source: Record | None = record
        for step in steps[:-1]:
            source = self._parent(step, source) if source is not None else None
            name = step.relationship or ""
            if source is None:
                here.setdefault(name, None)
                return
            here = here.setdefault(name, {"attributes": _attributes(SOBJECTS[step.refers_to or ""], source)})
        here[steps[-1].name] = source.get(steps[-1].name) if source else None

    def _test(self, sobject: SObject, condition: Condition) -> Test:
        if isinstance(condition, Negation):
            inner = self._test(sobject, condition.inner)
            return lambda record: not inner(record)
        if isinstance(condition, Junction):
            tests = [self._test(sobject, part) for part in condition.parts]
            joined = all if condition.word == "AND" else any
            return lambda record: joined(test(record) for test in tests)
        steps = self._steps(sobject, condition.path)
        matches = matcher(steps[-1], condition)
        return lambda record: matches(self._value(record, steps))

    def _sorted(self, sobject: SObject, order: Order, records: list[Record]) -> list[Record]:
        steps = self._steps(sobject, order.path)
        valued = [(comparable(steps[-1], self._value(record, steps)), record) for record in records]
        nulls = [record for value, record in valued if value is None]
        rest = [pair for pair in valued if pair[0] is not None]
        rest.sort(key=lambda pair: pair[0], reverse=order.descending)
        ordered = [record for _, record in rest]
        return [*ordered, *nulls] if order.nulls_last else [*nulls, *ordered]


def _attributes(sobject: SObject, record: Record) -> dict[str, str]:
    return {"type": sobject.name, "url": f"/services/data/v{API_VERSION}/sobjects/{sobject.name}/{record['Id']}"}
