"""What Slack's refusals and broken connections mean to us: an answer no, a later try, or an unknown outcome."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from connectors.slack.scopes import SCOPES
from connectors.transport import causes, never_sent, retry_after, short, untrusted
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain

SYSTEM: Final = "Slack"

_REINSTALL: Final = "install Dunwell again (or put the new token in SLACK_BOT_TOKEN)"
_SENTENCES: Final[Mapping[str, str]] = {
    "not_in_channel": "Dunwell is not a member of {channel}; invite it with /invite @{bot}.",
    "channel_not_found": "Dunwell cannot see the channel {channel}; check its id, or invite it with /invite @{bot}.",
    "is_archived": "The channel {channel} is archived; unarchive it, or name another channel in the policy.",
    "restricted_action": "The workspace's settings do not let Dunwell post in {channel}; an owner can allow it.",
    "token_revoked": f"the token was revoked; {_REINSTALL}.",
    "token_expired": f"the token has expired; {_REINSTALL}.",
    "invalid_auth": f"the token is not valid; {_REINSTALL}.",
    "not_authed": f"no token was sent; {_REINSTALL}.",
    "account_inactive": f"the app or its workspace was deactivated; {_REINSTALL}.",
    "user_not_found": "There is no such person in this workspace.",
    "users_not_found": "There is no such person in this workspace.",
    "user_not_visible": "Dunwell may not see that person.",
    "user_not_in_channel": "The person is not in {channel}, so nothing can be shown to them there.",
    "cannot_dm_bot": "A bot cannot be written to; name a person instead.",
    "user_disabled": "The person's account is deactivated; name another person.",
    "message_not_found": "The message in {channel} was deleted meanwhile.",
    "cant_update_message": "The message in {channel} was not posted by Dunwell and cannot be changed.",
    "edit_window_closed": "The workspace's settings do not let the message in {channel} be changed any more.",
    "msg_too_long": "The message is longer than Slack allows.",
    "thread_not_found": "The thread in {channel} was deleted meanwhile.",
    "no_such_subteam": "There is no such user group.",
    "plan_upgrade_required": "User groups need a paid Slack plan; name the approvers one by one in the policy.",
    "paid_teams_only": "User groups need a paid Slack plan; name the approvers one by one in the policy.",
    "not_found": "The dialog was closed meanwhile.",
    "view_closed": "The dialog was closed meanwhile.",
}
_CODE: Final = re.compile(r"[a-z0-9_.-]+")
_LATER: Final = frozenset({"ratelimited", "rate_limited", "request_timeout", "team_added_to_org"})
_UNCLEAR: Final = frozenset({"internal_error", "fatal_error", "service_unavailable"})


def from_answer(method: str, error: SlackApiError, *, repeatable: bool, words: Mapping[str, str]) -> FarSideError:
    """Return our error for an answer that is not ok. `words` gives the names of the channel and of the bot."""
    status, headers, body = _parts(error)
    reason = str(body.get("error") or "")
    if status == 429 or reason in _LATER:
        after = retry_after(headers.get("retry-after"))
        return TryAgain(SYSTEM, "is asked too often just now; it is tried again shortly.", after=after)
    if status >= 500 or reason in _UNCLEAR:
        return lost(
            method, f"has trouble of its own ({reason if reason in _UNCLEAR else status})", repeatable=repeatable
        )
    if not _CODE.fullmatch(reason):  # slack_sdk puts a sentence of its own there when the answer was not JSON
        return lost(method, f"gave no answer that can be read ({status})", repeatable=repeatable)
    return Rejected(SYSTEM, _sentence(method, reason, body, words), code=f"slack.{reason[:60]}")


def from_transport(method: str, error: Exception, *, repeatable: bool) -> FarSideError:
    """Return our error for a connection that could not be made or that broke."""
    if untrusted(error):
        return Rejected(SYSTEM, "its certificate is not trusted here; check SLACK_API_URL and any proxy.")
    if never_sent(error):
        return TryAgain(SYSTEM, "cannot be reached; it is tried again shortly.")
    late = any(isinstance(cause, TimeoutError) for cause in causes(error))
    return lost(method, "did not answer in time" if late else "closed the connection early", repeatable=repeatable)


def lost(method: str, what: str, *, repeatable: bool) -> FarSideError:
    """Return the error for a call whose answer was lost: harmless when it may be repeated, else an unknown outcome."""
    if repeatable:
        return TryAgain(SYSTEM, f"{what} ({method}); it is tried again shortly.")
    return OutcomeUnknown(SYSTEM, f"{what} ({method}); whether it was done is looked up first.")


def _parts(error: SlackApiError) -> tuple[int, dict[str, str], dict[str, Any]]:
    response = error.response
    body = response.data if isinstance(response.data, dict) else {}
    headers = {name.lower(): str(value) for name, value in response.headers.items()}
    return int(response.status_code), headers, body


def _sentence(method: str, reason: str, body: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if reason == "missing_scope":
        needed = str(body.get("needed") or ", ".join(sorted(SCOPES[method])))
        return f"the token lacks the scope {needed}; add it to the app and {_REINSTALL}."
    if reason in _SENTENCES:
        return _SENTENCES[reason].format(**words)
    details = body.get("response_metadata") or {}
    notes = details.get("messages") if isinstance(details, dict) else None
    why = f": {short('; '.join(map(str, notes)))}" if isinstance(notes, list) and notes else ""
    return f"it refused {method} with {short(reason, 80)!r}{why}"
