"""Issue into the built-in receivables ledger: the next number and a balanced entry, in one transaction.

The number is taken in the transaction that posts the entry, so the series has no gaps: a number that is not posted was
never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.invoice import InvoiceContent
from flows.values.money import Money, total
from storage.tables import Invoice, JournalEntry, JournalLine, NumberSeries

DIGITS = 6
Side = tuple[str, int, str | None]  # account, minor units (credits negative), customer


def issue_into_ledger(session: Session, invoice: Invoice, content: InvoiceContent) -> str:
    """Give the invoice its number and post it: receivable against revenue. Posting it twice changes nothing.

    Returns the number, such as INV-000042.
    """
    if invoice.number is not None:
        return invoice.number
    invoice.number = _next_number(session, invoice.team_id, runtime().policy.company.invoice_prefix)
    session.add(invoice)
    _post(session, invoice, content)
    return invoice.number


def credit_in_ledger(
    session: Session,
    invoice: Invoice,
    content: InvoiceContent,
    correction_id: str,
    amounts: Mapping[int, Money],
    day: date,
) -> str:
    """Give a credit memo its number and post it: revenue against receivable, by line. Returns the number: CM-000042.

    The caller keeps the number in the same transaction, and calls this once.
    """
    number = _next_number(session, invoice.team_id, runtime().policy.company.credit_memo_prefix)
    whole = total(amounts.values(), content.currency)
    receivable = runtime().policy.billing.receivable_account
    sides: list[Side] = [(line.account, amounts[line.seq].minor, None) for line in content.lines if line.seq in amounts]
    sides.append((receivable, -whole.minor, content.bill_to.customer_id))
    memo = f"Credit memo {number} of invoice {invoice.number} to {content.bill_to.name}"
    _enter(session, invoice, _credit_key(correction_id), day=day, memo=memo, currency=content.currency, sides=sides)
    return number


def credited_on(session: Session, correction_id: str) -> date | None:
    """Return the day that a credit memo is posted on; None before it is."""
    statement = select(col(JournalEntry.posting_date)).where(col(JournalEntry.key) == _credit_key(correction_id))
    return session.execute(statement).scalar_one_or_none()


def void_in_ledger(session: Session, invoice: Invoice, day: date) -> None:
    """Reverse the posting of an invoice, side by side."""
    posted = select(JournalLine).join(JournalEntry, col(JournalEntry.id) == col(JournalLine.entry_id))
    lines = session.execute(posted.where(col(JournalEntry.key) == _key(invoice)).order_by(col(JournalLine.seq)))
    sides = [(line.account, -line.amount_minor, line.customer_id) for line in lines.scalars()]
    memo = f"Invoice {invoice.number} is void"
    _enter(session, invoice, f"{invoice.id}:voided", day=day, memo=memo, currency=invoice.currency, sides=sides)


def is_posted(session: Session, invoice: Invoice) -> bool:
    """Tell whether the invoice stands in the ledger."""
    statement = select(col(JournalEntry.id)).where(col(JournalEntry.key) == _key(invoice))
    return session.execute(statement).first() is not None


def _next_number(session: Session, team_id: str, prefix: str) -> str:
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert(NumberSeries) if dialect == "sqlite" else postgresql.insert(NumberSeries)
    taken = session.execute(
        insert.values(team_id=team_id, series=prefix, next_number=2)
        .on_conflict_do_update(index_elements=["team_id", "series"], set_={"next_number": NumberSeries.next_number + 1})
        .returning(col(NumberSeries.next_number))
    ).scalar_one()
    return f"{prefix}{int(taken) - 1:0{DIGITS}d}"


def _post(session: Session, invoice: Invoice, content: InvoiceContent) -> None:
    receivable = runtime().policy.billing.receivable_account
    sides: list[Side] = [(receivable, content.total.minor, content.bill_to.customer_id)]
    sides += [(line.account, -line.amount.minor, None) for line in content.lines]
    memo = f"Invoice {invoice.number} to {content.bill_to.name}"
    _enter(session, invoice, _key(invoice), day=content.invoice_date, memo=memo, currency=content.currency, sides=sides)


def _enter(
    session: Session, invoice: Invoice, key: str, *, day: date, memo: str, currency: str, sides: Iterable[Side]
) -> None:
    now = runtime().clock.now()
    entry = JournalEntry(
        id=new_id("jou", now),
        team_id=invoice.team_id,
        key=key,
        invoice_id=invoice.id,
        posting_date=day,
        memo=memo,
        posted_at=now,
    )
    session.add(entry)
    session.flush()
    for seq, (account, amount, customer) in enumerate((side for side in sides if side[1]), start=1):
        session.add(
            JournalLine(
                entry_id=entry.id,
                team_id=invoice.team_id,
                seq=seq,
                account=account,
                currency=currency,
                amount_minor=amount,
                customer_id=customer,
            )
        )


def _key(invoice: Invoice) -> str:
    return f"{invoice.id}:issued"


def _credit_key(correction_id: str) -> str:
    return f"{correction_id}:credited"
