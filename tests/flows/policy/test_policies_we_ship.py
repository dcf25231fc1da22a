"""The demo company's policy and the example for a real one are right, and the page explains every setting."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.company import CHART_OF_ACCOUNTS, PRODUCTS
from bot.sandbox.people import GROUPS, PEOPLE, first_channels
from flows.approvals.rules import asks_confirmation, route
from flows.policy.load import SALESFORCE_FIELDS, load_policy
from flows.values.money import Money
from tests.places import REPO_ROOT

DEMO = load_policy(REPO_ROOT / "bot" / "sandbox" / "policy.toml")
EXAMPLE = REPO_ROOT / "policy.example.toml"
PAGE = (REPO_ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
BY_CODE = ("billing.revenue_accounts", "billing.dimensions", "approvals.confirm_above")


@pytest.mark.parametrize(
    ("amount", "currency", "rule", "needed"),
    [
        ("10000.00", "EUR", "EUR up to 10,000", 1),
        ("12400.00", "EUR", "EUR above 10,000", 2),
        ("25000.00", "USD", "USD up to 25,000", 1),
        ("25000.01", "USD", "USD above 25,000", 2),
        ("1800000", "JPY", "JPY up to 3,500,000", 1),
        ("3500001", "JPY", "JPY above 3,500,000", 2),
        ("308.500", "KWD", "Any other currency", 1),
        ("7500.001", "KWD", "KWD above 7,500", 2),
        ("6200.00", "GBP", "Any other currency", 1),
    ],
)
def test_the_demo_company_routes(amount: str, currency: str, rule: str, needed: int) -> None:
    found = route(DEMO.approvals, Money(Decimal(amount), currency))
    assert (found.name, [step.needed for step in found.steps]) == (rule, [needed])


def test_the_demo_company_asks_twice_for_large_amounts_and_rare_currencies() -> None:
    asked = [asks_confirmation(DEMO.approvals, Money(Decimal(50000), code)) for code in ("USD", "EUR", "GBP", "SEK")]
    assert asked == [False, False, True, True]
    assert asks_confirmation(DEMO.approvals, Money(Decimal("50000.01"), "USD"))


def test_the_demo_company_names_people_groups_channels_and_products_that_there_are() -> None:
    steps = [step for rule in DEMO.approvals.rules for step in rule.steps]
    emails = {f"{person.handle}@demo.example" for person in PEOPLE}
    assert {one for step in steps for one in step.approvers} <= emails
    assert {step.group for step in steps if step.group} <= {group["handle"] for group in GROUPS.values()}
    channels = {f"#{channel['name']}" for channel in first_channels()}
    assert {DEMO.slack.approvals_channel, DEMO.slack.operators_channel} <= channels
    codes = {product.code for product in PRODUCTS}
    assert set(DEMO.billing.revenue_accounts) == set(DEMO.billing.dimensions) == codes


def test_the_demo_company_books_on_accounts_of_its_chart() -> None:
    kinds = {account.number: account.kind for account in CHART_OF_ACCOUNTS}
    assert kinds[DEMO.billing.receivable_account] == "asset"
    revenue = {*DEMO.billing.revenue_accounts.values(), DEMO.billing.default_revenue_account}
    assert {kinds[number] for number in revenue} == {"income"}


def test_the_example_is_right_and_shows_every_kind_of_rule() -> None:
    policy = load_policy(EXAMPLE)
    assert dict(policy.salesforce) == dict(SALESFORCE_FIELDS)
    assert [len(rule.steps) for rule in policy.approvals.rules] == [1, 2, 1]
    assert policy.approvals.rules[-1].currency == "*"


def settings(value: Any, path: str = "") -> set[str]:
    """Return the names of all settings in a file, those by product code or currency under CODE."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return set().union(*(settings(one, path) for one in value))
    if not isinstance(value, dict):
        return {path}
    if path in BY_CODE:
        return {f"{path}.CODE"}
    return set().union(*(settings(inner, f"{path}.{key}".lstrip(".")) for key, inner in value.items()))


def test_the_page_explains_every_setting_and_no_other() -> None:
    explained = set(re.findall(r"^\| `([a-zA-Z_.]+)` \|", PAGE, re.MULTILINE))
    assert explained == settings(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))) | {
        "approvals.rules.group",
    }
