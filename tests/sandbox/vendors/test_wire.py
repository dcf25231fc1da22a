"""Answers go out in one piece, and connections can be closed instead of answered."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from bot.sandbox.vendors import RunningVendors
from bot.sandbox.wire import drop


def ask(vendors: RunningVendors, path: str, times: int = 1) -> list[bytes]:
    """Send a request `times` times on one connection and return what each single read gave."""
    at = urlsplit(vendors.url)
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with socket.create_connection((at.hostname, at.port)) as wire:
        reads = []
        for _ in range(times):
            wire.sendall(request)
            reads.append(wire.recv(65_536))
        return reads


def test_head_and_body_come_in_one_read(vendors: RunningVendors) -> None:
    for read in ask(vendors, "/_vendor/stripe/v1/customers", times=20):
        assert read.startswith(b"HTTP/1.1 401")
        assert read.endswith(b"}}")


def test_a_dropped_connection_ends_without_a_byte(vendors: RunningVendors) -> None:
    vendors.stripe.set_fault("drop_after")
    assert ask(vendors, "/_vendor/stripe/v1/customers") == [b""]


def test_another_server_cannot_drop() -> None:
    with pytest.raises(RuntimeError, match="DroppingProtocol"):
        drop({"extensions": {}})
