"""The page on which a person installs the app, and the redirect back to it with a code."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.sandbox.people import TEAM_NAME
from bot.sandbox.workspace import Workspace

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Install Dunwell</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:34rem;
margin:4rem auto;padding:0 1rem}}button{{font:inherit;padding:.5rem 1.25rem}}</style>
<h1>Dunwell asks to be let into {team}</h1><p>It asks for these permissions:</p><ul>{scopes}</ul>
<form method="post"><button name="answer" value="allow">Allow</button>
<button name="answer" value="cancel">Cancel</button></form></html>"""


class InstallPage:
    """`/oauth/v2/authorize`: asks the CFO, who may install apps here."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def answer(self, request: Request) -> Response:
        """Show the page, or take the answer and lead back to the app."""
        query = request.query_params
        scopes = [scope for scope in query.get("scope", "").split(",") if scope]
        if reason := self._refusal(query.get("client_id", ""), query.get("redirect_uri", ""), scopes):
            return HTMLResponse(f"<!doctype html><title>Refused</title><p>{escape(reason)}</p>", 400)
        if request.method == "GET":
            items = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
            return HTMLResponse(PAGE.format(team=escape(TEAM_NAME), scopes=items))
        said = (await request.form()).get("answer")
        back = query.get("redirect_uri", "")
        fields = {"state": query.get("state", "")}
        if said == "allow":
            fields["code"] = self._workspace.tokens.code("U0DANA", scopes, back)
        else:
            fields["error"] = "access_denied"
        return RedirectResponse(_with_query(back, fields), 302)

    def _refusal(self, client_id: str, redirect_uri: str, scopes: list[str]) -> str | None:
        manifest = self._workspace.manifest
        if client_id != self._workspace.config.client_id:
            return "invalid_client_id: no app has this client id."
        if urlsplit(redirect_uri).scheme not in ("http", "https"):
            return "bad_redirect_uri: a redirect_uri with http or https is needed."
        if unknown := sorted(set(scopes) - manifest.scopes):
            return f"invalid_scope: the manifest does not list {', '.join(unknown)}."
        return None if scopes else "invalid_scope: no scope was asked for."


def _with_query(url: str, fields: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query), *fields.items()])
    return urlunsplit(parts._replace(query=query))
