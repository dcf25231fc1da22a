"""Slack's Block Kit as small functions: text made safe, blocks, modals, and the limits that Slack keeps."""

from __future__ import annotations

from flows.blockkit.blocks import (
    actions,
    button,
    confirm,
    context,
    divider,
    fields,
    header,
    notice,
    overflow,
    section,
    table,
)
from flows.blockkit.limits import LimitExceeded, check
from flows.blockkit.text import (
    ago,
    day,
    escape,
    group_mention,
    instant,
    join_lines,
    link,
    mention,
    one_line,
    plain,
    quote,
    when,
)
from flows.blockkit.views import choice, date_picker, email, entry, home, modal, typed

__all__ = [
    "LimitExceeded",
    "actions",
    "ago",
    "button",
    "check",
    "choice",
    "confirm",
    "context",
    "date_picker",
    "day",
    "divider",
    "email",
    "entry",
    "escape",
    "fields",
    "group_mention",
    "header",
    "home",
    "instant",
    "join_lines",
    "link",
    "mention",
    "modal",
    "notice",
    "one_line",
    "overflow",
    "plain",
    "quote",
    "section",
    "table",
    "typed",
    "when",
]
