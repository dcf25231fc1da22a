"""A workspace state with every kind of block, message and text that the pages must draw."""

from __future__ import annotations

from typing import Any

from bot.sandbox.people import PEOPLE, first_channels

NOW = "2026-11-23T13:30:00+00:00"
T0 = 1_795_437_000  # 2026-11-23 12:30 UTC
HOSTILE = "<script>alert(1)</script> &lt;!channel&gt; <javascript:alert(1)|click> <https://x.example/?a=1&amp;b=2|link>"


def plain(text: str) -> dict[str, Any]:
    """Return a `plain_text` object."""
    return {"type": "plain_text", "text": text}


def md(text: str) -> dict[str, Any]:
    """Return a `mrkdwn` object."""
    return {"type": "mrkdwn", "text": text}


def option(value: str, words: str, note: str | None = None) -> dict[str, Any]:
    """Return an option object."""
    return {"text": plain(words), "value": value} | ({"description": plain(note)} if note else {})


def button(words: str, action_id: str, value: str = "v1", **more: Any) -> dict[str, Any]:
    """Return a button element."""
    return {"type": "button", "text": plain(words), "action_id": action_id, "value": value, **more}


def row(*cells: str) -> list[dict[str, Any]]:
    """Return a table row of bare words."""
    return [{"type": "raw_text", "text": cell} for cell in cells]


