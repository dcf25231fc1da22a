"""The Slack listeners; `register` puts them all on one Bolt app, whichever way that app is served."""

from __future__ import annotations

from slack_bolt import App

from flows.inbox import InboxWriter
from handlers.slack import (
    amending,
    approvals,
    attention,
    coding,
    crediting,
    deals,
    fallback,
    home,
    milestones,
    quote,
    revocation,
    slash_command,
)


def register(app: App, inbox: InboxWriter, *, own_revocation: bool = True) -> None:
    """Register every listener; the ones that catch what nothing else handles come last.

    With OAuth Bolt itself forgets the installation when it is revoked, and `own_revocation` is False.
    """
    for room in (approvals, amending, crediting, deals, coding, attention, home, milestones, quote, slash_command):
        room.register(app, inbox)
    if own_revocation:
        revocation.register(app, inbox)
    fallback.register(app, inbox)
