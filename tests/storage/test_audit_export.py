from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from storage import audit
from storage.audit_chain import HASHED, hash_of
from storage.database import Database
from storage.tables import Approval, Customer, DealRow, Invoice
from tests.storage.conftest import NOON

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff201"]


def note(database: Database, object_id: str, *, day: int = 0, team: str = "T1", **more: Any) -> None:
    with database.begin(team) as session:
        audit.append(
            session,
            action="a.b",
            object_type="thing",
            object_id=object_id,
            actor=audit.USER("U0DANA"),
            at=NOON + timedelta(days=day),
            **more,
        )


def objects(lines: object) -> list[str]:
    return [json.loads(line)["object_id"] for line in lines]  # type: ignore[attr-defined]


def test_json_lines_hold_the_very_text_that_was_hashed(database: Database) -> None:
    note(database, "one", after={"name": 'Ärzte, "quoted"\n'}, reason="=1+1")
    note(database, "two")
    previous = "0" * 64
    for line in audit.export(database, format="jsonl"):
        row = json.loads(line)
        assert row["prev_hash"] == previous
        previous = row["hash"]
        assert previous == hash_of([str(row[name]).encode() for name in HASHED])
    with database.read(None) as session:
        assert audit.verify(database).head_hash == previous
        assert session.info["team_id"] is None


def test_csv_has_a_heading_and_a_line_for_each_event(database: Database) -> None:
    note(database, "one", reason='He said: "yes", twice\nand left')
    note(database, "two")
    heading, *rows = csv.reader(io.StringIO("".join(audit.export(database, format="csv")), newline=""))
    assert set(heading) == {*HASHED, "hash"}
    assert [row[heading.index("object_id")] for row in rows] == ["one", "two"]
    assert rows[0][heading.index("reason")] == 'He said: "yes", twice\nand left'


@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_cells_cannot_be_taken_for_formulas(database: Database, formula: str) -> None:
    note(database, formula, reason=formula)
    heading, row = csv.reader(io.StringIO("".join(audit.export(database, format="csv")), newline=""))
    assert row[heading.index("reason")] == f"'{formula}"
    assert row[heading.index("object_id")] == f"'{formula}"


def test_an_empty_trail_gives_an_empty_file(database: Database) -> None:
    assert "".join(audit.export(database, format="jsonl")) == ""
    assert "".join(audit.export(database, format="csv")).count("\n") == 1


def test_the_range_includes_its_start_and_not_its_end(database: Database) -> None:
    for day in range(5):
        note(database, f"day{day}", day=day)
    chosen = audit.export(database, since=NOON + timedelta(days=1), until=NOON + timedelta(days=3))
    assert objects(chosen) == ["day1", "day2"]


def test_each_team_has_its_own_export(database: Database) -> None:
    note(database, "ours", team="T1")
    note(database, "theirs", team="T2")
    assert objects(audit.export(database, team="T2")) == ["theirs"]
    assert objects(audit.export(database)) == ["ours", "theirs"]


@pytest.mark.parametrize("name", ["inv_1", "INV-1042", "dea_1"])
def test_an_invoice_comes_with_its_deal_and_its_approvals(database: Database, name: str) -> None:
    keep_invoice(database)
    for object_id in ("dea_1", "inv_1", "apr_1", "apr_2", "inv_2"):
        note(database, object_id)
    assert objects(audit.export(database, team="T1", object_id=name)) == ["dea_1", "inv_1", "apr_1", "apr_2"]
    assert objects(audit.export(database, team="T2", object_id="INV-1042")) == []


def test_an_object_that_is_no_invoice_comes_alone(database: Database) -> None:
    note(database, "one")
    note(database, "two")
    assert objects(audit.export(database, object_id="two")) == ["two"]


def test_more_events_than_one_read_takes_are_all_exported(database: Database) -> None:
    with database.begin("T1") as session:
        for number in range(2_500):
            audit.append(
                session,
                action="a.b",
                object_type="thing",
                object_id=str(number),
                actor=audit.SYSTEM("x"),
                at=NOON,
            )
    assert objects(audit.export(database)) == [str(number) for number in range(2_500)]


def keep_invoice(database: Database) -> None:
    with database.begin("T1") as session:
        session.add(
            Customer(
                id="cus_1", team_id="T1", source="s", external_id="1", name="Acme", created_at=NOON, updated_at=NOON
            )
        )
        session.add(
            DealRow(
                id="dea_1",
                team_id="T1",
                source="s",
                external_id="1",
                version=1,
                content_hash="h",
                state="drafted",
                modified_at=NOON,
                mends={},
                created_at=NOON,
                updated_at=NOON,
            )
        )
        session.flush()
        session.add(
            Invoice(
                id="inv_1",
                team_id="T1",
                deal_id="dea_1",
                customer_id="cus_1",
                deal_version=1,
                version=2,
                state="issued",
                currency="USD",
                total_minor=100,
                content_hash="h",
                number="INV-1042",
                invoice_date=date(2026, 11, 23),
                due_date=date(2026, 12, 23),
                created_at=NOON,
                updated_at=NOON,
            )
        )
        session.flush()
        for version in (1, 2):
            session.add(
                Approval(
                    id=f"apr_{version}",
                    team_id="T1",
                    invoice_id="inv_1",
                    invoice_version=version,
                    content_hash="h",
                    policy_version="p",
                    rule="r",
                    state="approved",
                    created_at=NOON,
                )
            )