CONFIRM = {
    "title": plain("Approve EUR 12,400.00?"),
    "text": md("*Northwind GmbH* will be invoiced at once."),
    "confirm": plain("Approve"),
    "deny": plain("Not yet"),
}
LINES = {
    "type": "table",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}, {"align": "right"}, {"align": "right"}],
    "rows": [
        row("Item", "Qty", "Unit price", "Amount"),
        row("Platform, annual", "1", "10,000.00", "10,000.00"),
        row("Seats, volume tier 26-50", "40", "60.00", "2,400.00"),
    ],
}
CARD: list[dict[str, Any]] = [
    {
        "type": "section",
        "text": md("*Northwind GmbH · EUR 12,400.00*\n<@U0DANA> or <@U0LEE>, please approve · step 1 of 2"),
    },
    {
        "type": "section",
        "fields": [
            md("*Due*\n23 Dec 2026 (net 30)"),
            md("*Service period*\n1 Dec 2026 – 30 Nov 2027"),
            md("*PO*\n4500-2211"),
            md("*Account manager*\n<@U0SAM>"),
        ],
    },
    LINES,
    {"type": "section", "text": md(":warning: *Differs from the deal:* seats 38 → 40 (line 2)")},
    {
        "type": "context",
        "elements": [
            md("v2 · `7f3a-91c2` · rule “EU over 10k” · from <https://sf.example/006|Salesforce 006-0042> · 2 h old")
        ],
    },
    {
        "type": "actions",
        "block_id": "decide",
        "elements": [
            button("Approve", "approval.approve", style="primary", confirm=CONFIRM),
            button("Request changes", "approval.changes"),
            button("Reject", "approval.reject", style="danger"),
            {
                "type": "overflow",
                "action_id": "approval.more",
                "options": [option("pdf", "Draft as PDF"), option("audit", "Audit history")],
            },
        ],
    },
]
PALETTE: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Every block :tada:")},
    {"type": "divider"},
    {
        "type": "section",
        "text": md("Pick *several*"),
        "accessory": {
            "type": "multi_static_select",
            "action_id": "many",
            "placeholder": plain("Several"),
            "options": [option("p", "P"), option("q", "Q")],
        },
    },
    {
        "type": "section",
        "text": md("Pick *one*"),
        "accessory": {
            "type": "static_select",
            "action_id": "one",
            "placeholder": plain("Choose"),
            "options": [option("a", "Acme"), option("b", "Borealis")],
        },
    },
    {
        "type": "section",
        "text": md("Pick a day"),
        "accessory": {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-30"},
    },
    {
        "type": "section",
        "block_id": "mode",
        "text": md("How"),
        "accessory": {
            "type": "radio_buttons",
            "action_id": "how",
            "options": [option("x", "By mail", "To the contact"), option("y", "By post")],
        },
    },
    {
        "type": "actions",
        "elements": [
            {
                "type": "checkboxes",
                "action_id": "boxes",
                "options": [option("1", "Copy *me*"), option("2", "Copy Lee")],
            },
            {"type": "users_select", "action_id": "who", "placeholder": plain("Somebody")},
        ],
    },
    {
        "type": "image",
        "image_url": "/_demo/api/files/F0PIC",
        "alt_text": "Aging: 0-30 days USD 41,000",
        "title": plain("Aging"),
    },
    {"type": "image", "image_url": "https://elsewhere.example/pic.png", "alt_text": "A picture elsewhere"},
    {
        "type": "markdown",
        "text": "## Heading\n\n- one\n- **two** <b>raw</b>\n\n| A | B |\n|---|--:|\n| x | 1 |\n\n"
        "[bad](javascript:alert(1)) [good](https://x.example)",
    },
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Hello ", "style": {"bold": True}},
                    {"type": "user", "user_id": "U0DANA"},
                    {"type": "link", "url": "javascript:alert(1)", "text": " no link"},
                    {"type": "emoji", "name": "eyes"},
                    {"type": "date", "timestamp": T0, "format": "{date_long}", "fallback": "then"},
                    {"type": "broadcast", "range": "here"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a < b"}]},
        ],
    },
]
FORM: list[dict[str, Any]] = [
    {"type": "section", "text": md("*INV-1042 · Northwind GmbH · EUR 12,400.00*")},
    {
        "type": "input",
        "block_id": "reason",
        "label": plain("Why"),
        "element": {
            "type": "radio_buttons",
            "action_id": "reason",
            "options": [
                option("price", "The price is wrong"),
                option("po", "The PO number is missing"),
                option("other", "Something else"),
            ],
        },
    },
    {
        "type": "input",
        "block_id": "words",
        "label": plain("In your words"),
        "hint": plain("The account manager reads this."),
        "element": {
            "type": "plain_text_input",
            "action_id": "words",
            "multiline": True,
            "max_length": 500,
            "placeholder": plain("What must change?"),
        },
    },
    {
        "type": "input",
        "block_id": "until",
        "optional": True,
        "label": plain("By when"),
        "element": {"type": "datepicker", "action_id": "until"},
    },
    {
        "type": "input",
        "block_id": "po",
        "optional": True,
        "label": plain("PO number"),
        "element": {"type": "plain_text_input", "action_id": "po", "initial_value": "4500"},
    },
    {
        "type": "input",
        "block_id": "qty",
        "optional": True,
        "label": plain("Quantity"),
        "element": {"type": "number_input", "action_id": "qty", "is_decimal_allowed": False},
    },
]
HOME: list[dict[str, Any]] = [
    {"type": "header", "text": plain("Waiting for you")},
    {
        "type": "section",
        "text": md("*Northwind GmbH · EUR 12,400.00*\nSince 2 h · step 1 of 2"),
        "accessory": button("Open", "home.open"),
    },
    {"type": "divider"},
    {"type": "header", "text": plain("Decided by you lately")},
    {"type": "context", "elements": [md("Nothing yet. What you approve or reject shows here.")]},
]


