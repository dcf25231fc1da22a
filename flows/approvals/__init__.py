"""Who must say yes, and what they said. Other layers ask for an approval, or void one; the rest is in here."""

from flows.approvals.actions import MORE_CREDIT, MORE_VOID, REJECT_MODAL
from flows.approvals.forms import Refusal, Sender, read_sender, refuse_form
from flows.approvals.people import MembersOnly, check_member, known_people
from flows.approvals.refusals import NoRule
from flows.approvals.requests import decide_buttons, decision_lines, history_menu, request_of, who_is_asked
from flows.approvals.service import APPROVAL_CARD, Subject, ask, ask_about, void, withdraw
from flows.approvals.view import Request
from flows.approvals.why import Why, sections, why_texts

__all__ = [
    "APPROVAL_CARD",
    "MORE_CREDIT",
    "MORE_VOID",
    "REJECT_MODAL",
    "MembersOnly",
    "NoRule",
    "Refusal",
    "Request",
    "Sender",
    "Subject",
    "Why",
    "ask",
    "ask_about",
    "check_member",
    "decide_buttons",
    "decision_lines",
    "history_menu",
    "known_people",
    "read_sender",
    "refuse_form",
    "request_of",
    "sections",
    "void",
    "who_is_asked",
    "why_texts",
    "withdraw",
]
