"""The names under which Slack sends clicks on our cards back. Old cards carry them for years: add, never rename."""

from __future__ import annotations

from typing import Final

APPROVE: Final = "approval.approve"
REJECT: Final = "approval.reject"
REQUEST_CHANGES: Final = "approval.request_changes"
DETAILS: Final = "approval.details"
MORE: Final = "approval.more"
MORE_PDF: Final = "pdf"  # what stands before the colon in the value of an entry of the overflow menu
MORE_HISTORY: Final = "history"
MORE_DETAILS: Final = "details"
MORE_CREDIT: Final = "credit"
MORE_VOID: Final = "void"
DETAILS_PREVIOUS: Final = "approval.details_previous"  # inside the modal of the details
DETAILS_NEXT: Final = "approval.details_next"

REJECT_MODAL: Final = "approval.reject_modal"
REQUEST_CHANGES_MODAL: Final = "approval.request_changes_modal"
DETAILS_MODAL: Final = "approval.details_modal"
HISTORY_MODAL: Final = "approval.history_modal"

REASON_CHOICE_BLOCK: Final = "reason_choice"
REASON_TEXT_BLOCK: Final = "reason_text"
REASON_INPUT: Final = "reason"
REASON_TEXT_INPUT: Final = "reason_words"
