"""What a row may say, and what is said of one that may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.usage.csv_file import RefusedRow, open_usage
from flows.usage.event import EventRefused, ReadingRules, UsageEvent, exact, read_event, read_instant, read_units
from flows.usage.header import PARTS, FileRefused
from tests.flows.usage.events import written

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEAD = "key,customer,meter,quantity,occurred_at,value,corrects,void\n"
PLAIN = "k1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,,\n"


def rows_of(path: Path, text: str | bytes, **more: object) -> list[UsageEvent | RefusedRow]:
    rules = ReadingRules.at(NOW)
    with open_usage(written(path, text), rules, **more) as rows:  # type: ignore[arg-type]
        return list(rows)


def refused_by(tmp_path: Path, row: str, head: str = HEAD) -> RefusedRow:
    (found,) = rows_of(tmp_path / "usage.csv", head + row + "\n")
    assert isinstance(found, RefusedRow), found
    return found


@pytest.mark.parametrize(
    ("text", "units", "decimals"),
    [("5", 5, 0), ("1.50", 15, 1), ("0", 0, 0), ("007", 7, 0), ("0.000000000001", 1, 12), ("1.000", 1, 0)],
)
def test_a_quantity_is_kept_digit_by_digit(text: str, units: int, decimals: int) -> None:
    assert read_units(text) == (units, decimals)
    assert exact(units, decimals) == Decimal(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,200", "has separators"),
        ("1.200,50", "has separators"),
        ("1 200", "has separators"),
        ("1'200", "has separators"),
        ("1,5", "has separators"),
        ("-3", "is negative; take usage back with a correction"),
        ("1.2E+06", "scientific notation"),
        ("NaN", "is not a number"),
        ("Infinity", "is not a number"),
        ("٣", "is not a number"),
        ("0x10", "is not a number"),
        ("1234567890123456789", "too many digits"),
        ("0.1234567890123", "too many digits"),
        ("", "It has no quantity"),
    ],
)
def test_what_is_no_plain_number_is_refused_in_words(tmp_path: Path, text: str, says: str) -> None:
    found = refused_by(tmp_path, f'k1,001ACME,api_calls,"{text}",2026-11-05T12:00:00Z,,,')
    assert found.line == 2 and found.code == "usage.bad_quantity" and says in found.reason


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        (",001ACME,api_calls,5,2026-11-05T12:00:00Z,,,", "usage.no_key", "does not say the key"),
        ("k1,,api_calls,5,2026-11-05T12:00:00Z,,,", "usage.no_subject", "the customer or contract"),
        ("k1,001ACME, ,5,2026-11-05T12:00:00Z,,,", "usage.no_meter", "the meter"),
        (f"{'k' * 201},001ACME,api_calls,5,2026-11-05T12:00:00Z,,,", "usage.bad_key", "201 characters; 200 are"),
        (f"k1,001ACME,{'m' * 65},5,2026-11-05T12:00:00Z,,,", "usage.bad_meter", "65 characters; 64 are"),
        ("k\0 1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,,", "usage.bad_key", "control characters"),
        ("k\u202e1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,,", "usage.bad_key", "control characters"),
        ("k1,001ACME,api_calls,5,5 Nov 2026,,,", "usage.bad_time", "is not a time; write it as"),
        ("k1,001ACME,api_calls,5,11/05/2026,,,", "usage.bad_time", "is not a time"),
        ("k1,001ACME,api_calls,5,,,,", "usage.bad_time", "Nothing is not a time"),
        ("k1,001ACME,api_calls,5,1999-12-31T23:59:59Z,,,", "usage.bad_time", "not one of usage"),
        ("k1,001ACME,api_calls,5,2000-01-01T00:30:00+01:00,,,", "usage.bad_time", "before the year 2000"),
        ("k1,001ACME,api_calls,5,9999-12-31T23:59:59Z,,,", "usage.bad_time", "not one of usage"),
        ("k1,001ACME,api_calls,5,2026-11-23T13:00:01Z,,,", "usage.future", "is in the future"),
        ("k1,001ACME,api_calls,5,2026-11-05T12:00:00,,,", "usage.no_zone", "has no time zone"),
        ("k1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,k1,", "usage.corrects_itself", "a key of its own"),
        ("k1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,,yes", "usage.bad_void", "must say in corrects"),
        ("k1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,k0,maybe", "usage.bad_void", "void is “maybe”"),
        ("k1,001ACME,api_calls,5,2026-11-05T12:00:00Z,,k0,void", "usage.bad_quantity", "A void counts nothing"),
        ("k1,001ACME,api_calls,5", "usage.bad_row", "has 4 cells; the first line has 8"),
        ("k1,001ACME,api_calls,1,200,2026-11-05T12:00:00Z,,,", "usage.bad_row", "inside a number or a name"),
        ('k1,"001"ACME,api_calls,5,2026-11-05T12:00:00Z,,,', "usage.bad_row", "cannot be read"),
        ('k1,"001ACME,api_calls,5,2026-11-05T12:00:00Z,,,', "usage.bad_row", "unexpected end of data"),
    ],
)
def test_a_bad_row_is_refused_in_words(tmp_path: Path, row: str, code: str, says: str) -> None:
    found = refused_by(tmp_path, row)
    assert (found.line, found.code) == (2, code) and says in found.reason


def test_good_rows_around_bad_ones_are_kept(tmp_path: Path) -> None:
    text = HEAD + PLAIN + "\n,,,,,,,\n" + PLAIN.replace("k1", "k2").replace(",5,", ",-5,") + PLAIN.replace("k1", "k3")
    found = rows_of(tmp_path / "usage.csv", text)
    assert [(row.line, type(row)) for row in found] == [(2, UsageEvent), (5, RefusedRow), (6, UsageEvent)]


def test_a_cell_over_several_lines_does_not_shift_the_numbers(tmp_path: Path) -> None:
    text = HEAD.replace("\n", ",note\n") + PLAIN.replace("\n", ',"one\ntwo"\n') + PLAIN.replace("\n", ",\n")
    assert [row.line for row in rows_of(tmp_path / "usage.csv", text)] == [2, 4]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_dialects_are_read_alike(tmp_path: Path, ends: str, separator: str, mark: bytes) -> None:
    head = ["Meter ID", "note", "Occurred-At", "QTY", '"Event Key"', " Customer "]
    row = ["api_calls", '"not; read, at|all"', "2026-11-05 13:00:00+01:00", " 1.5 ", '"k ""1"""', "001ACME"]
    text = ends.join(separator.join(cells) for cells in (head, row)).encode()
    (found,) = rows_of(tmp_path / "usage.csv", mark + text)
    assert found == UsageEvent('k "1"', "001ACME", "api_calls", 15, 1, datetime(2026, 11, 5, 12, tzinfo=UTC), line=2)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04rest", "is an Excel workbook"),
        (b"\x1f\x8brest", "is compressed"),
        ("key,customer".encode("utf-16"), "is UTF-16"),
        (b"customer,meter,quantity,time\n", "no column key. Without it a second import"),
        (b"key,customer,meter,quantity\n", "no column occurred_at"),
        (b"key,customer,meter,time\n", "no column quantity"),
        (b"key,meter,quantity,time\n", "no column subject. Name one for the whole file (--customer)"),
        (b"key,id,customer,meter,quantity,time\n", "Columns 1 (“key”) and 2 (“id”) both say the key"),
        (b"key,customer,contract,meter,quantity,time\n", "both say the subject"),
        (HEAD.encode() + b"x" * (1024 * 1024 + 1), "Line 2 of usage.csv has over 1,048,576 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FileRefused) as refused:
        rows_of(tmp_path / "usage.csv", content)
    assert says in str(refused.value)


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="cannot be read"), open_usage(tmp_path / "none.csv", ReadingRules()):
        pass


