"""Requests for approval and clicks that the tests begin with."""

from __future__ import annotations

from dataclasses import replace

from flows.approvals.rules import ApprovalState, ApprovalStatus, Click, Step, Verdict
from flows.ports import Person

HASH = "7f3a91c2" * 8
DANA = Person("U0DANA", "Dana Whitfield", "dana@demo.example", "T0DEMO", False, False, False)
LEE = replace(DANA, user_id="U0LEE", name="Lee Okafor")
SAM = replace(DANA, user_id="U0SAM", name="Sam Rivera")
GUEST = replace(DANA, user_id="U0GUS", name="Gus Abel", is_guest=True)
OUTSIDER = replace(DANA, user_id="U0OLGA", name="Olga Stern", is_outsider=True)
GONE = replace(DANA, user_id="U0GONE", name="Pat Gone", is_deactivated=True)
APPROVERS = frozenset({"U0DANA", "U0LEE"})


def request(*, needed: int = 1, steps: int = 1, approvers: frozenset[str] | None = APPROVERS) -> ApprovalState:
    """Return a fresh request of v2 that Rita asked for."""
    return ApprovalState(
        approval_id="apr_01jdc0000000000000000000aa",
        invoice_id="inv_01jdc0000000000000000000aa",
        invoice_version=2,
        content_hash=HASH,
        state=ApprovalStatus.WAITING,
        current_step=1,
        steps=tuple(Step(number, needed, approvers, "Dana or Lee") for number in range(1, steps + 1)),
        requester="U0RITA",
        rule="EUR above 10,000",
    )


def click(
    verdict: Verdict = Verdict.APPROVE, by: Person = DANA, *, version: int = 2, digest: str = HASH, reason: str = ""
) -> Click:
    """Return a click on the card of v2."""
    return Click(verdict, by, version, digest, reason or None)
