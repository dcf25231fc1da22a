"""Telling what never left from what was lost on the way."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
import urllib.error

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from connectors.sessions import request_never_sent
from connectors.transport import causes, never_sent, retry_after, short, untrusted


def raised(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "refused")


@pytest.mark.parametrize(
    "error",
    [
        REFUSED,
        urllib.error.URLError(REFUSED),
        urllib.error.URLError(socket.gaierror(-2, "unknown host")),
        OSError(errno.EHOSTUNREACH, "no route"),
        raised(requests.ConnectionError("x"), REFUSED),
        requests.ConnectTimeout("too slow to connect"),
        ssl.SSLCertVerificationError("self-signed"),
    ],
)
def test_a_connection_that_was_never_made_carried_nothing(error: Exception) -> None:
    assert request_never_sent(error)


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError("no answer"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        http.client.RemoteDisconnected("gone"),
        requests.ReadTimeout("no answer"),
        requests.ConnectionError("aborted", http.client.RemoteDisconnected("gone")),
        BrokenPipeError(errno.EPIPE, "pipe"),
    ],
)
def test_a_connection_that_broke_may_have_carried_everything(error: Exception) -> None:
    assert not request_never_sent(error)
    assert not never_sent(error)


def test_an_untrusted_certificate_is_found_inside_other_errors() -> None:
    assert untrusted(urllib.error.URLError(ssl.SSLCertVerificationError("self-signed")))
    assert not untrusted(urllib.error.URLError(REFUSED))


def test_errors_that_name_each_other_end() -> None:
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert {str(cause) for cause in causes(one)} == {"one", "two"}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 0 ", 0),
        (None, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("Mon, 23 Nov 2026", None),
        ("٧", None),
    ],
)
def test_retry_after_is_believed_only_as_whole_seconds(header: str | None, seconds: int | None) -> None:
    assert retry_after(header) == seconds


@given(st.text(max_size=2000))
def test_a_far_side_s_words_fit_on_one_line_of_a_card(text: str) -> None:
    assert len(short(text)) <= 300
    assert "\n" not in short(text)
