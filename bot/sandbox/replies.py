"""What the workspace does with the app's answer to an interaction: modals change, commands are answered."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.delivery import Answer
from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Person
from bot.sandbox.triggers import ResponseUrl
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


def take(workspace: Workspace, person: Person, payload: Json, entry: Json, answer: Answer) -> dict[str, str]:
    """Do what the answer asks for and return the errors to show at inputs; a wrong answer is noted in the journal."""
    if answer.status != "ok":
        return {}
    try:
        if payload.get("type") == "view_submission":
            return _after_submission(workspace, person, payload["view"], answer.body)
        if "command" in payload and answer.body:
            body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
            to = ResponseUrl(person.id, payload["channel_id"], None, None, 0)
            respond(workspace, to, body)
    except SlackRefused as refused:
        workspace.journal.write(entry, status="error", warning=True, problem=str(refused))
    return {}


def _after_submission(workspace: Workspace, person: Person, view: Json, body: Any) -> dict[str, str]:
    """Close, replace or cover the modal as `response_action` says; an empty answer closes it."""
    if body in (None, "", {}):
        workspace.modals.close(person.id, view["id"])
        return {}
    if not isinstance(body, dict) or "response_action" not in body:
        raise SlackRefused("invalid_response", f"a view_submission cannot be answered with {body!r}")
    kind = body["response_action"]
    if kind == "errors":
        return _show_errors(workspace, person, view, body.get("errors"))
    if kind == "clear":
        workspace.modals.close(person.id, view["id"], all_of_them=True)
    elif kind == "update":
        check_view(body.get("view"), "modal")
        workspace.modals.update(person.id, view["id"], body["view"], None)
    elif kind == "push":
        check_view(body.get("view"), "modal")
        workspace.modals.push(person.id, body["view"], on=view["id"])
    else:
        raise SlackRefused("invalid_response", f"there is no response_action {kind!r}")
    return {}


def _show_errors(workspace: Workspace, person: Person, view: Json, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackRefused("invalid_response", "errors must map block ids to sentences")
    if strangers := sorted(set(errors) - inputs):
        raise SlackRefused("invalid_response", f"no input has the block id {', '.join(strangers)}")
    workspace.modals.refuse_input(person.id, view["id"], errors)
    return dict(errors)


RESPONSE_FIELDS = {
    "text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts", "metadata", "attachments",
    "unfurl_links", "unfurl_media", "mrkdwn",
}  # fmt: skip


def respond(workspace: Workspace, to: ResponseUrl, body: Json) -> None:
    """Post, replace or delete as an answer to an interaction; SlackRefused when the message is not allowed."""
    if unknown := sorted(set(body) - RESPONSE_FIELDS):
        raise SlackRefused("invalid_arguments", f"unexpected argument: {', '.join(unknown)}")
    original = workspace.messages.get(to.channel, to.message_ts) if to.message_ts else None
    if body.get("delete_original"):
        if original is None:
            raise SlackRefused("message_not_found")
        workspace.messages.remove(original)
        return
    content = content_of(body)
    if body.get("replace_original"):
        if original is None:
            raise SlackRefused("message_not_found")
        workspace.messages.edit(original, {"blocks": None, **content}, BOT_USER)
        return
    message = {"user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM_ID, **content}
    if thread_ts := body.get("thread_ts") or to.thread_ts:
        message["thread_ts"] = thread_ts
    if body.get("response_type", "ephemeral") == "ephemeral":
        message["ephemeral_for"] = to.user
    workspace.messages.add(to.channel, message)


def content_of(body: Json) -> Json:
    """Return text, blocks and the like of a message the app wants shown; blocks need a text for lock screens too."""
    content = {name: body[name] for name in ("text", "blocks", "attachments", "metadata") if body.get(name)}
    if "blocks" in content:
        check_message(content["blocks"])
    if not content.get("text"):
        raise SlackRefused("no_text", "a message needs a top-level text that is enough on a lock screen")
    if len(content["text"]) > 40_000:
        raise SlackRefused("msg_too_long")
    return content
