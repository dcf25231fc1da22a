"""The HTTP side of the Web API: reads a call, meets the faults, and answers as Slack does."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.errors import RateLimited, SlackRefused
from bot.sandbox.faults import CALL_KINDS, Fault
from bot.sandbox.people import TEAM_ID
from bot.sandbox.socket_mode import SocketTransport
from bot.sandbox.tokens import Token
from bot.sandbox.webapi import METHODS
from bot.sandbox.webapi.call import Call, read_arguments
from bot.sandbox.wire import drop
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


class NoAnswer(Response):
    """Closes the connection instead of answering."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Close it."""
        del receive, send
        drop(scope)


class FrontDoor:
    """Answers `POST /api/<method>`."""

    def __init__(self, workspace: Workspace, socket: SocketTransport) -> None:
        self._workspace = workspace
        self._socket = socket

    async def call(self, request: Request) -> Response:
        """Answer one call."""
        name = request.path_params["method"]
        try:
            token, given = await _read(request)
        except SlackRefused as refused:
            return self._refused(name, refused)
        fault = self._workspace.faults.take(CALL_KINDS, name)
        if fault and (instead := _instead(fault)):
            return instead
        self._workspace.in_flight += 1
        try:
            answer = self._answer(name, token, given, fault)
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
        finally:
            self._workspace.in_flight -= 1
        return NoAnswer() if fault and fault.kind == "drop_after" else answer

    def _answer(self, name: str, token: str | None, given: Json, fault: Fault | None) -> Response:
        try:
            if fault and fault.kind == "token_revoked":
                raise SlackRefused("token_revoked")
            return self._done(name, token, given)
        except RateLimited as limited:
            return self._refused(name, limited, 429, {"Retry-After": str(limited.retry_after)})
        except SlackRefused as refused:
            return self._refused(name, refused)

    def _done(self, name: str, token: str | None, given: Json) -> Response:
        method = METHODS.get(name)
        if method is None:
            self._workspace.unknown_methods.append(name)
            raise SlackRefused("unknown_method", req_method=name)
        who = Token("none", frozenset())
        if method.token != who.kind:
            who = self._workspace.tokens.check(token, self._workspace.manifest.scopes)
        if method.token != who.kind:
            raise SlackRefused("not_allowed_token_type")
        call = Call(self._workspace, self._socket, who, {})
        if method.scope:
            call.need(method.scope)
        call.args.update(read_arguments(method, given))
        headers = {"X-OAuth-Scopes": ",".join(sorted(call.token.scopes))}
        return JSONResponse({"ok": True, **method.do(call)}, headers=headers)

    def _refused(
        self, name: str, refused: SlackRefused, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        self._workspace.refuse(name, refused)
        return JSONResponse(refused.body(), status, headers)


def _instead(fault: Fault) -> Response | None:
    """Return what is answered with nothing done, for the faults that are so."""
    if fault.kind == "429":
        after = {"Retry-After": str(max(1, round(fault.seconds)))}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, after)
    if fault.kind == "5xx":
        return PlainTextResponse("upstream connect error or disconnect/reset before headers", 503)
    return NoAnswer() if fault.kind == "drop_before" else None


async def _read(request: Request) -> tuple[str | None, Json]:
    """Return token and arguments, whether they came in the query, as a form or as JSON."""
    given: Json = dict(request.query_params)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type == "application/json":
        given |= await _json_of(request)
    elif content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given |= _fields(await request.form())
    elif await request.body():
        raise SlackRefused("invalid_post_type", f"content type {content_type or 'missing'}")
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    named = given.pop("token", None)
    if given.get("team_id") == TEAM_ID:
        del given["team_id"]
    if scheme.lower() == "basic":
        given |= _client_of(secret)
    return (secret.strip() if scheme.lower() == "bearer" else named), given


def _client_of(secret: str) -> Json:
    """Return client id and secret of a Basic authorization, as OAuth clients send them."""
    try:
        id_, _, password = base64.b64decode(secret, validate=True).decode().partition(":")
    except ValueError:
        raise SlackRefused("invalid_auth") from None
    return {"client_id": id_, "client_secret": password}


async def _json_of(request: Request) -> Json:
    body = await request.body()
    if not body.strip():
        return {}
    try:
        given = json.loads(body)
    except ValueError:
        raise SlackRefused("invalid_json") from None
    if not isinstance(given, dict):
        raise SlackRefused("json_not_object")
    return given


def _fields(form: FormData) -> Json:
    return {name: value for name, value in form.items() if isinstance(value, str)}