def view(id_: str, depth: int, blocks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return an open modal of Dana's."""
    return {
        "id": id_,
        "user": "U0DANA",
        "type": "modal",
        "title": plain("Reject INV-1042"),
        "submit": plain("Reject"),
        "close": plain("Cancel"),
        "blocks": blocks,
        "state": {"values": {}},
        "errors": {},
        "callback_id": "reject",
        "depth": depth,
        "private_metadata": "",
        **more,
    }


def message(offset: int, user: str, text: str, **more: Any) -> dict[str, Any]:
    """Return a message so many seconds after the first."""
    return {
        "ts": f"{T0 + offset}.000100",
        "user": user,
        "bot": user == "U0DUNWELL",
        "text": text,
        "blocks": [],
        "attachments": [],
        "files": [],
        "metadata": None,
        "edited": None,
        "reactions": [],
        "replies": [],
        **more,
    }


def sample_state(views: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the whole state; `views` are the modals open now."""
    pdf = {
        "id": "F0PDF",
        "name": "INV-1041.pdf",
        "title": "INV-1041.pdf",
        "mimetype": "application/pdf",
        "filetype": "pdf",
        "size": 48_213,
    }
    issued = message(
        -7200,
        "U0DUNWELL",
        "INV-1041 issued",
        edited={"user": "U0DUNWELL", "ts": "1"},
        blocks=[
            {
                "type": "section",
                "text": md(
                    "*Acme Inc · USD 1,200.00*\n:white_check_mark: *Issued as INV-1041.* "
                    "Approved by <@U0DANA> on <!date^1795430000^{date_short} at {time}|22 Nov 2026>."
                ),
            }
        ],
        reactions=[{"name": "eyes", "count": 2, "users": ["U0DANA", "U0LEE"]}],
        replies=[
            message(-7100, "U0DUNWELL", "The invoice is attached.", files=[pdf]),
            message(-7000, "U0SAM", "Thanks, sending it on."),
        ],
    )
    said = {
        "C0APPROVALS": [
            message(-90_000, "U0LEE", "Morning all. <!channel> please look at *open approvals* before noon :eyes:"),
            issued,
            message(-60, "U0RITA", "Northwind signed this morning :tada:"),
            message(-40, "U0RITA", "The order form is in the CRM."),
            message(0, "U0DUNWELL", "Approve Northwind GmbH v2: EUR 12,400.00?", blocks=CARD),
            message(30, "U0DUNWELL", "You can approve up to USD 25,000.", ephemeral_for="U0DANA"),
            message(31, "U0DUNWELL", "Only for Gus", ephemeral_for="U0GUS"),
        ],
        "C0DEALS": [message(0, "U0DUNWELL", "Every block", blocks=PALETTE)],
        "C0GENERAL": [
            message(0, "U0RITA", HOSTILE),
            message(10, "U0RITA", "N" * 5000),
            message(20, "U0OLGA", "株式会社東京サンプル、請求書をご確認ください。"),
            message(30, "U0OLGA", "شركة النور للتجارة: الرجاء الموافقة على الفاتورة رقم 1042"),
            message(400, "U0SAM", "> a quotation\nthen `code` and\n```a < b\nc```\n*bold _both_* ~gone~"),
        ],
    }
    channels = [
        c | {"bot_is_member": "U0DUNWELL" in c["members"], "messages": said.get(c["id"], [])} for c in first_channels()
    ]
    return {
        "version": 7,
        "team": {"id": "T0DEMO", "name": "Dunwell Demo"},
        "now": NOW,
        "mode": "http",
        "people": [p.view() for p in PEOPLE],
        "channels": channels,
        "views": views or [],
        "homes": {"U0DANA": {"id": "V0HOME", "type": "home", "blocks": HOME, "state": {"values": {}}}},
        "requests": [
            {
                "id": "Rq1",
                "at": "2026-11-23T13:29:10.000+00:00",
                "kind": "block_actions",
                "by": "dana",
                "what": "approval.approve",
                "status": "ok",
                "http": 200,
                "ack_ms": 41.2,
                "retry": 0,
                "response": None,
                "warning": False,
            },
            {
                "id": "Rq2",
                "at": "2026-11-23T13:29:40.000+00:00",
                "kind": "command",
                "by": "gus",
                "what": "/invoices",
                "status": "timeout",
                "http": None,
                "ack_ms": 3001.0,
                "retry": 0,
                "response": None,
                "warning": True,
            },
        ],
        "commands": [
            {"command": "/invoices", "description": "What waits for approval", "usage_hint": "[mine | customer]"},
            {"command": "/invoice-new", "description": "Start an invoice by hand", "usage_hint": ""},
        ],
        "shortcuts": [{"type": "message", "name": "Open the invoice", "callback_id": "open_invoice"}],
        "faults": [{"where": "slack", "kind": "429", "method": None, "left": 2, "seconds": 0}],
        "signed_requests": [
            {
                "at": "2026-11-23T13:29:10.042+00:00",
                "status": "ok",
                "http": 200,
                "url": "http://127.0.0.1:5001/slack/events",
                "headers": {"X-Slack-Signature": "v0=abc", "X-Slack-Request-Timestamp": "1795440550"},
                "body": "payload=%7B%7D",
            }
        ],
    }
