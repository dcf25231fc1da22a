"""The dimensions file while the program runs: a change comes into force, a mistake does not and is told."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from bot.demo import DIMENSIONS
from flows.dimensions import DimensionsError, DimensionsFile, errors_of
from flows.dimensions.in_force import in_force, newest
from flows.dimensions.looking import look
from flows.invoicing.workflow import begin, issue_invoice, take_number
from flows.ports import Processor, ProcessorInvoice
from flows.values.invoice import InvoiceContent
from storage.tables import Attention, AuditEvent
from tests.faults.small_house import TEAM, SmallHouse
from tests.flows.dimensions.test_flow import PLATFORM, approved, cards, content, events, invoice, mended, won
from tests.flows.dimensions.test_load import LISTS, written

NOVEMBER = "2026-11-01,2026-11-30,{}"


@pytest.fixture
def file(house: SmallHouse, tmp_path: Path) -> Iterator[Path]:
    """The demo company's dimensions in a file of the house's own, which is followed."""
    path = tmp_path / "dimensions.toml"
    path.write_bytes(DIMENSIONS.read_bytes())
    (tmp_path / "periods.csv").write_bytes((DIMENSIONS.parent / "periods.csv").read_bytes())
    house.runtime.dimensions_file = DimensionsFile(path)
    yield path
    house.runtime.dimensions_file = None


def november(file: Path, status: str) -> None:
    """Write another status of November into the list of periods."""
    periods = file.parent / "periods.csv"
    text = periods.read_text(encoding="utf-8")
    for known in ("open", "closed", "ar_locked"):
        text = text.replace(NOVEMBER.format(known), NOVEMBER.format(status))
    assert NOVEMBER.format(status) in text
    periods.write_text(text, encoding="utf-8")


def broken(file: Path) -> str:
    """Put a mistake into the file, and return what the file was."""
    before = file.read_text(encoding="utf-8")
    file.write_text("colour = 1\n" + before, encoding="utf-8")
    return before


def trouble(house: SmallHouse) -> list[Attention]:
    return house.rows(select(Attention).where(col(Attention.state) == "open"))


def recorded(house: SmallHouse) -> list[AuditEvent]:
    statement = select(AuditEvent).where(col(AuditEvent.action) == "dimensions.in_force").order_by(col(AuditEvent.seq))
    return house.rows(statement)


def test_a_period_that_is_closed_in_the_file_is_closed_without_a_restart(house: SmallHouse, file: Path) -> None:
    found = approved(house, PLATFORM)
    november(file, "closed")
    assert not begin(TEAM, found.id, 1)
    assert invoice(house).state == "needs coding"
    november(file, "open")
    assert mended(house) == "awaiting approval", "it is checked again against the file as it is now"
    assert invoice(house).version == 2, "the voided approval of v1 stays void"


def test_a_list_that_the_file_names_is_followed_too(tmp_path: Path) -> None:
    file = DimensionsFile(written(tmp_path, LISTS))
    before = file.config()
    assert file.config() is before, "what was not changed is not read again"
    (tmp_path / "departments.csv").write_text("code,name\nSALES,Sales\nLEGAL,Legal\nENG,\n", encoding="utf-8")
    assert "LEGAL" in file.config().dimensions["department"].values
    assert file.config().version != before.version


def test_a_file_that_is_put_in_its_place_is_read_even_when_it_looks_alike(tmp_path: Path) -> None:
    file = DimensionsFile(written(tmp_path, LISTS))
    fresh = tmp_path / "fresh.csv"
    fresh.write_text(LISTS["departments.csv"].replace("2026-12-31", "2026-12-30"), encoding="utf-8")
    fresh.replace(tmp_path / "departments.csv")
    assert str(file.config().dimensions["department"].values["SALES"].valid_to) == "2026-12-30"


def test_what_is_not_in_order_leaves_the_last_good_version_in_force_until_it_is_mended(tmp_path: Path) -> None:
    file = DimensionsFile(written(tmp_path, LISTS))
    good = file.config()
    for name, text in (("dimensions.toml", "["), ("dimensions.toml", "x = 1"), ("periods.csv", "start\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert file.config() is good and isinstance(file.fault, DimensionsError)
        written(tmp_path, LISTS)
    (tmp_path / "where.csv").unlink()
    assert file.config() is good and "does not exist" in str(file.fault)
    written(tmp_path, LISTS)
    assert file.config().version == good.version and file.fault is None
    (tmp_path / "dimensions.toml").unlink()
    assert file.config().version == good.version and "no dimensions file" in str(file.fault)


def test_a_file_that_is_wrong_to_begin_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DimensionsError, match="colour is not a setting"):
        DimensionsFile(written(tmp_path, LISTS | {"dimensions.toml": "colour = 1\n" + LISTS["dimensions.toml"]}))


def test_one_transaction_is_held_against_one_version(house: SmallHouse, file: Path) -> None:
    won(house, PLATFORM)
    session: Session
    with house.change() as session:
        first = in_force(session)
        november(file, "closed")
        assert in_force(session) is first and errors_of(session, content(house)) == ()
    with house.change() as session:
        assert in_force(session) is not first and len(errors_of(session, content(house))) == 1


def test_each_decision_keeps_the_version_that_it_was_made_under(house: SmallHouse, file: Path) -> None:
    found = approved(house, PLATFORM)
    first = newest()
    assert begin(TEAM, found.id, 1) and take_number(TEAM, found.id, 1)
    november(file, "closed")
    second = newest()
    assert first and second and first.version != second.version
    rows = house.rows(select(AuditEvent).order_by(col(AuditEvent.seq)))
    kept = {row.action: row.evidence for row in rows}
    assert all(first.version in str(kept[action]) for action in ("invoice.drafted", "ledger.posted"))


def test_a_period_that_closes_while_the_invoice_is_being_issued_stops_it(house: SmallHouse, file: Path) -> None:
    found = approved(house, PLATFORM)
    assert begin(TEAM, found.id, 1)
    november(file, "closed")
    assert [take_number(TEAM, found.id, 1), take_number(TEAM, found.id, 1)] == ["", ""]
    assert (invoice(house).state, invoice(house).number) == ("needs coding", None)
    assert events(house)[-2:] == ["approval.voided", "invoice.needs_coding"]
    assert cards(house) == ["approval", "coding"]


class ClosingProcessor:
    """A payment processor at which drafts are made and deleted. While it is read, somebody closes the period."""

    name = "Stripe"

    def __init__(self, then: Callable[[], None]) -> None:
        self.then = then
        self.drafts: dict[str, ProcessorInvoice] = {}

    def find_customer(self, key: str, email: str) -> str | None:
        return f"{key} {email}"

    def find_invoice(self, customer: str, key: str) -> None:
        del customer, key

    def create_invoice(self, content: InvoiceContent, *, customer: str, memo: str, key: str, attempt: int) -> Any:
        del customer, memo, attempt
        self.drafts[key] = ProcessorInvoice(key, "draft", content.total, content.total, None, None, False)
        return self.drafts[key]

    def put_lines(self, invoice: str, content: InvoiceContent, *, customer: str, key: str, attempt: int) -> Any:
        del content, customer, key, attempt
        return self.drafts[invoice]

    def read(self, invoice: str) -> ProcessorInvoice:
        self.then()
        return self.drafts[invoice]

    def discard(self, invoice: str, *, key: str) -> None:
        del key
        del self.drafts[invoice]


def test_the_draft_at_the_processor_goes_when_the_period_was_closed_meanwhile(house: SmallHouse, file: Path) -> None:
    found = approved(house, PLATFORM)
    processor = ClosingProcessor(lambda: november(file, "closed"))
    house.runtime.processor = cast("Processor", processor)
    inspect.unwrap(issue_invoice)(TEAM, found.id, 1)
    assert (invoice(house).state, invoice(house).number, processor.drafts) == ("needs coding", None, {})
    assert [row for row in trouble(house) if row.kind == "issue"] == []


def test_a_mistake_is_told_to_the_operators_once_and_settled_when_it_is_mended(house: SmallHouse, file: Path) -> None:
    good = look(TEAM)
    assert good and trouble(house) == []
    before = broken(file)
    assert [look(TEAM), look(TEAM)] == [good, good]
    (row,) = trouble(house)
    assert (row.title, row.code, row.owner) == (
        "The change to dimensions.toml is not in force, because there are mistakes in it",
        "configuration.dimensions",
        "operators",
    )
    assert row.reason.startswith("dimensions.toml line 1: colour is not a setting; known here:")
    assert row.reason.endswith(f"Version {good}, read before, stays in force until it is mended.")
    assert len(house.posts(house.runtime.policy.slack.operators_channel)) == 1, "one message, and no update for nothing"
    file.write_text("size = 2\n" + before, encoding="utf-8")
    look(TEAM)
    assert [row.reason.split(";")[0] for row in trouble(house)] == ["dimensions.toml line 1: size is not a setting"]
    file.write_text(before, encoding="utf-8")
    assert look(TEAM) == good and trouble(house) == []


def test_a_version_that_comes_into_force_is_recorded_once_with_the_one_before(house: SmallHouse, file: Path) -> None:
    won(house, PLATFORM)
    first = look(TEAM)
    assert look(TEAM) == first and len(recorded(house)) == 1
    november(file, "closed")
    second = look(TEAM)
    assert [(first in str(row.before), second in str(row.after)) for row in recorded(house)] == [
        (False, False),
        (True, True),
    ]
    house.runtime.dimensions_file = DimensionsFile(file)
    look(TEAM)
    assert len(recorded(house)) == 2, "a restart is no change"


def test_a_change_draws_the_cards_anew_that_wait_for_coding(house: SmallHouse, file: Path) -> None:
    november(file, "closed")
    assert won(house, PLATFORM).state == "needs coding"
    channel = house.runtime.policy.slack.approvals_channel
    look(TEAM)
    house.deliver(channel)
    before = len(house.posts(channel))
    november(file, "open")
    look(TEAM)
    assert [post.kind for post in house.posts(channel)[before:]] == ["card_update"]
