"""Why a click on an approval changes nothing. Each message is for the person who clicked: the rule, then the way on.

Refused
├── NoRule                    the policy has no rule for an invoice of that size and currency
├── TooFewApprovers           the step could never be finished
├── ApproversUnreadable       a user group or a person could not be read; nobody may decide until it can
├── StaleCard                 the card shows another version than the invoice has now
├── AlreadyDecided            says who decided and what is true now
├── OutsiderCannotApprove, GuestCannotApprove, DeactivatedCannotApprove
├── NotAnApprover             says who can
├── RequesterCannotApprove
├── AlreadyVotedThisStep
└── ReasonRequired            a rejection or a request for changes without a reason
"""

from __future__ import annotations

from flows.errors import Refused
from flows.values.money import Money, format_money

_NOTHING = "Nothing was changed."
_DID = {"approve": "approved this", "reject": "rejected this", "request_changes": "asked for changes"}


class NoRule(Refused):
    """No rule of the policy is for an invoice of that total. Nobody may approve it until somebody writes one."""

    code = "approval.no_rule"

    def __init__(self, total: Money) -> None:
        self.total = total
        super().__init__(
            f"No approval rule is for an amount of {format_money(total)}, so nobody can approve this. "
            "Whoever looks after the policy file can add a rule under [[approvals.rules]]."
        )


class TooFewApprovers(Refused):
    """A step needs more people than there are who may decide it."""

    code = "approval.too_few_approvers"

    def __init__(self, who: str, *, needed: int, left: int, requester_among: bool) -> None:
        self.who, self.needed, self.left = who, needed, left
        people = "person" if left == 1 else "people"
        without = " without the requester" if requester_among else ""
        super().__init__(
            f"This step needs {needed} of {who}, but only {left} {people} can decide{without}. "
            "Add approvers to the rule or to the user group."
        )


class ApproversUnreadable(Refused):
    """Who may decide could not be read from Slack; the safe answer is no."""

    code = "approval.approvers_unreadable"

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(
            f"I cannot read who belongs to {who} just now, so nobody can decide this yet. {_NOTHING} "
            "Try again in a few minutes; the operators' channel has the details."
        )


class StaleCard(Refused):
    """A click on a card that shows an older version than the invoice has now."""

    code = "approval.stale_card"

    def __init__(self, seen: int, current: int) -> None:
        self.seen, self.current = seen, current
        what = f"v{seen}; the invoice is now v{current}" if seen != current else f"an earlier state of v{seen}"
        super().__init__(f"This card shows {what}. {_NOTHING} Decide on the newest card.")


class AlreadyDecided(Refused):
    """Somebody was faster, or this is an old card. `votes` are (name, verdict) in order."""

    code = "approval.already_decided"

    def __init__(
        self,
        state: str,
        votes: tuple[tuple[str, str], ...],
        invoice_state: str,
        number: str | None,
        what: str = "invoice",
    ) -> None:
        self.state, self.votes, self.invoice_state, self.number = state, votes, invoice_state, number
        super().__init__(f"{_who_decided(state, votes)} {_what_is_true(invoice_state, number, what)} {_NOTHING}")


class OutsiderCannotApprove(Refused):
    """A member of another company, seen through a shared channel."""

    code = "approval.outsider"

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(f"Only people of this workspace can decide on invoices. {_NOTHING} It is up to {who}.")


class GuestCannotApprove(Refused):
    """A guest of the workspace."""

    code = "approval.guest"

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(f"Guests cannot decide on invoices. {_NOTHING} It is up to {who}.")


class DeactivatedCannotApprove(Refused):
    """A member whose account was deactivated while the click was under way."""

    code = "approval.deactivated"

    def __init__(self, who: str) -> None:
        self.who = who
        super().__init__(f"This Slack account is deactivated. {_NOTHING} It is up to {who}.")


class NotAnApprover(Refused):
    """A member whom the rule does not name."""

    code = "approval.not_an_approver"

    def __init__(self, who: str, rule: str = "", what: str = "invoice") -> None:
        self.who, self.rule = who, rule
        named = f'The rule "{rule}" does not name you' if rule else "You are not among the approvers"
        super().__init__(f"{named}, so you cannot decide on this {what}. {_NOTHING} It is up to {who}.")


class RequesterCannotApprove(Refused):
    """Nobody approves what they asked for."""

    code = "approval.requester"

    def __init__(self, who: str, what: str = "invoice") -> None:
        self.who = who
        super().__init__(f"You asked for this {what}, so somebody else must approve it. {_NOTHING} It is up to {who}.")


class AlreadyVotedThisStep(Refused):
    """One person counts once a step."""

    code = "approval.already_voted"

    def __init__(self, have: int, needed: int, who: str) -> None:
        self.have, self.needed, self.who = have, needed, who
        super().__init__(
            f"Your approval is recorded: {have} of {needed}. {_NOTHING} The rest must come from other people: {who}."
        )


class ReasonRequired(Refused):
    """Whoever sends an invoice back says why."""

    code = "approval.reason_required"

    def __init__(self, verdict: str) -> None:
        self.verdict = str(verdict)
        act = "reject" if verdict == "reject" else "request changes to"
        super().__init__(f"Say why you {act} this invoice: choose a reason or write one. {_NOTHING}")


def _who_decided(state: str, votes: tuple[tuple[str, str], ...]) -> str:
    if state == "void":
        return "This request was withdrawn."
    if not votes:
        return f"This was decided already: {state}."
    last = votes[-1][1]
    names = list(dict.fromkeys(name for name, verdict in votes if verdict == last))
    people = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{people} {_DID.get(last, last)} already."


def _what_is_true(state: str, number: str | None, what: str) -> str:
    if state == "changes requested" and what == "invoice":
        return "The invoice waits for a changed deal."
    return f"The {what} is {state} as {number}." if number else f"The {what} is {state}."
