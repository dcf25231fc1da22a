"""Open, void and decide approvals, each in one transaction of the caller's, with its audit row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from flows import attention, posting
from flows.approvals import rules
from flows.approvals.refusals import ApproversUnreadable, NoRule, TooFewApprovers
from flows.approvals.rules import ApprovalState, ApprovalStatus, Click, Decision, Step, Verdict, Vote
from flows.errors import Refused, StaleWrite
from flows.policy.model import ApprovalRule, StepRule
from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.money import Money
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Approval, ApprovalStep, Correction, Invoice
from storage.tables import Decision as DecisionRow

APPROVAL_CARD = "approval"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be approved: a version of an invoice, or a correction of one that is out.

    `requester` may not approve it; `card` is the kind of the card that shows it.
    """

    id: str
    team_id: str
    invoice_id: str
    invoice_version: int
    content_hash: str
    requester: str | None
    correction_id: str | None = None
    card: str = APPROVAL_CARD


def ask(session: Session, invoice: Invoice, total: Money, people: KnownPeople) -> Approval | None:
    """Ask for approval of the invoice's present version, as the policy routes it; None when no rule is for it."""
    subject = Subject(
        id=invoice.id,
        team_id=invoice.team_id,
        invoice_id=invoice.id,
        invoice_version=invoice.version,
        content_hash=invoice.content_hash,
        requester=invoice.account_manager,
    )
    try:
        return ask_about(session, subject, total, people)
    except NoRule as refusal:
        _nobody_may_approve(session, invoice, total, refusal)
        return None


def ask_about(session: Session, subject: Subject, total: Money, people: KnownPeople) -> Approval:
    """Ask for approval of something over `total`, as the policy routes it, on its card. Raises NoRule."""
    policy = runtime().policy
    rule = rules.route(policy.approvals, total)
    attention.settle_attention(session, subject_id=subject.id, kind="approval", by="policy")
    approval = _open(session, subject, rule, people)
    if posting.has_card(session, subject.id, subject.card):
        posting.refresh(session, subject.id)
    else:
        channel = rule.channel or policy.slack.approvals_channel
        posting.post_card(session, kind=subject.card, subject_id=subject.id, address=channel)
    posting.home(session)
    return approval


def void(session: Session, invoice_id: str, *, reason: str) -> None:
    """Void what was asked and said about earlier versions of the invoice."""
    _void(session, col(Approval.invoice_id) == invoice_id, audit.SYSTEM("approvals"), reason)


def withdraw(session: Session, correction_id: str, *, by: str, reason: str) -> None:
    """Void what was asked about a correction, because whoever asked for it takes it back."""
    _void(session, col(Approval.correction_id) == correction_id, audit.USER(by), reason)
    attention.settle_attention(session, subject_id=correction_id, kind="approvers", by="withdrawn")


