"""Ask for, approve and record corrections of issued invoices, each in one transaction of the caller's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from flows import approvals, billing, posting
from flows.crediting import cards, periods, rules
from flows.crediting.facts import amended_lines, settles
from flows.crediting.refusals import NotWaiting, NotYours
from flows.crediting.rules import BilledLine, Creditable
from flows.crediting.states import COUNTS, CREDIT, STANDS, VOID, CorrectionState, move
from flows.durable import EFFECTS
from flows.errors import NotFound, Refused
from flows.invoicing import content_of, locked
from flows.runtime import runtime
from flows.values.ids import new_id
from flows.values.money import Money, total
from flows.values.people import KnownPeople
from storage import audit
from storage.tables import Correction, CorrectionLine, Invoice

CORRECTION_CARD: Final = "correction"
CARRY_OUT: Final = "carry_out_correction"  # what the engine knows the work by
NOTE: Final = "note_correction"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for: a credit memo over `amounts` by line (None: all that is left), or the voiding.

    `shown_left` is what the form said is left of the invoice, None when there was none; `posting_date` was chosen
    because today is closed. One that `settles` gives back what a change of the contract does, which is not to be had
    otherwise.
    """

    kind: str
    reason: str
    requester: str
    shown_left: Money | None
    amounts: Mapping[int, Money] | None = None
    posting_date: date | None = None
    settles: bool = False


def creditable(
    session: Session, invoice: Invoice, *, states: Sequence[CorrectionState] = COUNTS, besides: str = ""
) -> Creditable:
    """Return what of an invoice is still to be had, counting the corrections in those states.

    What changes of its contract give back of it, on whichever invoice, is not to be had either.
    """
    session.flush()
    others = select(Correction).where(
        col(Correction.invoice_id) == invoice.id, col(Correction.state).in_(states), col(Correction.id) != besides
    )
    found = list(session.execute(others).scalars())
    given: dict[int, int] = {}
    for one in found:
        for line in lines_of(session, one.id) if one.kind == CREDIT else ():
            given[line.seq] = given.get(line.seq, 0) + line.amount_minor
    content = content_of(session, invoice)
    nothing = Money.zero(content.currency)
    amended = amended_lines(session, invoice, states=states, besides=besides)
    return Creditable(
        number=invoice.number or "This invoice",
        state=invoice.state,
        currency=content.currency,
        lines=tuple(
            BilledLine(
                line.seq,
                line.description,
                line.amount,
                Money.of_minor(given.get(line.seq, 0), content.currency),
                amended.get(line.seq, nothing),
            )
            for line in content.lines
        ),
        void_asked=any(one.kind == VOID for one in found),
        charged=billing.charged_beside(session, invoice.id),
    )


def why_not_void(session: Session, invoice: Invoice) -> str:
    """Say why an invoice cannot be voided, as far as our own books know; "" when it can."""
    try:
        rules.check_void(creditable(session, invoice))
    except Refused as refusal:
        return str(refusal)
    return ""


def ask(session: Session, invoice: Invoice, wanted: Wanted, people: KnownPeople, evidence: Mapping[str, Any]) -> str:
    """Keep what was asked for and ask those whom the policy names; return its id. The caller has locked the invoice.

    Raises the refusals of flows.crediting.refusals and NoRule; nothing is changed then.
    """
    now, state = runtime().clock.now(), creditable(session, invoice)
    periods.check_open(session, invoice, wanted.posting_date)
    if wanted.kind == VOID:
        rules.check_void(state)
        amounts: Mapping[int, Money] = {}
    else:
        if wanted.shown_left is not None:
            rules.check_same(state, wanted.shown_left)
        if wanted.settles:
            state = rules.settling(state, wanted.amounts or {})
        amounts = rules.credit(state, wanted.amounts, settles=wanted.settles)
    over = total(amounts.values(), state.currency) if wanted.kind == CREDIT else state.billed
    row = Correction(
        id=new_id("cor", now),
        team_id=invoice.team_id,
        invoice_id=invoice.id,
        kind=wanted.kind,
        state=CorrectionState.AWAITING_APPROVAL,
        currency=state.currency,
        total_minor=over.minor,
        content_hash="",
        reason=wanted.reason,
        requester=wanted.requester,
        posting_date=wanted.posting_date,
        created_at=now,
        updated_at=now,
    )
    row.content_hash = _hash(row, invoice, amounts)
    session.add(row)
    session.flush()
    for seq, amount in sorted(amounts.items()):
        session.add(CorrectionLine(correction_id=row.id, team_id=row.team_id, seq=seq, amount_minor=amount.minor))
    subject = approvals.Subject(
        id=row.id,
        team_id=row.team_id,
        invoice_id=invoice.id,
        invoice_version=invoice.version,
        content_hash=row.content_hash,
        requester=row.requester,
        correction_id=row.id,
        card=CORRECTION_CARD,
    )
    approvals.ask_about(session, subject, over, people)
    note(session, row, "asked", actor=audit.USER(row.requester), reason=row.reason, evidence=evidence)
    posting.refresh(session, invoice.id)
    return row.id


