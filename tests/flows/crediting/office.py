"""A finance office: an issued invoice, the corrections that people ask for, and a processor in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import col

from flows.approvals import service as approvals
from flows.approvals.rules import Click, Verdict
from flows.crediting import service
from flows.crediting.service import Wanted
from flows.crediting.workflow import begin, look_first, record_done, report_stopped, take_number, try_correction
from flows.effects import Outcome
from flows.errors import Rejected
from flows.invoicing import content_of, issuing, locked
from flows.invoicing.ledger import issue_into_ledger
from flows.invoicing.states import InvoiceState, move
from flows.ports import Person, Processor, ProcessorCredit, ProcessorInvoice
from flows.values.money import Money, total
from storage.tables import Approval, Correction, Invoice, JournalLine, ScheduleEntry
from tests.faults.small_house import TEAM
from tests.flows.billing.office import PEOPLE, Office

DANA = Person("U0DANA", "Dana", "dana@demo.example", TEAM, False, False, False)
SAM = Person("U0SAM", "Sam", "sam@demo.example", TEAM, False, False, False)
APPROVERS = frozenset({"U0DANA", "U0LEE"})


@dataclass(slots=True)
class Processor_:  # noqa: N801  the port's name is taken
    """A processor in memory. `after` is raised once, when the work is done already: a lost answer."""

    invoices: dict[str, ProcessorInvoice] = field(default_factory=dict)
    credits: dict[str, list[tuple[str, ProcessorCredit]]] = field(default_factory=dict)
    after: list[Exception] = field(default_factory=list)
    name: str = "Stripe"

    def read(self, invoice: str) -> ProcessorInvoice:
        return self.invoices[invoice]

    def find_credit(self, invoice: str, key: str) -> ProcessorCredit | None:
        return next((made for name, made in self.credits.get(invoice, ()) if name == key), None)

    def credit(
        self, invoice: str, amounts: Mapping[str, Money], *, memo: str, key: str, attempt: int
    ) -> ProcessorCredit:
        del attempt
        found = self.invoices[invoice]
        made = ProcessorCredit(f"cn_{len(self.credits)}", total(amounts.values(), found.total.currency), memo)
        self.credits.setdefault(invoice, []).append((key, made))
        self.invoices[invoice] = replace(found, remaining=found.remaining - made.total)
        if self.after:
            raise self.after.pop()
        return made

    def discard(self, invoice: str, *, key: str) -> None:
        del key
        found = self.invoices[invoice]
        if found.status == "paid":
            raise Rejected(self.name, "the invoice was paid")
        self.invoices[invoice] = replace(found, status="void")
        if self.after:
            raise self.after.pop()


class CreditOffice(Office):
    """The billing office, with invoices that are out."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.processor = Processor_()
        self.runtime.processor = cast("Processor", self.processor)

    def issues(self) -> Invoice:
        """Issue the newest invoice, as approved."""
        with self.change() as session:
            invoice = locked(session, self.invoices()[-1].id)
            approval = approvals.latest_approval(session, invoice.id)
            assert approval is not None
            click = Click(Verdict.APPROVE, DANA, approval.invoice_version, approval.content_hash)
            approvals.decide(session, approval.id, click, APPROVERS, step_seen=1, evidence={})
            for state in (InvoiceState.APPROVED, InvoiceState.ISSUING):
                move(session, invoice, state)
            content = content_of(session, invoice)
            issue_into_ledger(session, invoice, content)
            invoice.processor_id = f"in_{invoice.number}"
            move(session, invoice, InvoiceState.ISSUED)
            entry = session.execute(
                select(ScheduleEntry).where(col(ScheduleEntry.invoice_id) == invoice.id)
            ).scalar_one()
            entry.state = "issued"
            session.add(entry)
            far = ProcessorInvoice(
                invoice.processor_id, "open", content.total, content.total, invoice.number, None, True
            )
            self.processor.invoices[invoice.processor_id] = far
            assert issuing.line_key(invoice, 1).endswith(":line:1")
            return self._copy(invoice)

    def asks(
        self,
        invoice: Invoice,
        kind: str = "credit",
        *,
        amounts: Mapping[int, Money] | None = None,
        who: str = "U0SAM",
        on: date | None = None,
    ) -> str:
        """Ask for a correction, posted `on` a day; return its id. Raises what refuses it."""
        known = {one.id for one in self.corrections()}
        with self.change() as session:
            row = locked(session, invoice.id)
            left = service.creditable(session, row).left
            service.ask(session, row, Wanted(kind, "it was wrong", who, left, amounts, on), PEOPLE, {})
        (new,) = {one.id for one in self.corrections()} - known
        return new

    def decides(self, correction_id: str, verdict: Verdict = Verdict.APPROVE, who: Person = DANA, **more: Any) -> None:
        """Decide about a correction as the approvals' workflow does. Raises what refuses it; nothing stays then."""
        from flows.approvals.workflow import _follow

        with self.change() as session, session.begin_nested():
            statement = select(Approval).where(col(Approval.correction_id) == correction_id)
            approval = session.execute(statement).scalar_one()
            click = Click(verdict, who, approval.invoice_version, approval.content_hash, **more)
            _follow(session, approvals.decide(session, approval.id, click, APPROVERS, step_seen=1, evidence={}))

    def carries_out(self, correction_id: str) -> list[str]:
        """Carry it out as the workflow does, step by step; return the outcomes at the processor."""
        self.clock.pass_by(1)  # what is made now comes after what was there
        if not begin(TEAM, correction_id):
            return []
        looked = look_first(TEAM, correction_id)
        if looked.state != "done":
            report_stopped(TEAM, correction_id, "Stripe", looked)
            return [looked.state]
        outcomes: list[Outcome] = []
        if take_number(TEAM, correction_id):
            return []
        while not outcomes or outcomes[-1].state == "unknown":
            outcomes.append(try_correction(TEAM, correction_id))
        if outcomes[-1].state == "done":
            record_done(TEAM, correction_id)
        return [one.state for one in outcomes]

    def done(self, invoice: Invoice, kind: str = "credit", *, amounts: Mapping[int, Money] | None = None) -> str:
        """Ask for a correction, approve it and carry it out; return its id."""
        correction_id = self.asks(invoice, kind, amounts=amounts)
        self.decides(correction_id)
        self.carries_out(correction_id)
        return correction_id

    def corrections(self) -> list[Correction]:
        """Return the corrections, oldest first."""
        return self.rows(select(Correction).order_by(col(Correction.created_at), col(Correction.id)))

    def correction(self, correction_id: str) -> Correction:
        """Return one correction."""
        (found,) = [one for one in self.corrections() if one.id == correction_id]
        return found

    def invoice(self, invoice_id: str) -> Invoice:
        """Return one invoice."""
        (found,) = [one for one in self.invoices() if one.id == invoice_id]
        return found

    def receivable(self) -> int:
        """Return what the customer owes by the ledger, in minor units; fails when the ledger is not in balance."""
        lines = self.rows(select(JournalLine))
        assert sum(line.amount_minor for line in lines) == 0
        return sum(line.amount_minor for line in lines if line.customer_id is not None)

    @staticmethod
    def _copy(invoice: Invoice) -> Invoice:
        return Invoice(**invoice.model_dump())
