"""What one click does to a request for approval, and every reason to refuse it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.approvals import refusals
from flows.approvals.rules import ApprovalState, ApprovalStatus, Click, Decision, Verdict, Vote, decide
from flows.errors import Refused
from flows.ports import Person
from tests.flows.approvals.requests import (
    DANA,
    GONE,
    GUEST,
    LEE,
    OUTSIDER,
    SAM,
    click,
    request,
)

APPROVE, REJECT, CHANGES = Verdict.APPROVE, Verdict.REJECT, Verdict.REQUEST_CHANGES
DANA_SAID_YES = Vote("U0DANA", "Dana Whitfield", APPROVE)


def with_votes(approval: ApprovalState, *votes: Vote, **changes: object) -> ApprovalState:
    """Return the request with votes in its first step."""
    first = replace(approval.steps[0], decided=votes)
    return replace(approval, steps=(first, *approval.steps[1:]), **changes)  # type: ignore[arg-type]


def test_one_approval_of_one_completes_the_request() -> None:
    assert decide(request(), click()) == Decision(APPROVE, 1, ApprovalStatus.APPROVED, 1, True)


def test_the_first_of_two_approvals_leaves_the_request_waiting() -> None:
    assert decide(request(needed=2), click()) == Decision(APPROVE, 1, ApprovalStatus.WAITING, 1, False)


def test_the_second_of_two_approvals_completes_the_request() -> None:
    waiting = with_votes(request(needed=2), DANA_SAID_YES)
    assert decide(waiting, click(by=LEE)) == Decision(APPROVE, 1, ApprovalStatus.APPROVED, 1, True)


def test_a_complete_step_passes_on_to_the_next() -> None:
    assert decide(request(steps=2), click()) == Decision(APPROVE, 1, ApprovalStatus.WAITING, 2, False)


def test_the_last_step_completes_the_request_and_may_be_decided_by_who_decided_an_earlier_one() -> None:
    second = with_votes(request(steps=2), DANA_SAID_YES, current_step=2)
    assert decide(second, click()) == Decision(APPROVE, 2, ApprovalStatus.APPROVED, 2, True)


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(REJECT, ApprovalStatus.REJECTED), (CHANGES, ApprovalStatus.CHANGES_REQUESTED)],
)
def test_one_refusal_ends_the_request_in_any_step(verdict: Verdict, state: ApprovalStatus) -> None:
    waiting = with_votes(request(needed=2, steps=2), DANA_SAID_YES)
    assert decide(waiting, click(verdict, LEE, reason="wrong PO")) == Decision(verdict, 1, state, 1, False)


def test_the_requester_who_is_an_approver_may_still_send_it_back() -> None:
    asked_by_dana = replace(request(), requester="U0DANA")
    assert decide(asked_by_dana, click(REJECT, reason="a mistake of mine")).state_after is ApprovalStatus.REJECTED


def test_a_decision_applied_gives_the_request_with_the_vote_in_it() -> None:
    approval, said = request(needed=2), click()
    after = decide(approval, said).applied_to(approval, said)
    assert after.votes == (DANA_SAID_YES,)
    assert after.state is ApprovalStatus.WAITING


REFUSED: list[tuple[str, ApprovalState, Click, type[Refused], str]] = [
    (
        "outsider",
        request(),
        click(by=OUTSIDER),
        refusals.OutsiderCannotApprove,
        "Only people of this workspace can decide on invoices. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "guest",
        request(),
        click(by=GUEST),
        refusals.GuestCannotApprove,
        "Guests cannot decide on invoices. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "deactivated",
        request(approvers=frozenset({"U0GONE"})),
        click(by=GONE),
        refusals.DeactivatedCannotApprove,
        "This Slack account is deactivated. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "a guest among the approvers",
        request(approvers=frozenset({"U0GUS"})),
        click(by=GUEST),
        refusals.GuestCannotApprove,
        "Guests cannot decide on invoices. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "an older version",
        request(),
        click(version=1),
        refusals.StaleCard,
        "This card shows v1; the invoice is now v2. Nothing was changed. Decide on the newest card.",
    ),
    (
        "a version that was replaced",
        replace(request(), state=ApprovalStatus.VOID, newest_version=3),
        click(),
        refusals.StaleCard,
        "This card shows v2; the invoice is now v3. Nothing was changed. Decide on the newest card.",
    ),
    (
        "the same version with other content",
        request(),
        click(digest="0" * 64),
        refusals.StaleCard,
        "This card shows an earlier state of v2. Nothing was changed. Decide on the newest card.",
    ),
    (
        "approved and issued",
        with_votes(request(), DANA_SAID_YES, state=ApprovalStatus.APPROVED, invoice_state="issued", number="INV-1042"),
        click(by=LEE),
        refusals.AlreadyDecided,
        "Dana Whitfield approved this already. The invoice is issued as INV-1042. Nothing was changed.",
    ),
    (
        "approved by two",
        with_votes(
            request(needed=2),
            DANA_SAID_YES,
            Vote("U0LEE", "Lee Okafor", APPROVE),
            state=ApprovalStatus.APPROVED,
            invoice_state="sent, not confirmed",
        ),
        click(),
        refusals.AlreadyDecided,
        "Dana Whitfield and Lee Okafor approved this already. The invoice is sent, not confirmed. Nothing was changed.",
    ),
    (
        "rejected",
        with_votes(
            request(needed=2),
            DANA_SAID_YES,
            Vote("U0LEE", "Lee Okafor", REJECT),
            state=ApprovalStatus.REJECTED,
            invoice_state="rejected",
        ),
        click(),
        refusals.AlreadyDecided,
        "Lee Okafor rejected this already. The invoice is rejected. Nothing was changed.",
    ),
    (
        "changes requested",
        with_votes(
            request(),
            Vote("U0LEE", "Lee Okafor", CHANGES),
            state=ApprovalStatus.CHANGES_REQUESTED,
            invoice_state="changes requested",
        ),
        click(),
        refusals.AlreadyDecided,
        "Lee Okafor asked for changes already. The invoice waits for a changed deal. Nothing was changed.",
    ),
    (
        "withdrawn without a newer version",
        replace(request(), state=ApprovalStatus.VOID, invoice_state="void"),
        click(),
        refusals.AlreadyDecided,
        "This request was withdrawn. The invoice is void. Nothing was changed.",
    ),
    (
        "a group that cannot be read",
        request(approvers=None),
        click(),
        refusals.ApproversUnreadable,
        (
            "I cannot read who belongs to Dana or Lee just now, so nobody can decide this yet. Nothing was changed. "
            "Try again in a few minutes; the operators' channel has the details."
        ),
    ),
    (
        "not an approver",
        request(),
        click(by=SAM),
        refusals.NotAnApprover,
        (
            'The rule "EUR above 10,000" does not name you, so you cannot decide on this invoice. Nothing was changed. '
            "It is up to Dana or Lee."
        ),
    ),
    (
        "not an approver, without a rule",
        replace(request(), rule=""),
        click(by=SAM),
        refusals.NotAnApprover,
        (
            "You are not among the approvers, so you cannot decide on this invoice. Nothing was changed. "
            "It is up to Dana or Lee."
        ),
    ),
    (
        "not an approver, sending it back",
        request(),
        click(REJECT, SAM, reason="no"),
        refusals.NotAnApprover,
        (
            'The rule "EUR above 10,000" does not name you, so you cannot decide on this invoice. Nothing was changed. '
            "It is up to Dana or Lee."
        ),
    ),
    (
        "the requester",
        replace(request(), requester="U0DANA"),
        click(),
        refusals.RequesterCannotApprove,
        "You asked for this invoice, so somebody else must approve it. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "whoever took the deal over since",
        replace(request(), requester="U0SAM", account_manager="U0DANA"),
        click(),
        refusals.RequesterCannotApprove,
        "You asked for this invoice, so somebody else must approve it. Nothing was changed. It is up to Dana or Lee.",
    ),
    (
        "a second time",
        with_votes(request(needed=2), DANA_SAID_YES),
        click(),
        refusals.AlreadyVotedThisStep,
        "Your approval is recorded: 1 of 2. Nothing was changed. The rest must come from other people: Dana or Lee.",
    ),
    (
        "rejected without a reason",
        request(),
        click(REJECT, reason="  \n"),
        refusals.ReasonRequired,
        "Say why you reject this invoice: choose a reason or write one. Nothing was changed.",
    ),
    (
        "changes without a reason",
        request(),
        click(CHANGES),
        refusals.ReasonRequired,
        "Say why you request changes to this invoice: choose a reason or write one. Nothing was changed.",
    ),
]


@pytest.mark.parametrize(
    ("approval", "said", "kind", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_click_that_changes_nothing_says_why(
    approval: ApprovalState, said: Click, kind: type[Refused], sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        decide(approval, said)
    assert type(refused.value) is kind
    assert str(refused.value) == sentence


def test_every_refusal_has_a_code_of_its_own() -> None:
    kinds = [kind for kind in Refused.__subclasses__() if kind.__module__ == refusals.__name__]
    codes = {kind.code for kind in kinds}
    assert len(kinds) == len(codes) == 12
    assert all(code.startswith("approval.") for code in codes)


people = st.builds(
    Person,
    user_id=st.sampled_from(["U0DANA", "U0LEE", "U0SAM", "U0RITA", "U0MAX"]),
    name=st.just("Somebody"),
    email=st.none(),
    team_id=st.just("T0DEMO"),
    is_guest=st.booleans(),
    is_outsider=st.booleans(),
    is_deactivated=st.booleans(),
)
clicks = st.builds(
    click,
    st.sampled_from(Verdict),
    people,
    version=st.sampled_from([1, 2, 2, 2, 3]),
    reason=st.sampled_from(["", "because"]),
)
approver_sets = st.one_of(st.none(), st.frozensets(st.sampled_from(["U0DANA", "U0LEE", "U0SAM", "U0RITA", "U0MAX"])))


@given(st.integers(1, 4), st.integers(1, 3), approver_sets, st.lists(clicks, max_size=25))
def test_only_approvers_move_a_request_and_needed_different_ones_complete_it(
    needed: int, steps: int, approvers: frozenset[str] | None, said: list[Click]
) -> None:
    approval = request(needed=needed, steps=steps, approvers=approvers)
    decided = 0
    for one in said:
        try:
            decision = decide(approval, one)
        except Refused:
            continue
        decided += decision.state_after is not ApprovalStatus.WAITING
        assert one.user_id in (approvers or ())
        assert not (one.actor.is_guest or one.actor.is_outsider or one.actor.is_deactivated)
        assert one.seen_version == 2
        assert one.user_id != "U0RITA" or one.verdict is not APPROVE
        approval = decision.applied_to(approval, one)
        assert decision.complete == (approval.state is ApprovalStatus.APPROVED)
    assert decided == (approval.state is not ApprovalStatus.WAITING)
    if approval.state is ApprovalStatus.APPROVED:
        assert all(len(step.approved_by) == needed for step in approval.steps)


@given(st.lists(st.sampled_from([DANA, LEE]), min_size=1, max_size=20))
def test_twenty_clicks_give_one_decision(who: list[Person]) -> None:
    approval = request()
    outcomes = []
    for one in who:
        try:
            decision = decide(approval, click(by=one))
        except refusals.AlreadyDecided as refusal:
            outcomes.append(refusal.code)
        else:
            approval = decision.applied_to(approval, click(by=one))
            outcomes.append("done")
    assert outcomes == ["done", *["approval.already_decided"] * (len(who) - 1)]
    assert approval.votes[0].user_id == who[0].user_id
