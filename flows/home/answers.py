"""Answers to `/dunwell`, in words, read from our own rows: the answer first, then one more thing to ask."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from flows import posting
from flows.approvals import MembersOnly, check_member
from flows.blockkit import ago, escape, instant, link, mention
from flows.errors import FarSideError
from flows.home import invoice_view as showing
from flows.home.service import asked, called
from flows.runtime import runtime
from flows.values.money import Money, format_money
from storage.tables import Approval, Attention, Invoice

ROWS = 10


def refusal(team_id: str, user_id: str) -> str:
    """Say why this person is told nothing: a guest, somebody of another company, or Slack does not say; "" for members.

    Asked before the answer, since the answer is the acknowledgement; who it is is remembered for a minute.
    """
    try:
        check_member(runtime().slack(team_id).person(user_id))
    except MembersOnly:
        return "Only members of this workspace can ask this. Ask one of them."
    except FarSideError as error:
        return f"I cannot ask Slack who you are just now ({escape(error.reason, 200)}). Type it once more in a minute."
    return ""


def status(session: Session) -> str:
    """Count what waits, what is stuck, and what was issued in the last seven days."""
    week = runtime().clock.now() - timedelta(days=7)
    waits = _count(session, select(func.count()).select_from(Approval).where(col(Approval.state) == "waiting"))
    stands = _count(session, select(func.count()).select_from(Attention).where(col(Attention.state) == "open"))
    issued = _count(session, select(func.count()).select_from(Invoice).where(col(Invoice.issued_at) >= week))
    return (
        f"*{_number(waits, 'invoice waits', 'invoices wait')} for approval*, "
        f"{_number(stands, 'thing needs', 'things need')} attention, "
        f"{_number(issued, 'invoice was', 'invoices were')} issued in the last seven days.\n"
        "`/dunwell waiting` lists them, `/dunwell help` says what else you can ask."
    )


def waiting(session: Session) -> str:
    """List the invoices that wait for approval, oldest first."""
    statement = asked().where(col(Approval.state) == "waiting")
    rows = session.execute(statement.limit(ROWS)).all()
    if not rows:
        return "*Nothing waits for approval.* `/dunwell status` counts the rest."
    total = _count(session, select(func.count()).select_from(Approval).where(col(Approval.state) == "waiting"))
    lines = [
        f"• {link(posting.card_link(session, approval.subject_id), escape(called(customer, invoice, correction), 120))}"
        f" · {format_money(Money.of_minor((correction or invoice).total_minor, invoice.currency))}"
        f" · {escape(step.who, 80)} · asked {ago(approval.created_at)}"
        for approval, step, invoice, customer, correction in rows
    ]
    more = f"\nand {total - ROWS} more" if total > ROWS else ""
    return f"*{_number(total, 'invoice waits', 'invoices wait')} for approval*\n" + "\n".join(lines) + more


def stuck(session: Session) -> str:
    """List what does not move, oldest first."""
    statement = select(Attention).where(col(Attention.state) == "open").order_by(col(Attention.opened_at))
    rows = session.execute(statement.limit(ROWS)).scalars().all()
    total = _count(session, select(func.count()).select_from(Attention).where(col(Attention.state) == "open"))
    if not rows:
        return "*Nothing is stuck.* `/dunwell status` counts the rest."
    lines = [
        f"• {link(posting.card_link(session, row.id), escape(row.title, 150))}: {escape(row.reason, 200)} · "
        f"noticed {ago(row.opened_at)}"
        for row in rows
    ]
    more = f"\nand {total - ROWS} more" if total > ROWS else ""
    return f"*{_number(total, 'thing needs', 'things need')} attention*\n" + "\n".join(lines) + more


def audit(session: Session, number: str) -> str:
    """Tell who did what to one invoice, named by its number."""
    if not number:
        return "Which invoice? For example `/dunwell audit INV-000001`."
    invoice = session.execute(
        select(Invoice).where(func.lower(col(Invoice.number)) == number.lower())
    ).scalar_one_or_none()
    if invoice is None:
        return f"There is no issued invoice {escape(number, 40)}. Drafts have no number: see `/dunwell waiting`."
    events = showing.history(session, invoice.id)[-ROWS * 2 :]
    lines = [
        f"• {instant(event.at)} · {mention(event.who)} {escape(event.what, 200)}"
        + (f": {escape(event.reason, 200)}" if event.reason else "")
        for event in events
    ]
    return f"*{escape(str(invoice.number), 40)}* is {escape(invoice.state, 40)}\n" + "\n".join(lines)


def _count(session: Session, statement: Select[int]) -> int:
    return int(session.execute(statement).scalar_one())


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
