"""Read the approval matrix: the tables [approvals.confirm_above] and [[approvals.rules]] of the policy file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from flows.errors import MoneyError, UnknownCurrency
from flows.policy.model import ANY_CURRENCY, ApprovalPolicy, ApprovalRule, StepRule
from flows.policy.places import Places
from flows.policy.reading import Fault, Section
from flows.values.currency import MINOR_UNITS
from flows.values.money import Money

_CHANNEL = re.compile(r"#[^\s#A-Z]{1,80}|[CG][A-Z0-9]{4,}")
_PERSON = re.compile(r"[UW][A-Z0-9]{3,}|[^@\s]+@[^@\s]+\.[^@\s]+")
_GROUP = re.compile(r"@?[a-z0-9._-]{1,80}|S[A-Z0-9]{3,}")
_MOST_STEPS = 9
_MOST_NEEDED = 20


def approval_policy(section: Section) -> ApprovalPolicy:
    """Return the matrix, noting what is wrong with it."""
    limits = section.section("confirm_above", required=False)
    confirm = {code: money for code in limits.table if (money := _limit(limits, code))}
    tables = section.sections("rules")
    rules = tuple(_rule(table) for table in tables)
    if not tables:
        section.fault(None, "has no rule, so nobody could approve anything; add a table [[approvals.rules]].")
    names = [rule.name for rule in rules if rule.name != "?"]
    for table, rule in zip(tables, rules, strict=True):
        if names.count(rule.name) > 1:
            table.fault("name", f'is "{rule.name}" more than once; people are told the name, so each needs its own.')
    section.finish()
    return ApprovalPolicy(confirm, rules)


def unreachable(policy: ApprovalPolicy, places: Places) -> Iterator[Fault]:
    """Give every rule that can never apply, because one rule before it takes all that it is for."""
    for index, rule in enumerate(policy.rules):
        for earlier in policy.rules[:index]:
            if _covers(earlier, rule):
                yield Fault(
                    places.line(("approvals", "rules", index)),
                    f'approvals.rules[{index + 1}] ("{rule.name}") can never apply: the rule "{earlier.name}" stands '
                    "before it and is for the same invoices. Put the narrower rule first.",
                )
                break


def check_channel(section: Section, key: str) -> None:
    """Note a channel that can be neither a name with # nor an id."""
    channel = section.optional_text(key)
    if channel not in (None, "?") and not _CHANNEL.fullmatch(str(channel)):
        section.fault(key, f'is "{channel}"; write the name with #, in small letters, or the channel id.')


def _limit(section: Section, code: str) -> Money | None:
    amount = section.amount(code)
    if amount is None:
        return None
    try:
        return Money(amount, code)
    except MoneyError as error:
        section.fault(code, f"cannot be used: {error}")
        return None


def _rule(section: Section) -> ApprovalRule:
    currency = section.text("currency", example="EUR")
    if currency not in (ANY_CURRENCY, "?") and currency not in MINOR_UNITS:
        section.fault("currency", f'cannot be used: {UnknownCurrency(currency)} "*" is any currency.')
    rule = ApprovalRule(
        name=section.text("name", example="EUR up to 10,000"),
        currency=currency,
        above=_bound(section, "above", currency),
        up_to=_bound(section, "up_to", currency),
        channel=section.optional_text("channel"),
        steps=_steps(section),
    )
    check_channel(section, "channel")
    if rule.above is not None and rule.up_to is not None and rule.above >= rule.up_to:
        section.fault("up_to", f"is {rule.up_to}, which is not over above = {rule.above}; the rule fits nothing.")
    section.finish()
    return rule


def _bound(section: Section, key: str, currency: str) -> Decimal | None:
    amount = section.amount(key)
    if amount is None:
        return None
    if amount < 0:
        section.fault(key, f"is {amount}; a bound cannot be below zero.")
    elif currency == ANY_CURRENCY:
        section.fault(key, 'needs a currency: 1,000 means little in "any". Give the rule one, or leave the bounds out.')
    elif currency in MINOR_UNITS:
        try:
            Money(amount, currency)
        except MoneyError as error:
            section.fault(key, f"cannot be used: {error}")
    return amount


def _steps(section: Section) -> tuple[StepRule, ...]:
    if not section.has("steps"):
        return (_step(section, whole=False),)
    for key in ("approvers", "group", "needed"):
        if section.has(key):
            section.fault(key, "stands beside steps; move it into one of the [[approvals.rules.steps]].")
    steps = section.sections("steps")
    if not 1 <= len(steps) <= _MOST_STEPS:
        section.fault("steps", f"must be 1 to {_MOST_STEPS} tables, each written [[approvals.rules.steps]].")
    return tuple(_step(step, whole=True) for step in steps)


def _step(section: Section, *, whole: bool) -> StepRule:
    step = StepRule(
        approvers=tuple(dict.fromkeys(section.texts("approvers"))),
        group=_group(section),
        needed=section.whole("needed", default=1, least=1, most=_MOST_NEEDED),
    )
    for person in step.approvers:
        if not _PERSON.fullmatch(person):
            section.fault("approvers", f'has "{person}", which is neither an e-mail address nor a Slack user id (U…).')
    if not step.approvers and step.group is None:
        section.fault(None, 'names nobody; add approvers = ["dana@example.com"] or group = "finance-approvers".')
    elif step.group is None and step.needed > len(step.approvers):
        some = "1 approver is" if len(step.approvers) == 1 else f"{len(step.approvers)} approvers are"
        section.fault("needed", f"is {step.needed} but only {some} named; name more people or lower needed.")
    if whole:
        section.finish()
    return step


def _group(section: Section) -> str | None:
    group = section.optional_text("group")
    if group not in (None, "?") and not _GROUP.fullmatch(str(group)):
        section.fault("group", f'is "{group}"; write the handle of a user group in small letters, or its id (S…).')
    return group.removeprefix("@") if group else None


def _covers(wide: ApprovalRule, narrow: ApprovalRule) -> bool:
    return (
        wide.currency in (ANY_CURRENCY, narrow.currency)
        and (wide.above is None or (narrow.above is not None and narrow.above >= wide.above))
        and (wide.up_to is None or (narrow.up_to is not None and narrow.up_to <= wide.up_to))
    )
