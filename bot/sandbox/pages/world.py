"""The words of the World panel: what can be closed, what can be broken, and what each does, in one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DealKind:
    """A kind of deal that a visitor can close."""

    kind: str
    title: str
    what: str


@dataclass(frozen=True)
class FaultSwitch:
    """A way to break something; `where` is slack, stripe, salesforce or app."""

    where: str
    kind: str
    title: str
    what: str


DEAL_KINDS = (
    DealKind("flat", "Flat fee", "One yearly platform fee, net 30."),
    DealKind("per_unit", "Per seat", "A platform fee plus seats at a price each."),
    DealKind("one_time", "One-time", "A setup project, billed once."),
    DealKind("large", "Large", "Big enough to need two approvers."),
    DealKind("foreign", "Foreign currency", "A customer billed in euro."),
    DealKind("incomplete", "Incomplete", "No contact and no PO number: somebody must mend it first."),
    DealKind("hostile", "Hostile name", "A customer name full of code and mentions, 5,000 characters long."),
)
"""Shown until the workspace has told which kinds it really offers."""

FAULTS = (
    FaultSwitch(
        "slack",
        "429",
        "Slack says slow down",
        "The next two posts get 429 with Retry-After; the card must come late, once.",
    ),
    FaultSwitch("slack", "5xx", "Slack is down", "The next two Web API calls answer 503; nothing may be lost."),
    FaultSwitch(
        "slack",
        "drop_after",
        "Slack accepts, then hangs up",
        "The next post is stored but the answer never arrives; it must not be posted twice.",
    ),
    FaultSwitch(
        "slack",
        "slow",
        "Slack answers slowly",
        "The next three calls take four seconds; clicks must still be acknowledged at once.",
    ),
    FaultSwitch(
        "slack",
        "token_revoked",
        "Token revoked",
        "Slack refuses the bot's token until you switch this off; work waits and says so.",
    ),
    FaultSwitch(
        "slack", "duplicate", "Deliver the next click twice", "The next interaction arrives twice; it must count once."
    ),
    FaultSwitch("stripe", "429", "Stripe says slow down", "The next two Stripe calls get 429."),
    FaultSwitch("stripe", "5xx", "Stripe is down", "The next two Stripe calls answer 500."),
    FaultSwitch(
        "stripe",
        "drop_after",
        "Stripe accepts, then hangs up",
        "The next Stripe call is carried out but its answer never arrives; no second invoice.",
    ),
    FaultSwitch(
        "stripe",
        "stored_500",
        "Stripe repeats a 500",
        "One idempotency key gets the same stored 500 for ever; the work must look up what happened.",
    ),
    FaultSwitch(
        "stripe",
        "ignore_idempotency",
        "Stripe forgets its keys",
        "Idempotency keys are ignored until switched off; still one invoice.",
    ),
    FaultSwitch("stripe", "slow", "Stripe answers slowly", "The next three Stripe calls take four seconds."),
    FaultSwitch(
        "salesforce", "5xx", "Salesforce is down", "The next two Salesforce calls answer 503; the deal is found later."
    ),
    FaultSwitch(
        "salesforce", "slow", "Salesforce answers slowly", "The next three Salesforce calls take four seconds."
    ),
    FaultSwitch(
        "salesforce",
        "duplicate",
        "Deliver the next deal twice",
        "The next outbound message arrives twice; one invoice.",
    ),
)
COUNTS = {"429": 2, "5xx": 2, "drop_after": 1, "slow": 3, "duplicate": 1, "stored_500": 1}
"""How many calls each fault hits; the ones that are not named stay until they are switched off."""


def fault_title(where: str, kind: str) -> str:
    """Return a fault's title, or its two names when it has none here."""
    found = next((f for f in FAULTS if (f.where, f.kind) == (where, kind)), None)
    return found.title if found else f"{where}: {kind}"
