"""Slack's Web API: the table of its methods, each held to its token, scope and arguments before it does anything."""

from __future__ import annotations

from bot.sandbox.webapi import blocks, chat, conversations, files, oauth, socket, team, users, views
from bot.sandbox.webapi.call import Method

METHODS: dict[str, Method] = {
    method.name: method
    for module in (blocks, chat, conversations, files, oauth, socket, team, users, views)
    for method in module.METHODS
}
