"""Files of usage that nobody wrote by hand: whatever stands in a cell, each row is taken or refused; none is lost."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.usage.csv_file import RefusedRow, open_usage
from flows.usage.event import LATEST, ReadingRules, UsageEvent
from flows.usage.header import FileRefused
from flows.values.words import is_unreadable
from tests.flows.usage.events import written
from tests.flows.usage.test_reading import HEAD, NOW, PLAIN, rows_of

BERLIN = ReadingRules("Europe/Berlin", NOW)
QUANTITIES = (
    *("NaN", "-NaN", "sNaN", "Infinity", "-inf", "1e999", "1E-999", "-1", "-0", "+5", "--5", "5.", ".5", "1.2.3"),
    *("9" * 10_000, "0." + "1" * 10_000, "1" + "0" * 10_000, "0" * 10_000, "\0", "5\0", "\ufeff5", "５", "½", "=1+1"),
)  # fmt: skip
TIMES = (
    *("2026-11-05T12:00:00", "2026-03-29T02:30:00", "2026-10-25T02:30:00", "2026-02-30T00:00:00Z", "2026-11-05T25:00Z"),
    *("2026-11-05T12:00:00+99:00", "2026-11-05T12:00:60Z", "0000-00-00", "99999-01-01T00:00:00Z", "2026-W45-4", "\0"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-05T12:00:00Z\0", "1762344000", "today"),
)  # fmt: skip
NAMES = (
    "",
    " ",
    "\0",
    "k\0",
    "k\r",
    "\ufeffk",
    "\ud83d",
    "k" * 100_000,
    "'; DROP TABLE usage_event; --",
    "=cmd()",
    "ß",
)


def row(**cells: str) -> str:
    """Write a plain row with some other cells."""
    said = {
        "key": "k",
        "customer": "001ACME",
        "meter": "api_calls",
        "quantity": "5",
        "occurred_at": "2026-11-05T12:00:00Z",
    }
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow([*(said | cells).values(), "", "", ""])
    return out.getvalue()


@pytest.mark.parametrize("text", QUANTITIES, ids=lambda text: ascii(text)[:24])
def test_a_hostile_quantity_is_read_exactly_or_refused_in_words(tmp_path: Path, text: str) -> None:
    hostile, good = rows_of(tmp_path / "u.csv", HEAD + row(quantity=text) + row(key="next"))
    assert isinstance(good, UsageEvent) and (good.key, good.line) == ("next", 3)
    if isinstance(hostile, UsageEvent):
        assert text.strip("0") in ("", "5") and hostile.quantity == Decimal(text)
    else:
        assert (hostile.code, hostile.line) == ("usage.bad_quantity", 2) and len(hostile.reason) < 400


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-11-05T12:00:00", "usage.no_zone"),
        ("2026-11-05", "usage.no_zone"),
        ("2026-03-29T02:30:00", "usage.no_zone"),
        ("2026-11-05T12:00:00+99:00", "usage.bad_time"),
        ("2026-02-30T00:00:00Z", "usage.bad_time"),
        ("9999-12-31T23:59:59-23:59", "usage.bad_time"),
        ("0001-01-01T00:00:00+23:59", "usage.bad_time"),
        ("2026-11-05T12:00:00Z\0", "usage.bad_time"),
    ],
)
def test_a_hostile_time_is_refused_by_its_row(tmp_path: Path, text: str, code: str) -> None:
    hostile, good = rows_of(tmp_path / "u.csv", HEAD + row(occurred_at=text) + row(key="next"))
    assert isinstance(hostile, RefusedRow) and hostile.code == code
    assert isinstance(good, UsageEvent)


@pytest.mark.parametrize(
    ("text", "says"),
    [("2026-03-29T02:30:00", "did not exist in Europe/Berlin"), ("2026-10-25T02:30:00", "came twice in Europe/Berlin")],
)
def test_a_time_in_an_hour_that_the_clocks_left_out_or_repeat_is_refused_by_its_row(
    tmp_path: Path, text: str, says: str
) -> None:
    path = written(tmp_path / "u.csv", HEAD + row(occurred_at=text) + row(key="next"))
    with open_usage(path, BERLIN) as rows:
        hostile, good = list(rows)
    assert isinstance(hostile, RefusedRow) and says in hostile.reason and isinstance(good, UsageEvent)


def test_line_ends_of_all_kinds_in_one_file_are_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + b"".join(
        line.encode().rstrip(b"\n") + end
        for line, end in zip(
            (HEAD, PLAIN, row(key="k2"), row(key="k3"), row(key="k4"), row(key="k5")),
            (b"\r\n", b"\n", b"\r", b"\r\n", b"\r\r\n", b""),
            strict=True,
        )
    )
    found = rows_of(tmp_path / "u.csv", text)
    assert [one.key for one in found if isinstance(one, UsageEvent)] == ["k1", "k2", "k3", "k4", "k5"]


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("key,key,customer,meter,quantity,time\n", "Columns 1 (“key”) and 2 (“key”) both say the key"),
        ("key,customer,meter,quantity,Quantity,time\n", "both say the quantity"),
        ("key,customer,meter,quantity,time,TIME \n", "both say the occurred_at"),
        ("\0,\0\n", "no column key"),
    ],
)
def test_names_that_stand_there_twice_are_refused_with_their_columns(tmp_path: Path, head: str, says: str) -> None:
    with pytest.raises(FileRefused) as refused:
        rows_of(tmp_path / "u.csv", head + "a,b,c,1,2,3\n")
    assert says in str(refused.value)


def test_columns_that_say_nothing_to_us_may_stand_there_twice(tmp_path: Path) -> None:
    text = "key,customer,meter,quantity,time,note,note\nk,c,m,1,2026-11-05T12:00:00Z,a,b\n"
    assert [type(one) for one in rows_of(tmp_path / "u.csv", text)] == [UsageEvent]


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "key": st.sampled_from(NAMES) | st.text(max_size=8),
                "customer": st.sampled_from(NAMES) | st.text(max_size=8),
                "meter": st.sampled_from(NAMES) | st.text(max_size=8),
                "quantity": st.sampled_from(QUANTITIES) | st.text("0123456789.-+eE,", max_size=24),
                "occurred_at": st.sampled_from(TIMES) | st.text("0123456789-:TZ+. ", max_size=30),
            },
        ),
        min_size=1,
        max_size=6,
    )
)
def test_every_row_is_taken_as_it_is_or_refused_with_a_reason_and_the_one_after_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, hostile: list[dict[str, str]]
) -> None:
    text = HEAD + "".join(row(**cells) for cells in hostile) + row(key="the last one")
    path = tmp_path_factory.getbasetemp() / "hostile.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with open_usage(path, BERLIN) as rows:
        found = list(rows)
    last = found[-1]
    assert isinstance(last, UsageEvent) and last.key == "the last one"
    assert len(found) == len(hostile) + 1
    for one in found:
        if isinstance(one, RefusedRow):
            assert one.code.startswith("usage.") and one.reason and len(one.reason) < 1000
        else:
            assert one.units >= 0 and one.quantity.is_finite() and one.occurred_at <= LATEST
            assert 0 < len(one.key) <= 200 and not is_unreadable(one.key + one.subject + one.meter)
