"""Take in one version of a deal: keep it, and make or revise the draft invoice that follows from it.

Everything here is one transaction of the caller's. The record that was read back from the CRM decides; a version whose
content we know already changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from flows import billing, invoicing, posting
from flows.contracts import mapping, rules
from flows.errors import BadInput, NotFound
from flows.runtime import runtime
from flows.values.clock import business_date
from flows.values.deal import Deal
from flows.values.ids import new_id
from flows.values.invoice import BillTo
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Customer, DealRow, DealVersion

MEND_CARD = "mend"


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in a deal did: unchanged, incomplete, drafted, revised, withdrawn or too late."""

    outcome: str
    deal_id: str


def take_deal(session: Session, deal: Deal, *, people: KnownPeople) -> Intake:
    """Keep this version of the deal and do what follows from it."""
    row = _row_of(session, deal)
    is_known = row.version > 0
    if is_known and row.content_hash == deal.content_hash():
        row.modified_at = max(row.modified_at, deal.modified_at)
        session.add(row)
        return Intake("unchanged", row.id)
    if is_known and deal.modified_at < row.modified_at:
        return Intake("unchanged", row.id)  # an older version that arrived late
    before = current_deal(session, row) if is_known else None
    _keep(session, row, deal)
    return _follow(session, row, deal, before=before, people=people)


def mend_deal(session: Session, deal_id: str, fixes: Mapping[str, str], *, user_id: str, people: KnownPeople) -> Intake:
    """Put in what a person typed and go on; a field that the CRM fills later wins over it.

    Raises BadInput (rules.BadFix with the field) when something typed cannot be.
    """
    row = session.get(DealRow, deal_id, with_for_update=True)
    if row is None:
        raise NotFound("deal", deal_id)
    source = stored_deal(session, row)
    mended = rules.mend(current_deal(session, row), fixes)
    row.mends = dict(row.mends) | {
        field: {"value": value, "instead_of": stands(source, field)} for field, value in fixes.items()
    }
    session.add(row)
    audit.append(
        session,
        action="deal.mended",
        object_type="deal",
        object_id=row.id,
        actor=audit.USER(user_id),
        at=runtime().clock.now(),
        before={field: stands(source, field) for field in fixes},
        after=dict(fixes),
    )
    return _follow(session, row, mended, before=None, people=people)


def take_over(session: Session, deal_id: str, *, people: KnownPeople) -> Intake | None:
    """Do what follows from a deal as it is, which was read before contracts were kept; None when it has one."""
    row = session.get(DealRow, deal_id, with_for_update=True)
    if row is None or row.state != "drafted" or billing.has_contract(session, row.id):
        return None
    return _follow(session, row, stored_deal(session, row), before=None, people=people)


def stored_deal(session: Session, row: DealRow) -> Deal:
    """Return the deal's latest version exactly as the source gave it."""
    return Deal.from_json(session.get_one(DealVersion, (row.id, row.version)).content)


def current_deal(session: Session, row: DealRow) -> Deal:
    """Return the deal's latest version with what people filled in where the source still says what it said then."""
    deal = stored_deal(session, row)
    fixes = {field: mend["value"] for field, mend in row.mends.items() if stands(deal, field) == mend["instead_of"]}
    if not fixes:
        return deal
    try:
        return rules.mend(deal, fixes)
    except BadInput:  # what was typed no longer fits the new version: ask again
        return deal


def problems_of(session: Session, row: DealRow) -> tuple[rules.Problem, ...]:
    """Return what keeps the deal from being billed now."""
    policy = runtime().policy.billing
    today, deal = business_date(runtime().clock.now(), policy.zone), current_deal(session, row)
    is_billed = invoicing.has_gone_out(session, row.id)
    if found := rules.problems(deal, today=today, policy=policy, is_billed=is_billed):
        return (*found, *mapping.unmapped(deal, runtime().catalogue))
    bill_to = BillTo("customer", (deal.account_name or "").strip(), deal.contact_email or "", None, None)
    mapped = _mapped(deal, bill_to)
    return () if isinstance(mapped, billing.Contracted) else mapped


def _row_of(session: Session, deal: Deal) -> DealRow:
    """Return the deal's row, locked; a deal that is new gets one of version 0.

    Several notices of one new deal may be taken in at once: the first makes the row, the others wait for it.
    """
    now = runtime().clock.now()
    _insert_if_new(
        session,
        DealRow,
        id=new_id("dea", now),
        team_id=session.info["team_id"],
        source=deal.source,
        external_id=deal.external_id,
        version=0,
        content_hash="",
        state="new",
        modified_at=deal.modified_at,
        mends={},
        created_at=now,
        updated_at=now,
    )
    row: DealRow = session.execute(
        select(DealRow)
        .where(col(DealRow.source) == deal.source, col(DealRow.external_id) == deal.external_id)
        .with_for_update()
    ).scalar_one()
    return row


