"""What does not move: every stopped flow is a row with an owner, an age and a reason, shown until it is settled."""

from flows.attention.cards import RETRY
from flows.attention.service import (
    OPERATORS,
    can_be_retried,
    go_on_with_posts,
    open_attention,
    open_for_post,
    reason_of,
    settle_attention,
    settle_for_post,
)

__all__ = [
    "OPERATORS",
    "RETRY",
    "can_be_retried",
    "go_on_with_posts",
    "open_attention",
    "open_for_post",
    "reason_of",
    "settle_attention",
    "settle_for_post",
]
