"""The policy file: what it means when it is right, and every mistake by its line when it is not."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.errors import ConfigurationError
from flows.policy.load import SALESFORCE_FIELDS, PolicyError, load_policy, read_policy
from flows.policy.model import ApprovalRule, StepRule
from flows.values.money import Money

GOOD = """\
[company]
name = "Acme Ltd"
address = \"\"\"
1 High Street
Leeds\"\"\"
email = "billing@acme.example"
bank_details = "IBAN DE02"

[billing]
zone = "Europe/Berlin"
receivable_account = "1200"
default_revenue_account = "4000"

[billing.revenue_accounts]
PLATFORM = "4010"
"A.B C" = "4020"

[billing.dimensions.PLATFORM]
department = "Product"

[slack]
approvals_channel = "#invoice-approvals"
operators_channel = "C0OPS"

[approvals.confirm_above]
EUR = 50_000
JPY = "7,500,000"

[[approvals.rules]]
name = "small"
currency = "EUR"
up_to = 10000.50
approvers = ["dana@acme.example", "U0LEE", "U0LEE"]
needed = 2

[[approvals.rules]]
name = "large"
currency = "EUR"
above = 10000.50
channel = "#large"
[[approvals.rules.steps]]
group = "@finance-approvers"
[[approvals.rules.steps]]
approvers = ["dana@acme.example"]

[salesforce]
po_number = "PO__c"
"""


def faults(text: str) -> list[str]:
    """Return what is wrong with a policy, a line each; nothing when it is right."""
    try:
        read_policy(text)
    except PolicyError as error:
        return str(error).split("\n")
    return []


def test_a_good_file_means_what_it_says() -> None:
    policy = read_policy(GOOD)
    assert policy.company.address == "1 High Street\nLeeds"
    assert policy.company.tax_id is None
    assert (policy.company.invoice_prefix, policy.company.credit_memo_prefix) == ("INV-", "CM-")
    assert policy.billing.default_terms is None
    assert policy.billing.far_past_days == 365
    assert policy.billing.revenue_accounts == {"PLATFORM": "4010", "A.B C": "4020"}
    assert policy.billing.dimensions == {"PLATFORM": {"department": "Product"}}
    assert policy.slack.operators_channel == "C0OPS"
    assert policy.approvals.confirm_above == {
        "EUR": Money(Decimal(50000), "EUR"),
        "JPY": Money(Decimal(7500000), "JPY"),
    }
    assert policy.approvals.rules == (
        ApprovalRule(
            "small", "EUR", None, Decimal("10000.50"), None, (StepRule(("dana@acme.example", "U0LEE"), None, 2),)
        ),
        ApprovalRule(
            "large",
            "EUR",
            Decimal("10000.50"),
            None,
            "#large",
            (StepRule((), "finance-approvers", 1), StepRule(("dana@acme.example",), None, 1)),
        ),
    )
    assert policy.salesforce == {**SALESFORCE_FIELDS, "po_number": "PO__c"}


def test_the_version_is_of_the_text_and_the_same_on_windows() -> None:
    version = read_policy(GOOD).version
    assert len(version) == 12
    assert read_policy(GOOD.replace("\n", "\r\n")).version == version
    assert read_policy(GOOD + "# a remark\n").version != version


def line_of(needle: str) -> int:
    """Return the line of the good file that has the words."""
    return GOOD[: GOOD.index(needle)].count("\n") + 1


MISTAKES = tomllib.loads((Path(__file__).parent / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]


@pytest.mark.parametrize("case", MISTAKES, ids=[case["says"][:50] for case in MISTAKES])
def test_a_mistake_is_named_by_its_line_with_the_mend(case: dict[str, str]) -> None:
    assert case["old"] in GOOD
    said = faults(GOOD.replace(case["old"], case["new"], 1))
    assert f"policy.toml line {line_of(case['at'])}: {case['says']}" in said


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    wrong = GOOD.replace('"Acme Ltd"', "3").replace("needed = 2", "needed = 9").replace('"PO__c"', "[]")
    assert [line.partition(" is ")[0] for line in faults(wrong)] == [
        "policy.toml line 2: company.name",
        "policy.toml line 34: approvals.rules[1].needed",
        "policy.toml line 47: salesforce.po_number",
    ]


def test_a_rule_that_can_never_apply_is_named() -> None:
    wide_first = GOOD.replace("up_to = 10000.50\n", "")
    (said,) = faults(wide_first)
    assert said == (
        'policy.toml line 35: approvals.rules[2] ("large") can never apply: the rule "small" stands before it and is '
        "for the same invoices. Put the narrower rule first."
    )


def test_a_file_without_rules_is_refused() -> None:
    start, end = GOOD.index("[[approvals.rules]]"), GOOD.index("[salesforce]")
    (said,) = faults(GOOD[:start] + GOOD[end:])
    assert said == (
        "policy.toml line 25: approvals has no rule, so nobody could approve anything; add a table [[approvals.rules]]."
    )


def test_an_empty_file_is_told_which_tables_it_needs() -> None:
    missing = [line for line in faults("") if "the table" in line]
    assert missing == [
        f"policy.toml line 1: the table [{name}] is missing; add it."
        for name in ("approvals", "billing", "company", "slack")
    ]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("[company]\nname = Acme", 2, 8), ("a = 1\na = 2\n", 2, 6), ("[company\n", 1, 9)],
)
def test_what_is_not_toml_is_named_by_its_line(text: str, line: int, column: int) -> None:
    (said,) = faults(text)
    assert said.startswith(f"policy.toml line {line}: this is not TOML (column {column}): ")


def test_a_text_that_never_ends_is_named_by_the_last_line() -> None:
    (said,) = faults('[company]\nname = """Acme\n\n')
    assert said.startswith("policy.toml line 4: this is not TOML")


def test_a_missing_file_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"Copy policy\.example\.toml there, or set"):
        load_policy(tmp_path / "policy.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_policy(path)


def test_the_name_of_the_file_is_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "berlin.toml"
    path.write_text(GOOD.replace("needed = 2", "needed = 0"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^berlin\.toml line 34: "):
        load_policy(path)


@given(st.data())
def test_any_line_left_out_or_doubled_gives_a_policy_or_named_mistakes(data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = [lines[at]] * data.draw(st.sampled_from([0, 2]))
    said = faults("\n".join(lines))
    named = [int(found[1]) for one in said if (found := re.match(r"policy\.toml line (\d+): ", one))]
    assert len(named) == len(said)
    assert named == sorted(named)
    assert all(1 <= line <= len(lines) for line in named)
