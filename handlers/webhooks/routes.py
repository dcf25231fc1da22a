"""Which address leads where: Slack's events, the webhooks, the OAuth pages and the health check, as one WSGI app."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import get_path_info

from flows.errors import BadInput, DunwellError
from handlers.webhooks.sources import LARGEST_BODY, Answer, Sources, deal_notice, salesforce_outbound, stripe_event
from handlers.webhooks.usage import usage_events

log = structlog.get_logger()
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

_ROUTES = Map(
    [
        Rule("/slack/events", endpoint="slack", methods=["POST"]),
        Rule("/slack/install", endpoint="slack", methods=["GET"]),
        Rule("/slack/oauth_redirect", endpoint="slack", methods=["GET"]),
        Rule("/webhooks/salesforce/<secret>/outbound", endpoint="salesforce", methods=["POST"]),
        Rule("/webhooks/deals", endpoint="deals", methods=["POST"]),
        Rule("/webhooks/usage", endpoint="usage", methods=["POST"]),
        Rule("/webhooks/stripe", endpoint="stripe", methods=["POST"]),
        Rule("/healthz", endpoint="health", methods=["GET"]),
    ]
)
_AT_ANY_HOST = _ROUTES.bind("localhost")  # once: whoever is asked by which name makes no difference


def make_wsgi(slack: Wsgi | None, sources: Sources, health: Callable[[], dict[str, Any]]) -> Wsgi:
    """Return the app that a WSGI server serves. `slack` is Bolt's own WSGI handler; None under Socket Mode."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            endpoint, arguments = _AT_ANY_HOST.match(get_path_info(environ), environ["REQUEST_METHOD"])
        except HTTPException as error:
            return error.get_response(environ)(environ, start_response)
        if endpoint == "slack" and slack is not None:
            return slack(environ, start_response)
        if endpoint == "health":
            return _json(health(), 200)(environ, start_response)
        return _webhook(endpoint, arguments, Request(environ), sources)(environ, start_response)

    return serve


def _webhook(endpoint: str, arguments: Any, request: Request, sources: Sources) -> Response:
    """Answer one webhook; what is refused is answered in words, and what failed in us is not acknowledged."""
    try:
        if (request.content_length or 0) > LARGEST_BODY:
            raise BadInput("The body has over 4 MiB; send it in smaller parts.", code="webhook.too_large", status=413)
        answer = _take(endpoint, arguments, request, sources)
    except BadInput as error:
        return _json({"ok": False, "error": error.code, "message": str(error)}, error.status)
    except DunwellError as error:
        log.exception("webhook not taken", endpoint=endpoint)
        return _json({"ok": False, "error": error.code, "message": "Not taken; send it again later."}, 503)
    return Response(answer.body, answer.status, content_type=answer.content_type)


def _take(endpoint: str, arguments: Any, request: Request, sources: Sources) -> Answer:
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise BadInput("The body is compressed; send it as it is.", code="webhook.compressed", status=415)
    body = request.get_data(cache=False)
    if endpoint == "salesforce":
        return salesforce_outbound(sources, str(arguments["secret"]), body)
    if endpoint == "deals":
        headers = request.headers
        return deal_notice(sources, headers.get("X-Dunwell-Timestamp"), headers.get("X-Dunwell-Signature"), body)
    if endpoint == "usage":
        headers = request.headers
        return usage_events(sources, headers.get("X-Dunwell-Timestamp"), headers.get("X-Dunwell-Signature"), body)
    if endpoint == "stripe":
        return stripe_event(sources, request.headers.get("Stripe-Signature"), body)
    raise BadInput("There is nothing here.", code="webhook.not_found", status=404)


def _json(value: dict[str, Any], status: int) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
