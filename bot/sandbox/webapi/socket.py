"""apps.connections.open: the address of a Socket Mode connection."""

from __future__ import annotations

from bot.sandbox.webapi.call import Call, Json, Method


def open_connection(call: Call) -> Json:
    """Return an address that one websocket may be opened at."""
    return {"url": call.socket.ticket()}


METHODS = (Method("apps.connections.open", open_connection, {}, "connections:write", token="app"),)