def _insert_if_new(session: Session, table: type[SQLModel], **values: object) -> None:
    """Insert a row unless another with its natural key is there."""
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    session.execute(insert.values(**values).on_conflict_do_nothing())


def _keep(session: Session, row: DealRow, deal: Deal) -> None:
    now, team_id = runtime().clock.now(), session.info["team_id"]
    row.version += 1
    row.content_hash, row.modified_at, row.updated_at = deal.content_hash(), deal.modified_at, now
    session.add(row)
    session.flush()
    session.add(
        DealVersion(
            deal_id=row.id,
            team_id=team_id,
            version=row.version,
            content=deal.as_json(),
            content_hash=row.content_hash,
            read_at=now,
        )
    )
    audit.append(
        session,
        action="deal.read" if row.version == 1 else "deal.changed",
        object_type="deal",
        object_id=row.id,
        actor=audit.SYSTEM("contracts"),
        at=now,
        after={"version": row.version, "external_id": deal.external_id, "source": deal.source},
        evidence={"content_hash": row.content_hash},
    )


def _follow(session: Session, row: DealRow, deal: Deal, *, before: Deal | None, people: KnownPeople) -> Intake:
    """Do what follows from the deal as it is now."""
    deal = current_deal(session, row)
    if not deal.is_won:
        billing.withdraw(session, row.id, reason="the deal is no longer closed won")
        row.state = "withdrawn"
        posting.refresh(session, row.id)
        return Intake("withdrawn", row.id)
    changes = rules.differences(before, deal) if before else ()
    if problems_of(session, row):
        return _ask(session, row, changes)
    was_incomplete = row.state == "incomplete"
    row.state = "drafted"
    session.add(row)
    outcome = billing.take(session, row, _contract(session, deal), changes=changes, people=people)
    if was_incomplete:
        posting.refresh(session, row.id)
    return Intake(outcome, row.id)


def _ask(session: Session, row: DealRow, changes: Sequence[str]) -> Intake:
    """Say on a card what is missing; an invoice that waits for approval meanwhile waits no longer."""
    if not billing.hold(session, row.id, reason="the deal cannot be billed any more", changes=changes):
        return Intake("too late", row.id)
    first_time = row.state != "incomplete"
    row.state = "incomplete"
    session.add(row)
    session.flush()
    audit.append(
        session,
        action="deal.incomplete",
        object_type="deal",
        object_id=row.id,
        actor=audit.SYSTEM("contracts"),
        at=runtime().clock.now(),
        after={"problems": [problem.code for problem in problems_of(session, row)]},
    )
    if first_time and not posting.has_card(session, row.id, MEND_CARD):
        channel = runtime().policy.slack.approvals_channel
        posting.post_card(session, kind=MEND_CARD, subject_id=row.id, address=channel)
    else:
        posting.refresh(session, row.id)
    return Intake("incomplete", row.id)


def _contract(session: Session, deal: Deal) -> billing.Contracted:
    """Return the contract that a deal without problems is."""
    customer = _customer(session, deal)
    bill_to = BillTo(customer.id, customer.name, customer.email or "", customer.contact, customer.address)
    found = _mapped(deal, bill_to)
    assert isinstance(found, billing.Contracted), "a deal without problems is a contract"
    return found


def _mapped(deal: Deal, bill_to: BillTo) -> billing.Contracted | tuple[rules.Problem, ...]:
    policy = runtime().policy.billing
    since = deal.close_date or business_date(deal.modified_at, policy.zone)
    return mapping.terms_of_deal(deal, bill_to, runtime().catalogue, policy, since=since)


def _customer(session: Session, deal: Deal) -> Customer:
    now = runtime().clock.now()
    external_id = deal.account_id or f"deal:{deal.external_id}"
    _insert_if_new(
        session,
        Customer,
        id=new_id("cus", now),
        team_id=session.info["team_id"],
        source=deal.source,
        external_id=external_id,
        name=deal.account_name or "",
        created_at=now,
        updated_at=now,
    )
    customer: Customer = session.execute(
        select(Customer).where(col(Customer.source) == deal.source, col(Customer.external_id) == external_id)
    ).scalar_one()
    customer.name = (deal.account_name or "").strip()
    customer.email, customer.contact, customer.address = deal.contact_email, deal.contact_name, deal.billing_address
    customer.updated_at = now
    session.add(customer)
    session.flush()
    return customer


def stands(deal: Deal, field: str) -> str | None:
    """Return what the deal says in a field ("terms", "line_2.quantity"), as text."""
    holder: object = deal
    if field.startswith("line_"):
        number, _, field = field.removeprefix("line_").partition(".")
        holder = deal.lines[int(number) - 1] if int(number) <= len(deal.lines) else None
    value = getattr(holder, field, None)
    return None if value is None else str(value)


def owner_email(session: Session, deal_id: str) -> str | None:
    """Return the e-mail address of a deal's owner in the CRM."""
    row = session.get(DealRow, deal_id)
    return stored_deal(session, row).owner_email if row else None
