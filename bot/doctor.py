"""What `dunwell doctor` looks at: each check is a finding in words, and a failed one names its mend.

A check that cannot be made because an earlier one failed is left out, so that the first failure is the one to mend.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from flows.dimensions import DimensionConfig
from flows.errors import DunwellError, FarSideError, Rejected
from flows.policy.model import ApprovalRule, Policy, StepRule
from flows.ports import Crm, Person, Processor, SlackWorkspace

ALLOWED_SKEW = timedelta(seconds=60)  # Slack's signatures are refused from five minutes on

Verdict = Literal["ok", "failed", "not used"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it stands, and for a failure what to do."""

    subject: str
    verdict: Verdict
    words: str
    mend: str = ""


def good(subject: str, words: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(subject, "ok", words)


def bad(subject: str, words: str, mend: str) -> Finding:
    """Return the finding that something is wrong, with what to do about it."""
    return Finding(subject, "failed", words, mend)


def misspelt(known: Iterable[str], given: Iterable[str]) -> Iterator[Finding]:
    """Find names in the environment that are almost those of settings: they are set and have no effect."""
    names = frozenset(known)
    for name in sorted(set(given) - names):
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.9)
        if close:
            yield bad("Settings", f"{name} is not a setting.", f"Did you mean {close[0]}? Rename it, or remove it.")


def names_given(env_file: Path, environment: Mapping[str, str] = os.environ) -> set[str]:
    """Return the names of all variables in the environment and in the file `.env`."""
    from dotenv import dotenv_values

    return {*environment, *(dotenv_values(env_file) if env_file.exists() else ())}


def scopes(workspace: SlackWorkspace, needed: frozenset[str], subject: str) -> Iterator[Finding]:
    """Compare the scopes of the token with those that are needed."""
    granted = workspace.granted_scopes()
    missing = ", ".join(sorted(needed - granted))
    if missing:
        yield bad(
            subject,
            f"The bot token lacks these scopes: {missing}.",
            'Add them on the Slack app\'s page "OAuth & Permissions", then install the app again in the workspace.',
        )
    else:
        yield good(subject, f"The token works and has all {len(needed)} scopes.")
    extra = ", ".join(sorted(granted - needed))
    if extra:
        yield good(subject, f"It also has scopes that Dunwell does not use, and you may remove: {extra}.")


def channels(workspace: SlackWorkspace, policy: Policy, subject: str) -> Iterator[Finding]:
    """Look whether the bot can post in every channel that the policy names."""
    rules = (rule.channel for rule in policy.approvals.rules if rule.channel)
    for name in dict.fromkeys((policy.slack.approvals_channel, policy.slack.operators_channel, *rules)):
        state = workspace.channel(name)
        if state is None:
            yield bad(
                subject,
                f"Dunwell cannot see the channel {name}.",
                "Create it, or correct its name in the policy; in a private one, type /invite @dunwell.",
            )
        elif state.is_archived:
            yield bad(subject, f"The channel {name} is archived.", "Unarchive it, or name another in the policy.")
        elif not state.is_member:
            yield bad(subject, f"Dunwell is not a member of {name}.", f"Type /invite @dunwell in {name}.")
        else:
            yield good(subject, f"Dunwell can post in {name}.")


def approvers(workspace: SlackWorkspace, policy: Policy, subject: str) -> Iterator[Finding]:
    """Look whether every step of every rule has enough people who may approve."""
    for rule in policy.approvals.rules:
        for number, step in enumerate(rule.steps, start=1):
            yield from _step(workspace, rule, number, step, subject)


def _step(
    workspace: SlackWorkspace, rule: ApprovalRule, number: int, step: StepRule, subject: str
) -> Iterator[Finding]:
    where = f'Rule "{rule.name}"' + (f", step {number}" if len(rule.steps) > 1 else "")
    unknown: list[str] = []
    able: dict[str, Person] = {}
    for name in step.approvers:
        person = _person(workspace, name)
        if person is None or not _may_approve(person):
            unknown.append(name)
        else:
            able[person.user_id] = person
    if step.group is not None:
        try:
            members = workspace.group_members(step.group)
        except Rejected as refused:
            yield bad(
                subject,
                f"{where}: the user group {step.group} cannot be read ({refused.reason.rstrip('.')}).",
                "Create it or correct its name; without a paid Slack plan, name the approvers one by one instead.",
            )
            return
        people = [workspace.person(member) for member in sorted(members)]
        able |= {person.user_id: person for person in people if _may_approve(person)}
    if unknown:
        yield bad(
            subject,
            f"{where}: {', '.join(unknown)} cannot approve: unknown here, deactivated, a guest, or of another company.",
            "Correct the policy, or the person's account in Slack.",
        )
    if len(able) < step.needed:
        yield bad(
            subject,
            f"{where} needs {step.needed} approvers and has {len(able)}.",
            "Name more people in the policy, or add members to the user group.",
        )
    elif not unknown:
        names = ", ".join(sorted(person.name for person in able.values())[:5])
        more = f" and {len(able) - 5} more" if len(able) > 5 else ""
        yield good(subject, f"{where}: {step.needed} of {names}{more}.")


def _person(workspace: SlackWorkspace, name: str) -> Person | None:
    if "@" in name:
        return workspace.person_by_email(name)
    try:
        return workspace.person(name)
    except Rejected:  # an unknown id; the finding says so
        return None


def _may_approve(person: Person) -> bool:
    return not (person.is_guest or person.is_outsider or person.is_deactivated)


def accounts(policy: Policy, config: DimensionConfig) -> Iterator[Finding]:
    """Look whether the chart has every account on which the policy books lines."""
    billing = policy.billing
    named = (billing.default_revenue_account, *billing.revenue_accounts.values())
    unknown = [account for account in dict.fromkeys(named) if account not in config.accounts]
    if unknown:
        yield bad(
            "Dimensions",
            f"The policy books on {', '.join(unknown)}, which the chart of accounts does not have.",
            "Add them to the dimensions file, or correct the accounts in the policy.",
        )


def far_side(subject: str, port: Crm | Processor | None, setting: str) -> Finding:
    """Ask a connector how it is."""
    if port is None:
        return Finding(subject, "not used", f"{setting} is not set.")
    try:
        return good(subject, port.check())
    except Rejected as refused:
        return bad(subject, str(refused), f"Correct {setting} or the rights that belong to it.")
    except FarSideError as failed:
        return bad(subject, str(failed), "Look at its status page and at this machine's network, and try again.")


def clock_skew(slack_date: str | None, now: datetime) -> Finding:
    """Compare this machine's clock with the `Date` of an answer of Slack."""
    if slack_date is None:
        return Finding("Clock", "not used", "Slack's answer has no date to compare with.")
    ahead = now - parsedate_to_datetime(slack_date)
    if abs(ahead) <= ALLOWED_SKEW:
        return good("Clock", "This machine's clock agrees with Slack's to within a minute.")
    seconds, way = abs(int(ahead.total_seconds())), "ahead of" if ahead > timedelta(0) else "behind"
    return bad(
        "Clock",
        f"This machine's clock is {seconds:,} s {way} Slack's; signed requests are refused from 300 s on.",
        "Turn on time synchronisation (timedatectl set-ntp true).",
    )


def guarded(subject: str, check: Callable[[], Iterable[Finding]], mend: str) -> list[Finding]:
    """Return the findings of a check; an error of ours becomes a failed finding."""
    findings: list[Finding] = []
    try:
        findings.extend(check())
    except DunwellError as error:
        findings.append(bad(subject, str(error), mend))
    return findings
