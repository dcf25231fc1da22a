"""What the demo workspace refuses.

DemoRefused        an act of a person or script that cannot be done here: a sentence, answered with 4xx
SlackRefused       a Web API call refused with Slack's own error name
  RateLimited      ... with HTTP 429 and Retry-After
"""

from __future__ import annotations

from typing import Any


class DemoRefused(Exception):
    """An act that the demo workspace cannot do; the message is a sentence for the person who asked."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        self.status = status
        super().__init__(sentence)


class SlackRefused(Exception):
    """A Web API call refused as Slack refuses it: `{"ok": false, "error": code, ...}` with HTTP 200."""

    def __init__(self, code: str, *messages: str, **more: Any) -> None:
        self.code = code
        self.messages = messages
        self.more = more
        super().__init__(f"{code}: {'; '.join(messages)}" if messages else code)

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the refusal."""
        answer: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            answer["errors"] = list(self.messages)
            answer["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return answer


class RateLimited(SlackRefused):
    """Too many calls: HTTP 429 with the whole seconds to wait in Retry-After."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("ratelimited")
