"""Text from outside shows as it was written, calls nobody, and never costs a number."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.blockkit.text import (
    ago,
    day,
    escape,
    group_mention,
    instant,
    link,
    mention,
    one_line,
    plain,
    quote,
    units,
    when,
)

AT = datetime(2026, 12, 23, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Northwind GmbH", "Northwind GmbH"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U0DANA> & <#C0OPS>", "&lt;@U0DANA&gt; &amp; &lt;#C0OPS&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("first_last*name", "first_last*name"),
        ("*Bold* _it_ ~no~ `code`", "∗Bold∗ ˍitˍ ∼no∼ ˋcodeˋ"),
        ("  two\r\n lines\tand \x00 more ", "two lines and more"),
        ("INV\u202e2401\u2066", "INV2401"),
        ("half \ud800 a letter", "half \ufffd a letter"),
        ("شركة", "\u2068شركة\u2069"),
        ("Acme שלום Ltd", "\u2068Acme שלום Ltd\u2069"),
        ("株式会社", "株式会社"),
        ("", "–"),
        (" \n", "–"),
        (None, "–"),
    ],
)
def test_text_from_outside_in_a_sentence(text: str | None, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Northwind GmbH", 16, "Northwind GmbH"),
        ("Northwind GmbH", 15, "Northwind Gm…"),
        ("Northwind GmbH", 12, "Northwind…"),
        ("A & B & C & D", 12, "A &amp; B…"),
        ("😀😀😀😀", 8, "😀😀…"),
        ("cafe\u0301s on the quay", 7, "caf…"),
    ],
)
def test_what_is_too_long_ends_with_an_ellipsis(text: str, most: int, shown: str) -> None:
    cut = escape(text, most)
    assert cut == shown
    assert units(cut) <= most


def test_an_escape_is_never_cut_in_half() -> None:
    for most in range(4, 40):
        cut = escape("a<b>c&d" * 10, most)
        assert units(cut) <= most
        assert cut.replace("&lt;", "").replace("&gt;", "").replace("&amp;", "").count("&") == 0


def test_plain_text_is_left_unescaped() -> None:
    assert plain("A & B <x> *y*") == "A & B <x> *y*"
    assert plain("x" * 200, 75) == "x" * 72 + "…"


def test_a_reason_is_quoted() -> None:
    assert quote("wrong <PO>") == "“wrong &lt;PO&gt;”"


@given(st.text(), st.integers(4, 300))
def test_any_text_fits_and_calls_nobody(text: str, most: int) -> None:
    shown = escape(text, most)
    assert 1 <= units(shown) <= most
    assert not set("<>\n\r") & set(shown)
    assert 1 <= units(plain(text, most)) <= most


@given(st.text(max_size=50))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


def test_a_text_without_end_is_cut_before_it_is_read() -> None:
    assert one_line("ab" * 10_000_000) == "ab" * 2000 + "…"


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("U0DANA", "<@U0DANA>"),
        ("W0DANA", "<@W0DANA>"),
        ("Sam Rivera", "Sam Rivera"),
        ("U0DANA><!here", "U0DANA&gt;&lt;!here"),
        ("u0dana", "u0dana"),
        (None, "–"),
    ],
)
def test_only_an_id_is_mentioned(user: str | None, shown: str) -> None:
    assert mention(user) == shown


@pytest.mark.parametrize(
    ("group", "shown"),
    [("S0FINANCE", "<!subteam^S0FINANCE>"), ("finance", "@finance"), ("@finance", "@finance"), ("<!x>", "@&lt;!x&gt;")],
)
def test_only_the_id_of_a_group_is_mentioned(group: str, shown: str) -> None:
    assert group_mention(group) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/1?a=b&c=d", "<https://x.example/1?a=b&amp;c=d|Open>"),
        ("javascript:alert(1)", "Open"),
        ("https://x.example/a|b", "Open"),
        ("https://x.example/>", "Open"),
        ("https://x.example/" + "a" * 600, "Open"),
        ("", "Open"),
        (None, "Open"),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str | None, shown: str) -> None:
    assert link(url, "Open") == shown


def test_dates_and_instants() -> None:
    assert day(date(2026, 12, 3)) == "3 Dec 2026"
    assert day(None) == "–"
    assert when(AT.astimezone(timezone(timedelta(hours=9)))) == "23 Dec 2026 14:05 UTC"
    assert instant(AT) == "<!date^1798034700^{date_short_pretty} {time}|23 Dec 2026 14:05 UTC>"
    assert ago(AT) == "<!date^1798034700^{ago}|23 Dec 2026 14:05 UTC>"
