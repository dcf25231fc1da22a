"""Who must say yes, and what they said. Other layers ask for an approval, or void one; the rest is in here."""

from flows.approvals.people import known_people
from flows.approvals.service import APPROVAL_CARD, ask, void

__all__ = ["APPROVAL_CARD", "ask", "known_people", "void"]
