"""Who must say yes, and what they said. Other layers ask for an approval, or void one; the rest is in here."""

from flows.approvals.people import MembersOnly, check_member, known_people
from flows.approvals.service import APPROVAL_CARD, ask, void

__all__ = ["APPROVAL_CARD", "MembersOnly", "ask", "check_member", "known_people", "void"]