def test_text_in_another_encoding_is_refused_by_row(tmp_path: Path) -> None:
    text = HEAD.encode() + PLAIN.replace("001ACME", "Müller").encode("latin-1") + PLAIN.encode()
    bad, good = rows_of(tmp_path / "usage.csv", text)
    assert isinstance(bad, RefusedRow) and bad.code == "usage.encoding" and "save the file as UTF-8" in bad.reason
    assert isinstance(good, UsageEvent)


def test_what_is_said_for_the_whole_file_stands_in_every_event(tmp_path: Path) -> None:
    text = "key,quantity,date\nk1,5,2026-11-05T12:00:00Z\n"
    (found,) = rows_of(tmp_path / "u.csv", text, given={"subject": "001ACME", "meter": "seats"})
    assert isinstance(found, UsageEvent) and (found.subject, found.meter) == ("001ACME", "seats")


def test_times_without_an_offset_are_read_in_the_zone_of_the_file() -> None:
    berlin = ReadingRules("Europe/Berlin")
    assert read_instant("2026-07-01T00:30:00", berlin) == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert read_instant("2026-10-25", berlin) == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    with pytest.raises(EventRefused, match="came twice in Europe/Berlin"):
        read_instant("2026-10-25T02:30:00", berlin)
    with pytest.raises(EventRefused, match="did not exist in Europe/Berlin"):
        read_instant("2026-03-29T02:30:00", berlin)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["k1", " k1", "k1 ", "", "k\t1", "k\u00a01", "é", "k" * 200, "k" * 201]),
            st.sampled_from(["001ACME", " 001ACME", ""]),
            st.sampled_from(["api_calls", "m" * 64, "m" * 65]),
            st.sampled_from(["5", "0", "0005", "1.5", "-1", "", "²", "9" * 15, "9" * 16, "9" * 18, "9" * 19]),
            st.sampled_from(
                ["2026-11-05T12:00:00Z", "2026-11-05T12:00:00+01:00", "2026-11-05", "", "1999-01-01T00:00Z"]
            )
            | st.integers(915148800, 1798761600).map(lambda at: datetime.fromtimestamp(at, UTC).isoformat()),
            st.sampled_from(["", "ann"]),
            st.sampled_from(["", "k0", "k1"]),
            st.sampled_from(["", "true"]),
        ),
        max_size=8,
    )
)
def test_the_short_way_and_the_rules_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, ...]]
) -> None:
    rules = ReadingRules("Europe/Berlin", NOW)
    lines = [HEAD.strip(), *(",".join(cells) for cells in said)]
    path = written(tmp_path_factory.getbasetemp() / "same.csv", "\n".join(lines))
    with open_usage(path, rules) as rows:
        found = list(rows)
    expected: list[object] = []
    for line, cells in enumerate(said, start=2):
        try:
            expected.append(read_event(dict(zip(PARTS, cells, strict=True)), rules, line))
        except EventRefused as refused:
            expected.append((line, refused.code, str(refused)))
    assert [(r.line, r.code, r.reason) if isinstance(r, RefusedRow) else r for r in found] == expected


def test_an_hour_ahead_is_a_fast_clock_and_more_is_the_future() -> None:
    rules = ReadingRules.at(NOW)
    assert read_instant((NOW + timedelta(hours=1)).isoformat(), rules) == NOW + timedelta(hours=1)
    with pytest.raises(EventRefused, match="in the future"):
        read_instant((NOW + timedelta(hours=1, seconds=1)).isoformat(), rules)
