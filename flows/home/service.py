"""Read the rows that a person's App Home is drawn from."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import Session, col

from flows import attention, posting
from flows.home.cards import HomeView, Lately, Stuck, Waiting
from flows.ports import Person
from flows.runtime import runtime
from flows.values.money import Money
from storage.tables import Approval, ApprovalStep, Attention, Correction, Customer, Decision, Invoice

MOST = 30


def home_of(session: Session, person: Person, groups: dict[str, frozenset[str]]) -> HomeView:
    """Return what that person's App Home shows. `groups` are the members of the policy's user groups."""
    policy = runtime().policy
    is_insider = not (person.is_guest or person.is_outsider)
    return HomeView(
        name=person.name,
        approves=is_insider and _is_named(person, groups),
        waiting=_waiting(session, person, groups) if is_insider else (),
        decided=_decided(session, person.user_id),
        stuck=_stuck(session) if is_insider else (),
        approvals_channel=policy.slack.approvals_channel,
    )


def policy_groups() -> frozenset[str]:
    """Return the user groups that the policy names."""
    rules = runtime().policy.approvals.rules
    return frozenset(step.group for rule in rules for step in rule.steps if step.group)


def _is_named(person: Person, groups: dict[str, frozenset[str]]) -> bool:
    rules = runtime().policy.approvals.rules
    named = {approver for rule in rules for step in rule.steps for approver in step.approvers}
    return person.user_id in named or person.email in named or any(person.user_id in one for one in groups.values())


def _waiting(session: Session, person: Person, groups: dict[str, frozenset[str]]) -> tuple[Waiting, ...]:
    """Return the invoices that this person can decide now, oldest first."""
    statement = (
        select(Approval, ApprovalStep, Invoice, Customer, Correction)
        .join(
            ApprovalStep,
            (col(ApprovalStep.approval_id) == Approval.id) & (col(ApprovalStep.number) == Approval.current_step),
        )
        .join(Invoice, col(Invoice.id) == Approval.invoice_id)
        .join(Customer, col(Customer.id) == Invoice.customer_id)
        .outerjoin(Correction, col(Correction.id) == Approval.correction_id)
        .where(col(Approval.state) == "waiting")
        .order_by(col(Approval.created_at))
    )
    found = []
    for approval, step, invoice, customer, correction in session.execute(statement):
        may = person.user_id in step.approvers or person.email in step.approvers
        may = may or person.user_id in groups.get(step.user_group or "", frozenset())
        if (
            not may
            or person.user_id in (approval.requester, None if correction else invoice.account_manager)
            or _has_voted(session, approval, person.user_id)
        ):
            continue
        progress = f"step {step.number}" + (f" · {step.needed} approvals needed" if step.needed > 1 else "")
        total = Money.of_minor((correction or invoice).total_minor, invoice.currency)
        url = posting.card_link(session, approval.subject_id)
        what = called(customer, invoice, correction)
        found.append(Waiting(what, total, approval.created_at, progress, url))
        if len(found) == MOST:
            break
    return tuple(found)


def called(customer: Customer, invoice: Invoice, correction: Correction | None) -> str:
    """Name what is decided: the customer, and before it which correction of which invoice."""
    if correction is None:
        return customer.name
    act = "Credit" if correction.kind == "credit" else "Void"
    return f"{act} {invoice.number}, {customer.name}"


def _has_voted(session: Session, approval: Approval, user_id: str) -> bool:
    statement = select(col(Decision.id)).where(
        col(Decision.approval_id) == approval.id,
        col(Decision.step) == approval.current_step,
        col(Decision.user_id) == user_id,
    )
    return session.execute(statement.limit(1)).first() is not None


def _decided(session: Session, user_id: str) -> tuple[Lately, ...]:
    statement = (
        select(Decision, Approval, Invoice, Customer, Correction)
        .join(Approval, col(Approval.id) == Decision.approval_id)
        .join(Invoice, col(Invoice.id) == Approval.invoice_id)
        .join(Customer, col(Customer.id) == Invoice.customer_id)
        .outerjoin(Correction, col(Correction.id) == Approval.correction_id)
        .where(col(Decision.user_id) == user_id)
        .order_by(col(Decision.id).desc())
        .limit(10)
    )
    return tuple(
        Lately(
            customer=called(customer, invoice, correction),
            total=Money.of_minor((correction or invoice).total_minor, invoice.currency),
            verdict=decision.verdict,
            at=decision.decided_at,
            state=(correction or invoice).state,
            number=(correction or invoice).number,
            url=posting.card_link(session, approval.subject_id),
        )
        for decision, approval, invoice, customer, correction in session.execute(statement)
    )


def _stuck(session: Session) -> tuple[Stuck, ...]:
    statement = select(Attention).where(col(Attention.state) == "open").order_by(col(Attention.opened_at)).limit(MOST)
    return tuple(
        Stuck(
            title=row.title,
            why=row.reason,
            since=row.opened_at,
            url=posting.card_link(session, row.id),
            retry=row.id if attention.can_be_retried(row) else None,
        )
        for row in session.execute(statement).scalars()
    )
