"""Who must approve an invoice, and what one click does. Pure: people and groups were read before, and are passed in.

The order of the checks in `decide` is the order of what helps the person most: who may never decide here, then what is
true now (another version, decided already), then who may decide, then what is missing from the click.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from flows.approvals.refusals import (
    AlreadyDecided,
    AlreadyVotedThisStep,
    ApproversUnreadable,
    DeactivatedCannotApprove,
    GuestCannotApprove,
    NoRule,
    NotAnApprover,
    OutsiderCannotApprove,
    ReasonRequired,
    RequesterCannotApprove,
    StaleCard,
    TooFewApprovers,
)
from flows.policy.model import ApprovalPolicy, ApprovalRule, StepRule
from flows.values.money import Money


class Verdict(StrEnum):
    """What a person decided."""

    APPROVE = "approve"
    REJECT = "reject"
    REQUEST_CHANGES = "request_changes"


class ApprovalStatus(StrEnum):
    """Where one request for approval stands; the words are those that people see."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes requested"
    VOID = "void"  # the invoice was edited or withdrawn; a newer version asks anew


_OUTCOME = {Verdict.REJECT: ApprovalStatus.REJECTED, Verdict.REQUEST_CHANGES: ApprovalStatus.CHANGES_REQUESTED}


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person decided in one step. `name` is for people, `user_id` for counting."""

    user_id: str
    name: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """One step with its approvers as user ids, members of groups included; None when they could not be read.

    `who` says the same for people: "@finance-approvers", "Dana or Lee".
    """

    number: int  # from 1
    needed: int
    approvers: frozenset[str] | None
    who: str
    decided: tuple[Vote, ...] = ()

    @property
    def approved_by(self) -> frozenset[str]:
        """The different people who have approved this step."""
        return frozenset(vote.user_id for vote in self.decided if vote.verdict is Verdict.APPROVE)


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """One request for approval as it stands. `invoice_state` and `number` are the invoice's own, in the words shown.

    `newest_version` is the invoice's version now, when that is another than the one this request is for.
    """

    approval_id: str
    invoice_id: str
    invoice_version: int
    content_hash: str
    state: ApprovalStatus
    current_step: int  # from 1
    steps: tuple[Step, ...]
    requester: str | None  # user id of who asked for the invoice (the account manager when it was asked for)
    rule: str = ""  # name of the rule that routed it
    invoice_state: str = "awaiting approval"
    number: str | None = None
    newest_version: int | None = None
    account_manager: str | None = None  # user id of whose deal it is now; a deal may be handed over
    what: str = "invoice"  # what is to be approved, in the words of the refusals

    @property
    def step(self) -> Step:
        """The step that waits, or the last one."""
        return self.steps[self.current_step - 1]

    @property
    def votes(self) -> tuple[Vote, ...]:
        """Everything decided so far, in order."""
        return tuple(vote for step in self.steps for vote in step.decided)


class Actor(Protocol):
    """Who clicked, as far as it matters here; `flows.ports.Person` is one."""

    @property
    def user_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def is_guest(self) -> bool: ...
    @property
    def is_outsider(self) -> bool: ...
    @property
    def is_deactivated(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Click:
    """One person's decision as it came in. `seen_version` and `seen_hash` are those of the card that was clicked."""

    verdict: Verdict
    actor: Actor
    seen_version: int
    seen_hash: str
    reason: str | None = None

    @property
    def user_id(self) -> str:
        """Who clicked."""
        return self.actor.user_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What the click does: the vote to record in step `step`, and where the request stands afterwards.

    `complete` means that the last step has all its approvals: issue the invoice.
    """

    verdict: Verdict
    step: int
    state_after: ApprovalStatus
    step_after: int
    complete: bool

    def applied_to(self, approval: ApprovalState, click: Click) -> ApprovalState:
        """Return the request with the vote in it."""
        vote = Vote(click.user_id, click.actor.name, self.verdict)
        steps = tuple(
            replace(step, decided=(*step.decided, vote)) if step.number == self.step else step
            for step in approval.steps
        )
        return replace(approval, state=self.state_after, current_step=self.step_after, steps=steps)


def route(policy: ApprovalPolicy, total: Money) -> ApprovalRule:
    """Return the first rule of the policy, in the order of the file, that is for invoices of that total.

    Raises NoRule when none fits, and for a total below zero: nobody may approve what nobody has ruled on.
    """
    if total.minor >= 0:
        for rule in policy.rules:
            if rule.fits(total):
                return rule
    raise NoRule(total)


def asks_confirmation(policy: ApprovalPolicy, total: Money) -> bool:
    """Tell whether Approve asks once more: above the set amount, and always in a currency for which none is set."""
    if not policy.confirm_above:
        return False
    limit = policy.confirm_above.get(total.currency)
    return limit is None or limit < total


def who_decides(names: Sequence[str], group: str | None = None, needed: int = 1) -> str:
    """Say who decides a step: "Dana or Lee", "@finance-approvers", "two of @finance-approvers", "Dana and Lee"."""
    people = [*names, *([f"@{group.removeprefix('@')}"] if group else [])]
    if needed == 1:
        return _either(people, "or")
    if len(people) == needed and not group:
        return _either(people, "and")
    return f"{_NUMBERS.get(needed, str(needed))} of {_either(people, 'and' if group else 'or')}"


def open_step(
    number: int, rule: StepRule, approvers: frozenset[str] | None, *, who: str, requester: str | None
) -> Step:
    """Return the waiting step for the people that `rule` names, once they have been looked up (None: unreadable).

    Raises ApproversUnreadable, and TooFewApprovers when without the requester fewer are left than are needed: such a
    step could never be finished.
    """
    if approvers is None:
        raise ApproversUnreadable(who)
    able = approvers - {requester} if requester else approvers
    if len(able) < rule.needed:
        raise TooFewApprovers(who, needed=rule.needed, left=len(able), requester_among=requester in approvers)
    return Step(number, rule.needed, approvers, who)


def decide(approval: ApprovalState, click: Click) -> Decision:
    """Return what the click does to the request; nothing is changed here.

    Raises the refusals of flows.approvals.refusals, each with the sentence for the person: OutsiderCannotApprove,
    GuestCannotApprove, DeactivatedCannotApprove, StaleCard, AlreadyDecided, ApproversUnreadable, NotAnApprover,
    RequesterCannotApprove, AlreadyVotedThisStep, ReasonRequired.
    """
    _check_membership(approval, click)
    _check_still_open(approval, click)
    _check_authority(approval, click)
    if click.verdict is not Verdict.APPROVE:
        if not (click.reason or "").strip():
            raise ReasonRequired(click.verdict)
        return Decision(click.verdict, approval.current_step, _OUTCOME[click.verdict], approval.current_step, False)
    return _approved(approval, click)


def _approved(approval: ApprovalState, click: Click) -> Decision:
    step = approval.step
    if len(step.approved_by | {click.user_id}) < step.needed:
        return Decision(click.verdict, step.number, ApprovalStatus.WAITING, step.number, False)
    if step.number < len(approval.steps):
        return Decision(click.verdict, step.number, ApprovalStatus.WAITING, step.number + 1, False)
    return Decision(click.verdict, step.number, ApprovalStatus.APPROVED, step.number, True)


def _check_membership(approval: ApprovalState, click: Click) -> None:
    who = approval.step.who
    if click.actor.is_outsider:
        raise OutsiderCannotApprove(who)
    if click.actor.is_guest:
        raise GuestCannotApprove(who)
    if click.actor.is_deactivated:
        raise DeactivatedCannotApprove(who)


def _check_still_open(approval: ApprovalState, click: Click) -> None:
    current = approval.newest_version or approval.invoice_version
    if click.seen_version != current or click.seen_hash != approval.content_hash:
        raise StaleCard(click.seen_version, current)
    if approval.state is not ApprovalStatus.WAITING:
        votes = tuple((vote.name, vote.verdict.value) for vote in approval.votes)
        raise AlreadyDecided(approval.state.value, votes, approval.invoice_state, approval.number, approval.what)


def _check_authority(approval: ApprovalState, click: Click) -> None:
    step = approval.step
    if step.approvers is None:
        raise ApproversUnreadable(step.who)
    if click.user_id not in step.approvers:
        raise NotAnApprover(step.who, approval.rule, approval.what)
    if click.user_id in (approval.requester, approval.account_manager) and click.verdict is Verdict.APPROVE:
        raise RequesterCannotApprove(step.who, approval.what)
    if any(vote.user_id == click.user_id for vote in step.decided):
        raise AlreadyVotedThisStep(len(step.approved_by), step.needed, step.who)


_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


def _either(people: Sequence[str], word: str) -> str:
    if len(people) < 2:
        return "".join(people)
    return f"{', '.join(people[:-1])} {word} {people[-1]}"
