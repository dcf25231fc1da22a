"""How long a billing run takes from 10,000 contracts to 10,000 drafts in SQLite, and the floor: writing the rows alone.

python -m benchmarks.billing_run [contracts]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import SQLModel

from benchmarks.figures import Row, percentile, spread
from bot.demo import POLICY
from bot.footprint import settle
from flows.billing import Contracted, rules, run
from flows.billing.workflow import draft_some
from flows.contracts.mapping import terms_of_deal
from flows.durable import Engine
from flows.policy.load import load_policy
from flows.runtime import Runtime, install
from flows.values.clock import FixedClock
from flows.values.deal import Deal, DealLine
from flows.values.invoice import BillTo
from storage.database import Database
from storage.migrate import upgrade

CONTRACTS = 10_000
ROUNDS = 3
WANTED = 10.0  # seconds
TEAM = "T0BENCH"
CLOSED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RUN_AT = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
SEATS = DealLine("00k1", "SEAT-M", "Seats", Decimal(40), Decimal("60.00"), None, "per_unit", "monthly")
SUPPORT = DealLine("00k2", "SUPPORT-Y", "Support", None, Decimal("99.00"), None, "flat", "monthly")
WRITTEN = ("invoice", "invoice_version", "invoice_line", "rated_line", "audit_event")
DEAL = Deal(
    source="salesforce",
    external_id="006",
    name="Renewal",
    modified_at=CLOSED,
    is_won=True,
    amount=Decimal("2499.00"),
    currency="EUR",
    close_date=date(2026, 11, 23),
    account_id="001",
    account_name="Northwind GmbH",
    billing_address="Hafenstrasse 12",
    contact_name="Erika Mustermann",
    contact_email="ap@northwind.example",
    owner_name=None,
    owner_email=None,
    po_number="4500-2211",
    terms="Net 30",
    start_date=date(2026, 12, 1),
    end_date=date(2027, 11, 30),
    url=None,
    lines=(SEATS, SUPPORT),
)


def measure(contracts: int = CONTRACTS) -> list[Row]:
    """Bill the second month of contracts with two lines each."""
    times, floors = [], []
    for _ in range(ROUNDS):
        with _house() as database:
            _sign(database, contracts)
            settle()  # as the program does when it has started
            began = time.perf_counter()
            _bill()
            times.append(time.perf_counter() - began)
            floors.append(_written_again(database, contracts))
    middle = percentile(times, 0.5)
    return [
        Row(
            what=f"billing run, {contracts:,} contracts to drafts in SQLite",
            goal=f"under {WANTED:.0f} s",
            floor=f"{spread(floors, 's')} (writing the same rows)",
            measured=spread(times, "s"),
            ratio=f"{middle / percentile(floors, 0.5):.1f} times the floor",
            met=middle < WANTED,
        )
    ]


@contextmanager
def _house() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        upgrade(database)
        clock, engine = FixedClock(RUN_AT), Engine(database)
        nobody = cast("Any", None)
        install(
            Runtime(
                database=database,
                engine=engine,
                clock=clock,
                wall=clock,
                policy=load_policy(POLICY),
                slack=nobody,
                crm_team=lambda: TEAM,
                screens=nobody,
            )
        )
        yield database
        engine.stop()
        database.dispose()


def _sign(database: Database, contracts: int) -> None:
    """Put in customers, deals, contracts and their schedules; the first invoice of each is behind them."""
    policy, at = load_policy(POLICY).billing, {"created_at": CLOSED, "updated_at": CLOSED}
    rows: dict[str, list[dict[str, Any]]] = {}
    for number in range(contracts):
        n = f"{number:08}"
        bill_to = BillTo(f"cus_{n}", f"Customer {n}", "ap@northwind.example", None, None)
        contract = terms_of_deal(replace(DEAL, external_id=n), bill_to, None, policy, since=CLOSED.date())
        assert isinstance(contract, Contracted)
        source = {"team_id": TEAM, "source": "salesforce", "external_id": n}
        named = {"contract_id": f"con_{n}", "team_id": TEAM}
        put = {
            "customer": source | at | {"id": f"cus_{n}", "name": bill_to.name},
            "deal": source
            | at
            | {
                "id": f"dea_{n}",
                "version": 1,
                "content_hash": n,
                "state": "drafted",
                "modified_at": CLOSED,
                "mends": {},
            },
            "contract": at
            | {"id": f"con_{n}", "team_id": TEAM, "deal_id": f"dea_{n}", "customer_id": f"cus_{n}", "state": "active"}
            | {"version": 1, "opened_on": CLOSED.date(), "reached": {}},
            "contract_version": named
            | {"version": 1, "content": contract.as_json(), "content_hash": contract.content_hash()}
            | {"deal_version": 1, "reason": "closed", "created_at": CLOSED},
        }
        for table, row in put.items():
            rows.setdefault(table, []).append(row)
        rows.setdefault("schedule_entry", []).extend(_schedule(contract, n, named))
    with database.engine.begin() as connection:
        for table, found in rows.items():
            connection.execute(sa.insert(SQLModel.metadata.tables[table]), found)


def _schedule(contract: Contracted, n: str, named: dict[str, Any]) -> Iterator[dict[str, Any]]:
    terms = contract.terms
    planned = rules.entries(terms, opened_on=CLOSED.date(), horizon=date(2027, 12, 31), reached={})
    for place, one in enumerate(planned):
        yield named | {
            "id": f"sch_{n}_{place}",
            "key": one.key,
            "planned_key": one.invoice.key,
            "planned_on": one.invoice.invoice_date,
            "invoice_date": one.invoice_date,
            "currency": terms.currency,
            "planned_minor": 249_900,
            "state": "empty" if place == 0 else "planned",
            "revision": 0,
        }


def _bill() -> None:
    after = draft_some(TEAM, "")
    while after != run.DONE:
        after = draft_some(TEAM, after)


def _written_again(database: Database, contracts: int) -> float:
    """Return how long it takes to write the rows that the run wrote into empty tables of another file."""
    with database.engine.connect() as connection:
        tables = [SQLModel.metadata.tables[name] for name in WRITTEN]
        rows = {table: [dict(row._mapping) for row in connection.execute(sa.select(table))] for table in tables}  # noqa: SLF001
    if len(rows[tables[0]]) != contracts:
        raise SystemExit(f"The run that was measured made {len(rows[tables[0]]):,} drafts.")
    with tempfile.TemporaryDirectory() as folder:
        floor = sa.create_engine(f"sqlite:///{Path(folder) / 'floor.sqlite3'}")
        SQLModel.metadata.create_all(floor, tables=tables)
        began = time.perf_counter()
        with floor.begin() as connection:
            for table, found in rows.items():
                connection.execute(sa.insert(table), found)
        taken = time.perf_counter() - began
        floor.dispose()
    return taken


if __name__ == "__main__":
    for row in measure(*(int(word) for word in sys.argv[1:])):
        print(f"{row.what}: {row.measured}; goal {row.goal}; floor {row.floor}; {row.ratio}")