def approved(session: Session, correction_id: str) -> None:
    """Check once more, with the invoice locked, that it can be done, and queue it. Raises the refusals of the rules."""
    row = _locked(session, correction_id)
    check_again(session, row)
    move(session, row, CorrectionState.ISSUING)
    queue(session, row, CARRY_OUT, attempt=0)
    show_invoice(session, row.invoice_id)


def show_invoice(session: Session, invoice_id: str) -> None:
    """Bring the cards of an invoice up to date, and that of a change of its contract, which waits for corrections."""
    posting.refresh(session, invoice_id)
    billing.renew(session, session.get_one(Invoice, invoice_id).deal_id)


def check_again(session: Session, row: Correction) -> Invoice:
    """Lock the invoice and hold the correction against what stands of it now; return it. Raises Refused."""
    invoice = locked(session, row.invoice_id)
    state = creditable(session, invoice, states=STANDS, besides=row.id)
    if row.kind == VOID:
        rules.check_void(state)
    else:
        amounts, is_settling = amounts_of(session, row), settles(session, row)
        rules.credit(rules.settling(state, amounts) if is_settling else state, amounts, settles=is_settling)
    return invoice


def sent_back(session: Session, correction_id: str, *, state: str, by: str, reason: str) -> None:
    """Mark the correction as rejected, and tell whoever asked for it why; the invoice stands as it is."""
    row = _locked(session, correction_id)
    move(session, row, CorrectionState(state))
    fell_through(session, row)
    posting.refresh(session, row.invoice_id)
    posting.reply(session, row.id, CORRECTION_CARD, cards.sent_back(asked_by=row.requester, by=by, reason=reason))


def fell_through(session: Session, row: Correction) -> None:
    """Put before a person what a correction was to give back for a change of the contract, and does not."""
    if settles(session, row):
        billing.report_unapplied_of(session, row.invoice_id)


def withdraw(session: Session, correction_id: str, *, by: str, evidence: Mapping[str, Any]) -> Correction:
    """Take back what was asked for, while nobody has decided it; the invoice stands as it is.

    Raises NotFound, NotYours for anybody but whoever asked, and NotWaiting.
    """
    row = session.get(Correction, correction_id)
    if row is None:
        raise NotFound("correction", correction_id)
    if row.requester != by:
        raise NotYours
    approvals.withdraw(session, row.id, by=by, reason="whoever asked for it withdrew it")  # locked as in an approval
    row = _locked(session, row.id)
    if row.state != CorrectionState.AWAITING_APPROVAL:
        raise NotWaiting(row.state)
    move(session, row, CorrectionState.WITHDRAWN)
    fell_through(session, row)
    note(session, row, "withdrawn", actor=audit.USER(by), evidence=evidence)
    posting.refresh(session, row.id)
    posting.refresh(session, row.invoice_id)
    posting.reply(session, row.id, CORRECTION_CARD, cards.withdrawn(by=by))
    posting.home(session)
    return row


def queue(session: Session, row: Correction, work: str, *, attempt: int) -> None:
    """Queue the carrying out, or the note to the CRM; `attempt` counts how often people asked for it again."""
    runtime().engine.enqueue(session, work, row.team_id, row.id, id=f"{work}:{row.id}:{attempt}", queue=EFFECTS)


def queue_again(session: Session, correction_id: str, work: str, *, attempt: int) -> None:
    """Queue what had stopped of a correction. Raises NotFound."""
    queue(session, _locked(session, correction_id), work, attempt=attempt)


def lines_of(session: Session, correction_id: str) -> list[CorrectionLine]:
    """Return what a credit memo gives back, in the order of the invoice's lines."""
    statement = select(CorrectionLine).where(col(CorrectionLine.correction_id) == correction_id)
    return list(session.execute(statement.order_by(col(CorrectionLine.seq))).scalars())


def amounts_of(session: Session, row: Correction) -> dict[int, Money]:
    """Return what a credit memo gives back by line."""
    return {line.seq: Money.of_minor(line.amount_minor, row.currency) for line in lines_of(session, row.id)}


def note(
    session: Session,
    row: Correction,
    act: str,
    *,
    actor: audit.Actor,
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Keep in the trail what became of a correction: "credit.asked", "void.done"."""
    total_ = Money.of_minor(row.total_minor, row.currency)
    audit.append(
        session,
        action=f"{row.kind}.{act}",
        object_type="correction",
        object_id=row.id,
        actor=actor,
        at=runtime().clock.now(),
        after={"state": row.state, "invoice": row.invoice_id, "total": str(total_), "number": row.number},
        reason=reason,
        evidence=dict(evidence or {}) | {"content_hash": row.content_hash},
    )


def _locked(session: Session, correction_id: str) -> Correction:
    row = session.get(Correction, correction_id, with_for_update=True)
    if row is None:
        raise NotFound("correction", correction_id)
    return row


def _hash(row: Correction, invoice: Invoice, amounts: Mapping[int, Money]) -> str:
    parts: dict[str, object] = {
        "correction": row.id,
        "kind": row.kind,
        "invoice": [invoice.id, invoice.version, invoice.content_hash],
        "lines": [[seq, amount.minor] for seq, amount in sorted(amounts.items())],
        "currency": row.currency,
        "reason": row.reason,
    }
    if row.posting_date:
        parts["posting_date"] = row.posting_date.isoformat()
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
