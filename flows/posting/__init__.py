"""Everything that we say in Slack goes through here, in the order of each channel's own sequence."""

from flows.posting.service import (
    card_link,
    card_links,
    direct,
    ephemeral,
    file,
    has_card,
    home,
    post_card,
    queue_again,
    refresh,
    reply,
    tell,
)

__all__ = [
    "card_link",
    "card_links",
    "direct",
    "ephemeral",
    "file",
    "has_card",
    "home",
    "post_card",
    "queue_again",
    "refresh",
    "reply",
    "tell",
]
