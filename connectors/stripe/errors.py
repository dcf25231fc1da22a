"""What Stripe's errors mean to us: an answer no, a later try, or an unknown outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import stripe

from connectors.sessions import request_never_sent
from connectors.transport import retry_after, short, untrusted
from flows.errors import FarSideError, OutcomeUnknown, Rejected, TryAgain

SYSTEM: Final = "Stripe"
MISSING: Final = "stripe.resource_missing"
BAD_DUE_DATE: Final = "stripe.due_date"

_KEY_IN_USE: Final = "idempotency_key_in_use"


@contextmanager
def repeatable() -> Iterator[None]:
    """Turn Stripe's errors into ours around a call that may simply be repeated."""
    try:
        yield
    except stripe.StripeError as error:
        raise translate(error, may_repeat=True) from error


@contextmanager
def changing() -> Iterator[None]:
    """Turn Stripe's errors into ours around a call that must not be done twice."""
    try:
        yield
    except stripe.StripeError as error:
        raise translate(error, may_repeat=False) from error


def translate(error: stripe.StripeError, *, may_repeat: bool) -> FarSideError:
    """Return our error for one of Stripe's library."""
    if isinstance(error, stripe.APIConnectionError):
        return _broken(error, may_repeat=may_repeat)
    status, code = error.http_status or 0, _code(error)
    if status == 429 or code in {"lock_timeout", "rate_limit"}:
        after = retry_after((error.headers or {}).get("Retry-After"))  # in any case: it is requests' mapping
        return TryAgain(SYSTEM, "is busy just now; it is tried again shortly.", after=after)
    if code == _KEY_IN_USE:
        return _lost("is still at work on the same request", may_repeat=may_repeat)
    if isinstance(error, (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError)):
        return _no(error, code)
    if isinstance(error, stripe.AuthenticationError):
        return Rejected(SYSTEM, "it does not accept the key; put a valid one in STRIPE_API_KEY.", code="stripe.key")
    if isinstance(error, stripe.PermissionError):
        words = f"the key may not do this ({_words(error)}); allow it in Stripe's dashboard, under API keys."
        return Rejected(SYSTEM, words, code="stripe.permission")
    if 400 <= status < 500 and status != 409:
        return _no(error, code)
    return _lost(f"answered {status}" if status else "gave no answer that can be read", may_repeat=may_repeat)


def _broken(error: stripe.APIConnectionError, *, may_repeat: bool) -> FarSideError:
    if untrusted(error):
        return Rejected(SYSTEM, "its certificate is not trusted here; check STRIPE_API_BASE and any proxy.")
    if request_never_sent(error):
        return TryAgain(SYSTEM, "cannot be reached; it is tried again shortly.")
    return _lost("did not answer", may_repeat=may_repeat)


def _lost(what: str, *, may_repeat: bool) -> FarSideError:
    if may_repeat:
        return TryAgain(SYSTEM, f"{what}; it is tried again shortly.")
    return OutcomeUnknown(SYSTEM, f"{what}; whether it was done is looked up first.")


def _no(error: stripe.StripeError, code: str) -> Rejected:
    if getattr(error, "param", None) == "due_date":
        return Rejected(SYSTEM, f"it refused: {_words(error)}", code=BAD_DUE_DATE)
    return Rejected(SYSTEM, f"it refused: {_words(error)}", code=f"stripe.{code or 'refused'}")


def _code(error: stripe.StripeError) -> str:
    """Return Stripe's code of the error; the library leaves it out of some classes."""
    body = error.json_body
    details = body.get("error") if isinstance(body, dict) else None
    return str(details.get("code") or "") if isinstance(details, dict) else ""


def _words(error: stripe.StripeError) -> str:
    return short(error.user_message or "no reason given")
