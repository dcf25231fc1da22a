"""Which rule an invoice goes by, who is asked, and when Approve asks once more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.approvals.refusals import ApproversUnreadable, NoRule, TooFewApprovers
from flows.approvals.rules import Step, asks_confirmation, open_step, route, who_decides
from flows.policy.model import ApprovalPolicy, ApprovalRule, StepRule
from flows.values.currency import MINOR_UNITS
from flows.values.money import Money

ONE = (StepRule(("dana@demo.example",), None, 1),)


def rule(name: str, currency: str, above: str | None = None, up_to: str | None = None) -> ApprovalRule:
    """Return a rule of one step."""
    bounds = [None if bound is None else Decimal(bound) for bound in (above, up_to)]
    return ApprovalRule(name, currency, bounds[0], bounds[1], None, ONE)


def money(text: str) -> Money:
    """Read "EUR 10.00"."""
    currency, amount = text.split()
    return Money(Decimal(amount), currency)


MATRIX = ApprovalPolicy(
    confirm_above={"EUR": money("EUR 50000"), "JPY": money("JPY 7500000")},
    rules=(
        rule("small", "EUR", up_to="10000"),
        rule("large", "EUR", above="10000"),
        rule("yen", "JPY", above="0", up_to="100"),
        rule("dinar", "KWD", up_to="7500.5"),
        rule("later and never reached", "EUR"),
    ),
)


@pytest.mark.parametrize(
    ("total", "name"),
    [
        ("EUR 0.00", "small"),
        ("EUR 10000.00", "small"),
        ("EUR 10000.01", "large"),
        ("EUR 9999999999.99", "large"),
        ("JPY 1", "yen"),
        ("JPY 100", "yen"),
        ("KWD 7500.500", "dinar"),
    ],
)
def test_the_first_rule_that_fits_counts(total: str, name: str) -> None:
    assert route(MATRIX, money(total)).name == name


@pytest.mark.parametrize(
    ("total", "shown"),
    [
        ("JPY 0", "JPY 0"),
        ("JPY 101", "JPY 101"),
        ("KWD 7500.501", "KWD 7,500.501"),
        ("USD 1.00", "USD 1.00"),
        ("EUR -0.01", "EUR -0.01"),
    ],
)
def test_what_no_rule_is_for_nobody_may_approve(total: str, shown: str) -> None:
    with pytest.raises(NoRule) as refused:
        route(MATRIX, money(total))
    assert str(refused.value) == (
        f"No approval rule is for an amount of {shown}, so nobody can approve this. "
        "Whoever looks after the policy file can add a rule under [[approvals.rules]]."
    )


def test_any_currency_takes_what_is_left() -> None:
    policy = ApprovalPolicy({}, (rule("euro", "EUR"), rule("rest", "*")))
    assert [route(policy, money(total)).name for total in ("EUR 1", "KWD 1", "JPY 1")] == ["euro", "rest", "rest"]


amounts = st.builds(Money.of_minor, st.integers(-(10**15), 10**15), st.sampled_from(sorted(MINOR_UNITS)))


@given(amounts)
def test_every_total_finds_its_first_rule_or_is_refused(total: Money) -> None:
    fitting = [one for one in MATRIX.rules if one.fits(total)] if total.minor >= 0 else []
    if fitting:
        assert route(MATRIX, total) is fitting[0]
    else:
        with pytest.raises(NoRule):
            route(MATRIX, total)


@pytest.mark.parametrize(
    ("total", "asks"),
    [("EUR 50000", False), ("EUR 50000.01", True), ("JPY 7500000", False), ("JPY 7500001", True), ("USD 0.01", True)],
)
def test_approve_asks_once_more_above_the_amount_and_in_a_currency_without_one(total: str, asks: bool) -> None:
    assert asks_confirmation(MATRIX, money(total)) is asks


def test_without_any_amount_approve_never_asks_once_more() -> None:
    assert not asks_confirmation(ApprovalPolicy({}, MATRIX.rules), money("EUR 1000000"))


@pytest.mark.parametrize(
    ("names", "group", "needed", "words"),
    [
        (["Dana"], None, 1, "Dana"),
        (["Dana", "Lee"], None, 1, "Dana or Lee"),
        (["Dana", "Lee", "Sam"], None, 1, "Dana, Lee or Sam"),
        (["Dana", "Lee"], None, 2, "Dana and Lee"),
        (["Dana", "Lee", "Sam"], None, 2, "two of Dana, Lee or Sam"),
        ([], "finance-approvers", 1, "@finance-approvers"),
        ([], "@finance-approvers", 2, "two of @finance-approvers"),
        (["Dana"], "finance-approvers", 1, "Dana or @finance-approvers"),
        (["Dana"], "finance-approvers", 7, "7 of Dana and @finance-approvers"),
    ],
)
def test_who_decides_in_words(names: list[str], group: str | None, needed: int, words: str) -> None:
    assert who_decides(names, group, needed) == words


def test_a_step_opens_for_the_people_that_were_found() -> None:
    opened = open_step(1, StepRule((), "fin", 2), frozenset({"U1", "U2", "U3"}), who="@fin", requester="U3")
    assert opened == Step(1, 2, frozenset({"U1", "U2", "U3"}), "@fin")


def test_a_step_that_could_never_be_finished_is_refused() -> None:
    with pytest.raises(TooFewApprovers) as refused:
        open_step(1, StepRule((), "fin", 2), frozenset({"U1", "U2"}), who="@fin", requester="U2")
    assert str(refused.value) == (
        "This step needs 2 of @fin, but only 1 person can decide without the requester. "
        "Add approvers to the rule or to the user group."
    )


def test_a_step_whose_people_cannot_be_read_is_refused() -> None:
    with pytest.raises(ApproversUnreadable):
        open_step(1, StepRule((), "fin", 1), None, who="@fin", requester=None)
