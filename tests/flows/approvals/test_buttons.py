"""The values that buttons carry come back as they left, and nothing else is taken for one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.approvals.actions import MORE_DETAILS, MORE_HISTORY, MORE_PDF
from flows.approvals.buttons import ApproveButton, MoreChoice, UnreadableButton
from flows.errors import BadInput

ID = "apr_01jdc0000000000000000000aa"
ids = st.from_regex(r"[a-z]{2,6}_[0-9a-z]{26}", fullmatch=True)


@given(ids, st.integers(1, 10**9), st.from_regex(r"[0-9a-f]{64}", fullmatch=True))
def test_the_value_of_approve_comes_back(approval_id: str, version: int, digest: str) -> None:
    button = ApproveButton(approval_id, version, digest)
    assert ApproveButton.parse(button.dump()) == button
    assert len(button.dump()) <= 2000


@given(st.sampled_from([MORE_PDF, MORE_HISTORY, MORE_DETAILS]), ids, st.integers(0, 9999))
def test_the_value_of_a_menu_entry_comes_back(act: str, approval_id: str, page: int) -> None:
    choice = MoreChoice(act, approval_id, page)
    assert MoreChoice.parse(choice.dump()) == choice
    assert len(choice.dump()) <= 150


GOOD = {"approval_id": ID, "version": 2, "digest": "a" * 64}
GARBAGE = [
    None,
    "",
    "null",
    "[]",
    "3",
    '"approve"',
    "{",
    "[" * 100_000,
    json.dumps(GOOD | {"version": True}),
    json.dumps(GOOD | {"version": 0}),
    json.dumps(GOOD | {"version": 2.0}),
    json.dumps(GOOD | {"version": "2"}),
    json.dumps(GOOD | {"digest": "A" * 64}),
    json.dumps(GOOD | {"digest": "a" * 63}),
    json.dumps(GOOD | {"digest": None}),
    json.dumps(GOOD | {"approval_id": "apr_'; drop table"}),
    json.dumps(GOOD | {"approval_id": [ID]}),
    json.dumps(GOOD | {"more": 1}),
    json.dumps({"approval_id": ID, "version": 2}),
]


@pytest.mark.parametrize("value", GARBAGE, ids=lambda value: repr(value)[:30])
def test_a_value_that_is_none_of_ours_is_refused_politely(value: str | None) -> None:
    with pytest.raises(UnreadableButton) as refused:
        ApproveButton.parse(value)
    assert isinstance(refused.value, BadInput)
    assert "Nothing was changed" in str(refused.value)


def test_the_good_value_beside_the_garbage_is_taken() -> None:
    assert ApproveButton.parse(json.dumps(GOOD)) == ApproveButton(ID, 2, "a" * 64)


@pytest.mark.parametrize(
    "value", [None, "", "history", f"history:{ID}:0", f"history:{ID}:x", f"HISTORY:{ID}", f"a b:{ID}"]
)
def test_a_menu_value_that_is_none_of_ours_is_refused(value: str | None) -> None:
    with pytest.raises(UnreadableButton):
        MoreChoice.parse(value)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading_of_a_value(value: str) -> None:
    for kind in (ApproveButton, MoreChoice):
        with pytest.raises(UnreadableButton):
            kind.parse(value)
