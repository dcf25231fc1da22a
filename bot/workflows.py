"""Every durable workflow, imported so that the engine knows it by name when it finds its work after a restart."""

from __future__ import annotations

from typing import Final

from flows import inbox
from flows.approvals import workflow as approvals
from flows.attention import workflow as attention
from flows.billing import amending_workflow as amending
from flows.billing import milestone_workflow as milestones
from flows.billing import workflow as billing
from flows.contracts import polling, taking_over
from flows.contracts import quote_workflow as quotes
from flows.contracts import workflow as contracts
from flows.crediting import withdrawing
from flows.crediting import workflow as crediting
from flows.dimensions import looking
from flows.dimensions import workflow as dimensions
from flows.home import workflow as home
from flows.invoicing import asking, processor_events
from flows.invoicing import workflow as invoicing
from flows.posting import workflow as posting
from flows.usage import workflow as usage

ROOMS: Final = (
    amending,
    approvals,
    asking,
    attention,
    billing,
    contracts,
    crediting,
    dimensions,
    home,
    inbox,
    invoicing,
    looking,
    polling,
    milestones,
    posting,
    processor_events,
    taking_over,
    quotes,
    usage,
    withdrawing,
)


def register() -> None:
    """Do nothing: the import has registered them."""
