"""A billing office: deals that are closed, days that pass, and the run that bills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from flows.billing import PreviewRow, preview, run
from flows.billing.watching import watched
from flows.billing.workflow import ask_some, draft_some, plan_on
from flows.contracts import service
from flows.usage import Came, check_thresholds
from flows.usage.event import UsageEvent, read_units
from flows.usage.intake import take as take_usage
from flows.values.deal import Deal
from flows.values.invoice import InvoiceContent
from flows.values.people import KnownPeople
from storage.tables import Attention, Contract, Invoice, InvoiceVersion, RatedLineRow, ScheduleEntry
from tests.faults.small_house import TEAM, SmallHouse
from tests.flows.deals import DEAL, line

PEOPLE = KnownPeople(groups={"finance-approvers": frozenset({"U0DANA", "U0LEE"})}, ids={"dana@demo.example": "U0DANA"})
SETUP = line(
    source_id="00k2", product_code="SETUP", description="Setup", quantity=Decimal(1), unit_price=Decimal("500.00"),
    billing="one_time", frequency=None,
)  # fmt: skip


class Office(SmallHouse):
    """The small house, as those who bill see it."""

    def closes(self, deal: Deal = DEAL, **changes: Any) -> str:
        """Take in a version of a deal; return what came of it."""
        one = replace(deal, **changes)
        with self.change() as session:
            return service.take_deal(session, one, people=PEOPLE).outcome

    def changes(self, deal: Deal = DEAL, **changes: Any) -> str:
        """Take in another version of a deal, stamped now."""
        return self.closes(deal, modified_at=self.clock.at, **changes)

    def day_is(self, day: date, hour: int = 12) -> None:
        """Move the clock to an hour (UTC) of a day."""
        self.clock.at = datetime(day.year, day.month, day.day, hour, tzinfo=self.clock.at.tzinfo)

    def bills(self) -> None:
        """Make a billing run."""
        steps = (draft_some, lambda team_id, after: ask_some(team_id, after, PEOPLE), plan_on)
        for some in steps:
            after = some(TEAM, "")
            while after != run.DONE:
                after = some(TEAM, after)

    def preview(self, on: date) -> list[PreviewRow]:
        """Return what a run on that day would draft."""
        with self.database.read(TEAM) as session:
            return list(preview(session, on))

    def uses(
        self, quantity: str, at: datetime, *, key: str, subject: str = DEAL.external_id, meter: str = "calls"
    ) -> None:
        """Let usage come in."""
        units, decimals = read_units(quantity)
        event = UsageEvent(key, subject, meter, units, decimals, at)
        with self.change() as session:
            take_usage(session, [event], batch_id=f"ubt_{key}", at=self.clock.at)

    def tells(self, subject: str, meter: str, *, since: datetime | None = None) -> list[str]:
        """Look whether usage since then reached shares of what is agreed; return those that are told now."""
        with self.change() as session:
            found = watched(session, Came([subject], [meter], since or self.clock.at, self.clock.at))
            return [str(percent) for one in found for percent in check_thresholds(session, one)]

    def contract(self) -> Contract:
        """Return the only contract."""
        (found,) = self.rows(select(Contract))
        assert isinstance(found, Contract)
        return found

    def entries(self) -> list[ScheduleEntry]:
        """Return every entry of the schedules, in the order in which they are billed."""
        order = (col(ScheduleEntry.contract_id), col(ScheduleEntry.planned_on), col(ScheduleEntry.key))
        return self.rows(select(ScheduleEntry).order_by(*order))

    def invoices(self) -> list[Invoice]:
        """Return the invoices by their date."""
        return self.rows(select(Invoice).order_by(col(Invoice.invoice_date), col(Invoice.id)))

    def contents(self) -> list[InvoiceContent]:
        """Return what stands on the invoices now, by their date."""
        with self.database.read(TEAM) as session:
            return [
                InvoiceContent.from_json(session.get_one(InvoiceVersion, (one.id, one.version)).content)
                for one in self.invoices()
            ]

    def billed(self) -> list[tuple[str, str]]:
        """Return date and total of each invoice."""
        return [(str(one.invoice_date), str(one.total.amount)) for one in self.contents()]

    def states(self) -> list[str]:
        """Return the states of the invoices by their date."""
        return [one.state for one in self.invoices()]

    def rated(self) -> Sequence[RatedLineRow]:
        """Return where the lines come from."""
        return self.rows(select(RatedLineRow).order_by(col(RatedLineRow.entry_id), col(RatedLineRow.seq)))

    def open_trouble(self) -> list[Attention]:
        """Return what needs attention."""
        return self.rows(select(Attention).where(col(Attention.state) == "open").order_by(col(Attention.id)))
