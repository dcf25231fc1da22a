"""Slack's date tokens (`<!date^1392734382^{date_short}|fallback>`) and message times, in the reader's zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from bot.sandbox.pages.html import tag
from bot.sandbox.pages.links import anchor, safe_href
from bot.sandbox.pages.names import Names

TOKEN = re.compile(r"\{(\w+)\}")
LATEST = 253_402_214_400  # the last day that datetime can hold in every zone


def date_token(epoch: str, pattern: str, link: str | None, fallback: str, names: Names) -> Markup:
    """Return the date as `<time>`; a number or pattern that is no date shows the fallback."""
    if not epoch.lstrip("-").isdigit() or not 0 <= int(epoch) < LATEST:
        return Markup.escape(fallback)
    moment = datetime.fromtimestamp(int(epoch), UTC).astimezone(names.zone)
    words = TOKEN.sub(lambda found: _part(found[1], moment, names), pattern) or fallback
    shown = tag("time", words, datetime=moment.isoformat(), title=long_moment(moment))
    return anchor(link, shown) if link and safe_href(link) else shown


def _part(name: str, moment: datetime, names: Names) -> str:
    """Return one `{…}` of a date pattern; an unknown one stays as it was written."""
    base = name.removesuffix("_pretty")
    if name.endswith("_pretty") and (near := _near_day(moment, names)):
        return near
    short = f"{moment:%b} {moment.day}, {moment.year}"
    forms = {
        "date": f"{moment:%B} {moment.day}{_suffix(moment.day)}, {moment.year}",
        "date_num": f"{moment:%Y-%m-%d}",
        "date_slash": f"{moment:%m/%d/%Y}",
        "date_short": short,
        "date_long": f"{moment:%A}, {moment:%B} {moment.day}{_suffix(moment.day)}, {moment.year}",
        "day_divider": f"{moment:%A}, {moment:%B} {moment.day}",
        "time": f"{moment:%H:%M}",
        "time_secs": f"{moment:%H:%M:%S}",
        "ago": _ago(moment, names),
    }
    return forms.get(base, "{" + name + "}")


def _near_day(moment: datetime, names: Names) -> str | None:
    """Return today, yesterday or tomorrow by the demo clock, or None."""
    days = (moment.date() - names.now.astimezone(names.zone).date()).days
    return {0: "today", -1: "yesterday", 1: "tomorrow"}.get(days)


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _ago(moment: datetime, names: Names) -> str:
    """Return the distance from the demo clock in its largest unit."""
    gap = names.now - moment
    ahead, gap = gap < timedelta(0), abs(gap)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if (count := int(gap.total_seconds() // length)) > 0:
            words = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"in {words}" if ahead else f"{words} ago"
    return "just now"


def long_moment(moment: datetime) -> str:
    """Return date, time and zone in full, for a tooltip."""
    return f"{moment:%A}, {moment.day} {moment:%b} {moment.year}, {moment:%H:%M:%S} {moment:%Z}"


def moment_of(ts: str, names: Names) -> datetime:
    """Return a message's time stamp in the reader's zone."""
    return datetime.fromtimestamp(float(ts), UTC).astimezone(names.zone)


def day_heading(moment: datetime, names: Names) -> str:
    """Return the words of the line between two days of a channel."""
    if (near := _near_day(moment, names)) in ("today", "yesterday"):
        return near.capitalize()
    year = f" {moment.year}" if moment.year != names.now.year else ""
    return f"{moment:%A}, {moment.day} {moment:%B}{year}"
