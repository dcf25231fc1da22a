"""Issue into the built-in receivables ledger: the next number and a balanced entry, in one transaction.

The number is taken in the transaction that posts the entry, so the series has no gaps: a number that is not posted was
never taken.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.invoice import InvoiceContent
from storage.tables import Invoice, JournalEntry, JournalLine, NumberSeries

DIGITS = 6


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
    now = runtime().clock.now()
    entry = JournalEntry(
        id=new_id("jou", now),
        team_id=invoice.team_id,
        key=_key(invoice),
        invoice_id=invoice.id,
        posting_date=content.invoice_date,
        memo=f"Invoice {invoice.number} to {content.bill_to.name}",
        posted_at=now,
    )
    session.add(entry)
    session.flush()
    sides: list[tuple[str, int, str | None]] = [
        (runtime().policy.billing.receivable_account, content.total.minor, content.bill_to.customer_id)
    ]
    sides += [(line.account, -line.amount.minor, None) for line in content.lines]
    for seq, (account, amount, customer) in enumerate((side for side in sides if side[1]), start=1):
        session.add(
            JournalLine(
                entry_id=entry.id,
                team_id=invoice.team_id,
                seq=seq,
                account=account,
                currency=content.currency,
                amount_minor=amount,
                customer_id=customer,
            )
        )


def _key(invoice: Invoice) -> str:
    return f"{invoice.id}:issued"
