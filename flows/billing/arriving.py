"""When usage comes: see whether any of it has no invoice to come, and plan one for the next billing day.

What the corrected usage of a draft gives back is taken off the draft, as long as that is not out.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from flows import usage
from flows.billing.adjustments import LATE
from flows.billing.drafting import newest, reckon
from flows.billing.late import finished_lines, late_entries
from flows.billing.left_over import report_left
from flows.billing.planning import NOT_OUT
from flows.billing.redrafting import billed_of, redraft_corrected
from flows.billing.rules import Contracted, contracted
from flows.billing.usage import contracts_of
from flows.errors import DunwellError
from flows.rating import last_invoice_of
from flows.runtime import runtime
from flows.terms.model import Terms
from flows.usage import Came
from flows.values.clock import business_date
from flows.values.ids import new_id
from flows.values.periods import DAY
from storage.tables import Contract, ScheduleEntry


@usage.when_usage_comes
def notice(session: Session, came: Came) -> None:
    """Plan what bills usage of active contracts that came after the last invoice for it."""
    rows = {row.id: row for row in session.execute(contracts_of(came.subjects)).scalars()}
    for contract_id, (text, _) in sorted(newest(session, list(rows)).items()) if rows else ():
        contract = contracted(text)
        report_left(session, rows[contract_id], contract, came=came.meters)
        if _is_past(contract.terms, came):
            # whoever drafts the last invoice meanwhile is waited for: it has the usage, or its entry is seen as drafted
            session.refresh(rows[contract_id], with_for_update=True)
            plan_late(session, rows[contract_id], contract)


def plan_late(session: Session, row: Contract, contract: Contracted) -> None:
    """Plan an invoice on the next day for what came late, where anything of it is to be billed or given back.

    What cannot be reckoned is planned, too: the billing run puts it before a person. The caller has locked the row.
    """
    session.flush()
    if row.state != "active" or not finished_lines(session, row, contract.terms):
        return
    known = late_entries(session, row)
    if any(entry.state == "planned" for entry in known):
        return
    tomorrow = business_date(runtime().clock.now(), contract.terms.time_zone) + DAY
    entry = next((one for one in known if one.key == f"{LATE}{tomorrow}"), None) or _entry(row, contract, tomorrow)
    if entry.state in NOT_OUT and _has_any(session, row, contract, entry):
        entry.state, entry.planned_on, entry.invoice_date = "planned", tomorrow, tomorrow
        session.add(entry)
        session.flush()


def _has_any(session: Session, row: Contract, contract: Contracted, entry: ScheduleEntry) -> bool:
    """Tell whether usage is to be billed or given back on an entry, or that cannot be known.

    What is given back is taken off drafts that are not out first.
    """
    try:
        found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
        if found.owed is not None and redraft_corrected(session, row, contract):
            found = reckon(session, row, contract, entry, billed_of(session, row, contract, entry))
    except DunwellError:
        return True
    return found.owed is not None or (found.drafted is not None and bool(found.drafted.rated))


def _is_past(terms: Terms, came: Came) -> bool:
    """Tell whether usage came in the time of a line whose last invoice may have been made."""
    today = business_date(runtime().clock.now(), terms.time_zone)
    first, last = (business_date(at, terms.time_zone) for at in (came.first, came.last))
    for line in terms.lines:
        made_on = last_invoice_of(terms, line) if line.meter in came.meters else None
        if made_on is not None and made_on <= today and terms.starts(line) <= last and first <= made_on:
            return True
    return False


def _entry(row: Contract, contract: Contracted, on: date) -> ScheduleEntry:
    key = f"{LATE}{on}"
    return ScheduleEntry(
        id=new_id("sch", runtime().clock.now()),
        team_id=row.team_id,
        contract_id=row.id,
        key=key,
        planned_key=key,
        planned_on=on,
        invoice_date=on,
        currency=contract.terms.currency,
        state="superseded",
    )
