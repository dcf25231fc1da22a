"""Slack's mrkdwn as HTML: its marks work, and nothing else gets through."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.pages.mrkdwn_html import mrkdwn, plain
from bot.sandbox.pages.names import Names

NAMES = Names(
    people={"U0DANA": "Dana <b>Whitfield</b>"},
    channels={"C1": "deals"},
    groups={"S0FINANCE": "finance-approvers"},
    now=datetime(2026, 11, 23, 12, tzinfo=UTC),
    zone=ZoneInfo("Europe/Berlin"),
    me="U0DANA",
)
OURS = re.compile(
    r"</?(?:a|span|strong|em|s|code|pre|br|blockquote|time)(?: (?:[a-z-]+=\"[^\"<>]*\"|data-broadcast|download))*>"
)
LINK = re.compile(r'href="([^"]*)"')


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~", "<strong>bold</strong> <em>it</em> <s>no</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("2*3*4 and a_b_c", "2*3*4 and a_b_c"),
        ("* no bold *", "* no bold *"),
        ("`*code*`", "<code>*code*</code>"),
        ("```a < b\n*c*```\nafter", "<pre>a &lt; b\n*c*</pre>after"),
        ("one\ntwo", "one<br>two"),
        ("> said\nreply", "<blockquote>said</blockquote>reply"),
        ("&lt;!channel&gt; &amp; co", "&lt;!channel&gt; &amp; co"),
        ("&amp;lt;", "&amp;lt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (":no_such_code:", ":no_such_code:"),
    ],
)
def test_text_becomes(text: str, html: str) -> None:
    assert mrkdwn(text, NAMES) == html


def test_links_lead_only_where_a_browser_may_go() -> None:
    good = mrkdwn("<https://x.example/?a=1&amp;b=2|*label*>", NAMES)
    assert 'href="https://x.example/?a=1&amp;b=2"' in good and ">*label*</a>" in good
    for bad in ("<javascript:alert(1)|click>", "<data:text/html,x|click>", "<vbscript:x>", "<//evil.example|click>"):
        assert "href" not in mrkdwn(bad, NAMES), bad


def test_bare_addresses_are_linked_unless_verbatim() -> None:
    assert 'href="https://x.example/a"' in mrkdwn("see https://x.example/a.", NAMES)
    assert "href" not in mrkdwn("see https://x.example/a.", NAMES, verbatim=True)


def test_mentions_show_names_and_escape_them() -> None:
    html = mrkdwn("<@U0DANA> <@U0NOBODY|max> <#C1> <!subteam^S0FINANCE> <!here>", NAMES)
    assert "@Dana &lt;b&gt;Whitfield&lt;/b&gt;" in html
    assert "@max" in html and "#deals" in html and "@finance-approvers" in html and "@here" in html
    assert html.count("mention-loud") == 2, "one's own name and a broadcast stand out"


def test_dates_are_told_in_the_readers_zone() -> None:
    noon = int(datetime(2026, 11, 23, 11, 30, tzinfo=UTC).timestamp())
    assert ">today at 12:30</time>" in mrkdwn(f"<!date^{noon}^{{date_short_pretty}} at {{time}}|then>", NAMES)
    assert ">Nov 23, 2026</time>" in mrkdwn(f"<!date^{noon}^{{date_short}}|then>", NAMES)
    assert ">30 minutes ago</time>" in mrkdwn(f"<!date^{noon}^{{ago}}|then>", NAMES)
    assert mrkdwn("<!date^never^{date}|in due time>", NAMES) == "in due time"
    assert mrkdwn("<!date^99999999999999^{date}|in due time>", NAMES) == "in due time"


def test_emoji_carry_their_names() -> None:
    assert 'aria-label="white check mark"' in mrkdwn(":white_check_mark:", NAMES)


def test_plain_text_has_no_marks() -> None:
    assert plain("*a*\n<b>") == "*a*<br>&lt;b&gt;"


@given(st.text(alphabet=st.sampled_from("<>&*_~`:|!@#^ab1\n\"'/\ue000\ue001") | st.characters(), max_size=80))
def test_only_our_own_elements_come_out(text: str) -> None:
    html = str(mrkdwn(text, NAMES))
    rest = OURS.sub("", html)
    assert "<" not in rest and ">" not in rest, rest
    assert all(re.match(r"(https?://|mailto:|tel:|\?channel=)", url, re.IGNORECASE) for url in LINK.findall(html))


@pytest.mark.parametrize("name", ["N" * 5000, "*" * 5000, "*a " * 1700, "_~*" * 1700, "<" * 5000, ":a" * 2500])
def test_very_long_text_is_shown_whole(name: str) -> None:
    shown = re.sub(r"<[^>]*>", "", str(mrkdwn(name, NAMES))).replace("&lt;", "<")
    assert shown == name


def test_other_scripts_stay_as_they_are() -> None:
    for text in ("株式会社東京サンプル", "شركة النور للتجارة"):
        assert mrkdwn(text, NAMES) == text
