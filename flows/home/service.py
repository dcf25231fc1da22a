"""Read the rows that a person's App Home is drawn from."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlmodel import Session, col

from flows import attention, posting
from flows.home.cards import SHOWN, HomeView, Lately, Stuck, Waiting
from flows.ports import Person
from flows.runtime import runtime
from flows.values.money import Money
from storage.tables import Approval, ApprovalStep, Attention, Correction, Customer, Decision, Invoice

_IS_CURRENT: Final = (col(ApprovalStep.approval_id) == col(Approval.id)) & (
    col(ApprovalStep.number) == col(Approval.current_step)
)


def home_of(session: Session, person: Person, groups: dict[str, frozenset[str]]) -> HomeView:
    """Return what that person's App Home shows. `groups` are the members of the policy's user groups."""
    policy = runtime().policy
    is_insider = not (person.is_guest or person.is_outsider)
    waiting, waiting_besides = _waiting(session, person, groups) if is_insider else ((), 0)
    stuck, stuck_besides = _stuck(session) if is_insider else ((), 0)
    return HomeView(
        name=person.name,
        approves=is_insider and _is_named(person, groups),
        waiting=waiting,
        waiting_besides=waiting_besides,
        decided=_decided(session, person.user_id),
        stuck=stuck,
        stuck_besides=stuck_besides,
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


def _waiting(session: Session, person: Person, groups: dict[str, frozenset[str]]) -> tuple[tuple[Waiting, ...], int]:
    """Return the first invoices that this person can decide now, oldest first, and how many there are besides."""
    theirs = [row.id for row in session.execute(_undecided_by(person.user_id)) if _is_theirs(row, person, groups)]
    shown = session.execute(asked().where(col(Approval.id).in_(theirs[:SHOWN]))).all()
    links = posting.card_links(session, [approval.subject_id for approval, *_ in shown])
    entries = tuple(
        Waiting(
            customer=called(customer, invoice, correction),
            total=Money.of_minor((correction or invoice).total_minor, invoice.currency),
            asked_at=approval.created_at,
            progress=f"step {step.number}" + (f" · {step.needed} approvals needed" if step.needed > 1 else ""),
            url=links.get(approval.subject_id),
        )
        for approval, step, invoice, customer, correction in shown
    )
    return entries, len(theirs) - len(entries)


def _undecided_by(user_id: str) -> Select[Any]:
    """Select the steps that wait and on which this person has no vote yet: only what tells whether it is theirs.

    Many may wait, and few are shown: whole rows of all of them would cost each Home some milliseconds a hundred.
    """
    voted = select(col(Decision.id)).where(
        col(Decision.approval_id) == col(Approval.id),
        col(Decision.step) == col(Approval.current_step),
        col(Decision.user_id) == user_id,
    )
    return (
        select(
            col(Approval.id),
            col(Approval.requester),
            col(Approval.correction_id),
            col(Invoice.account_manager),
            col(ApprovalStep.approvers),
            col(ApprovalStep.user_group),
        )
        .join(ApprovalStep, _IS_CURRENT)
        .join(Invoice, col(Invoice.id) == Approval.invoice_id)
        .where(col(Approval.state) == "waiting", ~voted.exists())
        .order_by(col(Approval.created_at), col(Approval.id))
    )


def _is_theirs(row: Row[Any], person: Person, groups: dict[str, frozenset[str]]) -> bool:
    """Say whether the step is this person's to decide: named, and neither who asked nor whose deal is billed."""
    if person.user_id in (row.requester, None if row.correction_id else row.account_manager):
        return False
    named = person.user_id in row.approvers or person.email in row.approvers
    return named or person.user_id in groups.get(row.user_group or "", frozenset())


def asked() -> Select[Approval, ApprovalStep, Invoice, Customer, Correction]:
    """Select every approval with its current step and all that names its subject, oldest first."""
    return (
        select(Approval, ApprovalStep, Invoice, Customer, Correction)
        .join(ApprovalStep, _IS_CURRENT)
        .join(Invoice, col(Invoice.id) == Approval.invoice_id)
        .join(Customer, col(Customer.id) == Invoice.customer_id)
        .outerjoin(Correction, col(Correction.id) == Approval.correction_id)
        .order_by(col(Approval.created_at), col(Approval.id))
    )


def called(customer: Customer, invoice: Invoice, correction: Correction | None) -> str:
    """Name what is decided: the customer, and before it which correction of which invoice."""
    if correction is None:
        return customer.name
    act = "Credit" if correction.kind == "credit" else "Void"
    return f"{act} {invoice.number}, {customer.name}"


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
    rows = session.execute(statement).all()
    links = posting.card_links(session, [approval.subject_id for _, approval, *_ in rows])
    return tuple(
        Lately(
            customer=called(customer, invoice, correction),
            total=Money.of_minor((correction or invoice).total_minor, invoice.currency),
            verdict=decision.verdict,
            at=decision.decided_at,
            state=(correction or invoice).state,
            number=(correction or invoice).number,
            url=links.get(approval.subject_id),
        )
        for decision, approval, invoice, customer, correction in rows
    )


def _stuck(session: Session) -> tuple[tuple[Stuck, ...], int]:
    """Return the first things that do not move, oldest first, and how many there are besides."""
    is_open = col(Attention.state) == "open"
    count = session.execute(select(func.count()).select_from(Attention).where(is_open)).scalar_one()
    rows = session.execute(select(Attention).where(is_open).order_by(col(Attention.opened_at)).limit(SHOWN)).scalars()
    shown = rows.all()
    links = posting.card_links(session, [row.id for row in shown])
    entries = tuple(
        Stuck(
            title=row.title,
            why=row.reason,
            since=row.opened_at,
            url=links.get(row.id),
            retry=row.id if attention.can_be_retried(row) else None,
        )
        for row in shown
    )
    return entries, count - len(entries)
