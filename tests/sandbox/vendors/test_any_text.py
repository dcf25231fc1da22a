"""Whatever is sent, the simulators refuse it or take it; they never break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.vendors import Vendors, mount
from bot.sandbox.vendors.salesforce import soql
from bot.sandbox.vendors.salesforce.ids import full_id, record_id
from bot.sandbox.vendors.salesforce.refusals import SalesforceRefusal
from bot.sandbox.vendors.salesforce.schema import SOBJECTS
from bot.sandbox.vendors.stripe.currencies import extended
from bot.sandbox.vendors.stripe.form import decode
from bot.sandbox.vendors.stripe.operations import OPERATIONS
from bot.sandbox.vendors.stripe.parameters import read_fields
from bot.sandbox.vendors.stripe.refusals import StripeRefusal
from flows.values.clock import SystemClock

WORDS = (
    "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "BY", "LIMIT", "NULLS", "LAST", "COUNT()",
    "(", ")", ",", "=", "!=", ">", "Id", "Name", "Account", "Account.Name", "Opportunity", "OpportunityLineItems",
    "'a'", "5", "true", "null", "2026-11-23", "2026-11-23T00:00:00Z", "IsWon", "Amount", "SystemModstamp",
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["metadata", "amount", "custom_fields", "created", "period", "customer", "due_date", "limit"])
BRACKETS = st.lists(
    st.sampled_from(["[0]", "[]", "[1]", "[a]", "[²]", "[gte]", "[start]", "[name]", "[", "]"]), max_size=3
)


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendors]:
    _, both = mount(Path(tmp_path_factory.mktemp("vendors")), SystemClock())
    both.close_deal("mixed")
    yield both
    both.close()


@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_any_query_is_answered_or_refused(vendors: Vendors, text: str) -> None:
    with suppress(SalesforceRefusal):
        soql.run(vendors.salesforce.store, soql.parse(text))


def test_a_query_nested_without_end_is_refused() -> None:
    with pytest.raises(SalesforceRefusal, match="nested"):
        soql.parse("SELECT Id FROM Account WHERE " + "(" * 20_000)


@given(st.text(max_size=60))
def test_a_quoted_text_is_found_again(vendors: Vendors, name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    query = soql.parse(f"SELECT Id FROM Account WHERE Name = '{quoted}'")
    assert query.where is not None
    assert query.where.value == name  # type: ignore[union-attr]


@given(st.dictionaries(st.sampled_from(list(SOBJECTS["Opportunity"].fields)) | st.text(), JSON, max_size=4))
def test_any_change_is_made_or_refused(vendors: Vendors, values: dict[str, Any]) -> None:
    records = vendors.salesforce.records
    deal = records.store.all("Opportunity", limit=1)[0]
    with suppress(SalesforceRefusal), vendors.salesforce.changing():
        changed = records.update(SOBJECTS["Opportunity"], deal["Id"], json.loads(json.dumps(values)))
        assert json.loads(json.dumps(changed, allow_nan=False)) == changed
    vendors.salesforce.snapshot()


@given(st.lists(st.tuples(st.builds(lambda name, rest: name + "".join(rest), NAMES, BRACKETS) | st.text(), st.text())))
def test_any_form_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with suppress(StripeRefusal):
        tree = decode(urlencode(pairs))
        for operation in OPERATIONS:
            with suppress(StripeRefusal):
                read_fields(operation.rules, (), tree)


@given(st.decimals("-1e9", "1e9", places=4), st.decimals("0", "1e6", places=3))
def test_an_amount_is_the_exact_product_rounded_once(unit: Decimal, quantity: Decimal) -> None:
    exact = unit * quantity
    assert extended(str(quantity), str(unit)) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert abs(extended(str(quantity), str(unit)) - exact) <= Decimal("0.5")


@given(st.integers(1, 62**7 - 1), st.sampled_from(sorted(one.prefix for one in SOBJECTS.values())))
def test_an_id_is_known_by_its_first_fifteen_letters(number: int, prefix: str) -> None:
    long = record_id(prefix, number)
    assert len(long) == 18
    assert full_id(long[:15]) == full_id(long) == long


@pytest.mark.parametrize(
    ("short", "long"),
    [("001D000000IqhSL", "001D000000IqhSLIAZ"), ("0013000000P5X6D", "0013000000P5X6DAAV")],
)
def test_the_last_three_letters_are_salesforces(short: str, long: str) -> None:
    assert full_id(short) == long