def _void(session: Session, about: ColumnElement[bool], actor: audit.Actor, reason: str) -> None:
    session.flush()
    now = runtime().clock.now()
    live = (ApprovalStatus.WAITING, ApprovalStatus.APPROVED)
    statement = select(Approval).where(about, col(Approval.state).in_(live))
    for approval in session.execute(statement.with_for_update()).scalars():
        before = approval.state
        approval.state, approval.decided_at = ApprovalStatus.VOID, now
        approval.row_version += 1
        session.add(approval)
        audit.append(
            session,
            action="approval.voided",
            object_type="approval",
            object_id=approval.id,
            actor=actor,
            at=now,
            before={"state": before},
            after={"state": approval.state} | _named(approval),
            reason=reason,
        )
    posting.home(session)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was recorded: about which invoice, or correction of it, and what it means for it."""

    invoice_id: str
    correction_id: str | None
    decision: Decision
    click: Click


def decide(
    session: Session,
    approval_id: str,
    click: Click,
    approvers: frozenset[str] | None,
    *,
    step_seen: int,
    evidence: Mapping[str, Any],
) -> Decided:
    """Record one person's decision. `approvers` are those of step `step_seen`, read just before; None: unreadable.

    Raises StaleWrite when another step is the current one by now, and Refused, after which the caller tells the person
    and calls `record_refusal`; nothing is changed then.
    """
    approval = session.get(Approval, approval_id, with_for_update=True)
    if approval is None:
        raise Refused("This card belongs to an invoice that I do not know. Nothing was changed.")
    if step_seen != approval.current_step and approval.state == ApprovalStatus.WAITING:
        raise StaleWrite("approval", approval_id)  # somebody completed a step meanwhile: read its approvers anew
    state = as_state(session, approval, approvers)
    decision = rules.decide(state, click)
    _record(session, approval, decision, click, evidence)
    posting.refresh(session, approval.subject_id)
    posting.home(session)
    return Decided(approval.invoice_id, approval.correction_id, decision, click)


def record_refusal(
    session: Session, approval_id: str, click: Click, refusal: Refused, evidence: Mapping[str, Any]
) -> None:
    """Keep in the audit trail that somebody tried what they may not do, and why it was refused."""
    audit.append(
        session,
        action="approval.refused",
        object_type="approval",
        object_id=approval_id,
        actor=audit.USER(click.user_id),
        at=runtime().clock.now(),
        after={"verdict": click.verdict.value, "code": refusal.code},
        reason=str(refusal),
        evidence=evidence,
    )


def as_state(session: Session, approval: Approval, approvers: frozenset[str] | None) -> ApprovalState:
    """Return the approval as the rules see it; `approvers` are the people of the current step."""
    invoice = session.get_one(Invoice, approval.invoice_id)
    correction = session.get_one(Correction, approval.correction_id) if approval.correction_id else None
    votes = session.execute(
        select(DecisionRow).where(col(DecisionRow.approval_id) == approval.id).order_by(col(DecisionRow.id))
    ).scalars()
    by_step: dict[int, list[Vote]] = {}
    for vote in votes:
        by_step.setdefault(vote.step, []).append(Vote(vote.user_id, vote.user_name, Verdict(vote.verdict)))
    steps = tuple(
        Step(
            number=step.number,
            needed=step.needed,
            approvers=approvers if step.number == approval.current_step else None,
            who=step.who,
            decided=tuple(by_step.get(step.number, ())),
        )
        for step in steps_of(session, approval.id)
    )
    return ApprovalState(
        approval_id=approval.id,
        invoice_id=approval.invoice_id,
        invoice_version=approval.invoice_version,
        content_hash=approval.content_hash,
        state=ApprovalStatus(approval.state),
        current_step=approval.current_step,
        steps=steps,
        requester=approval.requester,
        rule=approval.rule,
        invoice_state=correction.state if correction else invoice.state,
        number=correction.number if correction else invoice.number,
        newest_version=invoice.version,
        account_manager=None if correction else invoice.account_manager,
        what=_CALLED[correction.kind] if correction else "invoice",
    )


def steps_of(session: Session, approval_id: str) -> list[ApprovalStep]:
    """Return the steps of an approval in their order."""
    statement = select(ApprovalStep).where(col(ApprovalStep.approval_id) == approval_id)
    return list(session.execute(statement.order_by(col(ApprovalStep.number))).scalars())


def latest_approval(session: Session, invoice_id: str) -> Approval | None:
    """Return the newest request for approval of an invoice; those of its corrections are theirs."""
    statement = select(Approval).where(col(Approval.invoice_id) == invoice_id, col(Approval.correction_id).is_(None))
    return session.execute(statement.order_by(col(Approval.invoice_version).desc()).limit(1)).scalar_one_or_none()


def _open(session: Session, subject: Subject, rule: ApprovalRule, people: KnownPeople) -> Approval:
    now = runtime().clock.now()
    approval = Approval(
        id=new_id("apr", now),
        team_id=subject.team_id,
        invoice_id=subject.invoice_id,
        invoice_version=subject.invoice_version,
        correction_id=subject.correction_id,
        content_hash=subject.content_hash,
        policy_version=runtime().policy.version,
        rule=rule.name,
        state=ApprovalStatus.WAITING,
        requester=subject.requester,
        created_at=now,
    )
    session.add(approval)
    session.flush()
    for number, step in enumerate(rule.steps, start=1):
        names = [people.name(approver) for approver in step.approvers]
        _check_can_be_decided(session, subject, number, step, people)
        session.add(
            ApprovalStep(
                approval_id=approval.id,
                team_id=subject.team_id,
                number=number,
                needed=step.needed,
                approvers=list(step.approvers),
                user_group=step.group,
                who=rules.who_decides(names, step.group, step.needed),
                mentions=_mentions(step, people),
                state="waiting",
            )
        )
    audit.append(
        session,
        action="approval.asked",
        object_type="approval",
        object_id=approval.id,
        actor=audit.SYSTEM("approvals"),
        at=now,
        after=_named(approval) | {"rule": rule.name, "steps": len(rule.steps)},
        evidence={"content_hash": subject.content_hash, "policy_version": approval.policy_version},
    )
    return approval


def _named(approval: Approval) -> dict[str, Any]:
    """Say in the trail what an approval is about."""
    named = {"invoice": approval.invoice_id, "invoice_version": approval.invoice_version}
    return named | ({"correction": approval.correction_id} if approval.correction_id else {})


def _check_can_be_decided(session: Session, subject: Subject, number: int, step: StepRule, people: KnownPeople) -> None:
    """Tell the operators at once when a step could never be finished: too few people, or a group nobody can read."""
    readable = step.group is None or step.group in people.groups
    named = frozenset(people.ids[one] for one in step.approvers if one in people.ids)
    approvers = named | people.groups.get(step.group or "", frozenset()) if readable else None
    who = rules.who_decides([people.name(one) for one in step.approvers], step.group, step.needed)
    try:
        rules.open_step(number, step, approvers, who=who, requester=subject.requester)
    except (ApproversUnreadable, TooFewApprovers) as refusal:
        attention.open_attention(
            session,
            subject_id=subject.id,
            kind="approvers",
            title=f"{'A correction' if subject.correction_id else 'An invoice'} was asked for that nobody can approve",
            reason=str(refusal),
            code=refusal.code,
        )


def _mentions(step: StepRule, people: KnownPeople) -> list[str]:
    """Return whom the card can mention: all who decide the step, or nobody when one of them is not known by id."""
    ids = [people.ids.get(approver) for approver in step.approvers]
    if step.group:
        ids.append(step.group if step.group.startswith("S") else people.ids.get(step.group))
    return [one for one in ids if one] if all(ids) else []


def _record(
    session: Session, approval: Approval, decision: Decision, click: Click, evidence: Mapping[str, Any]
) -> None:
    now = runtime().clock.now()
    before = {"state": approval.state, "step": approval.current_step}
    session.add(
        DecisionRow(
            id=new_id("dec", now),
            team_id=approval.team_id,
            approval_id=approval.id,
            step=decision.step,
            user_id=click.user_id,
            user_name=click.actor.name,
            verdict=decision.verdict,
            reason=click.reason,
            decided_at=now,
        )
    )
    step_is_over = decision.step_after != decision.step or decision.state_after is not ApprovalStatus.WAITING
    if step_is_over:
        step = session.get_one(ApprovalStep, (approval.id, decision.step))
        step.state = "approved" if decision.verdict is Verdict.APPROVE else "rejected"
        session.add(step)
    approval.state, approval.current_step = decision.state_after, decision.step_after
    approval.row_version += 1
    if decision.state_after is not ApprovalStatus.WAITING:
        approval.decided_at = now
    session.add(approval)
    audit.append(
        session,
        action=_ACTION[decision.verdict],
        object_type="approval",
        object_id=approval.id,
        actor=audit.USER(click.user_id),
        at=now,
        before=before,
        after={"state": approval.state, "step": approval.current_step} | _named(approval),
        reason=click.reason or "",
        evidence=dict(evidence)
        | {
            "policy_version": approval.policy_version,
            "content_hash": approval.content_hash,
            "invoice_version": approval.invoice_version,
        },
    )


_CALLED: Mapping[str, str] = {"credit": "credit memo", "void": "request to void"}
_ACTION: Mapping[Verdict, str] = {
    Verdict.APPROVE: "approval.approved",
    Verdict.REJECT: "approval.rejected",
    Verdict.REQUEST_CHANGES: "approval.changes_requested",
}


def _nobody_may_approve(session: Session, invoice: Invoice, total: Money, refusal: NoRule) -> None:
    attention.open_attention(
        session,
        subject_id=invoice.id,
        kind="approval",
        title=f"Nobody may approve an invoice over {total}",
        reason=str(refusal),
        code=refusal.code,
    )
