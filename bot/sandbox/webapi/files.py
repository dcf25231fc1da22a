"""files.*: the first and the last of the three steps of an upload."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import APP_ID, BOT_ID, BOT_USER, TEAM_ID
from bot.sandbox.webapi.call import Call, Json, Method
from bot.sandbox.webapi.chat import thread_head, writable_channel

LARGEST = 1_000_000_000


def upload_url(call: Call) -> Json:
    """Return where the bytes of a file go."""
    length = call.args["length"]
    if not 0 < length <= LARGEST:
        raise SlackRefused("invalid_arguments", "length must be from 1 byte to 1 GB")
    return call.workspace.files.announce(call.args["filename"], length, call.args.get("alt_txt"))


def complete(call: Call) -> Json:
    """Finish uploads and show the files in a channel or thread; without a channel nobody sees them."""
    given = _entries(call.args["files"])
    channel = writable_channel(call, call.args["channel_id"]) if call.args.get("channel_id") else None
    thread_ts = call.args.get("thread_ts")
    if thread_ts:
        if channel is None:
            raise SlackRefused("invalid_arguments", "thread_ts needs channel_id")
        thread_head(call, channel, thread_ts)
    if channel:
        call.workspace.rate.take(channel["id"])
    files = [call.workspace.files.complete(one["id"], one.get("title")) for one in given]
    if channel:
        body: Json = {
            "user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "team": TEAM_ID, "files": files, "upload": True,
            "text": call.args.get("initial_comment", ""),
        }  # fmt: skip
        call.workspace.messages.add(channel["id"], body | ({"thread_ts": thread_ts} if thread_ts else {}))
    return {"files": files}


def _entries(files: Any) -> list[Json]:
    allowed = {"id", "title", "highlight_type"}
    if not isinstance(files, list) or not files or not all(isinstance(f, dict) and "id" in f for f in files):
        raise SlackRefused("invalid_arguments", "files must be a list of {id, title}")
    if unknown := {name for file in files for name in file} - allowed:
        raise SlackRefused("invalid_arguments", f"unexpected property of a file: {', '.join(sorted(unknown))}")
    return files


METHODS = (
    Method(
        "files.getUploadURLExternal", upload_url,
        {"filename": "str!", "length": "int!", "alt_txt": "str", "snippet_type": "str"}, "files:write",
    ),
    Method(
        "files.completeUploadExternal", complete,
        {"files": "json!", "channel_id": "str", "initial_comment": "str", "thread_ts": "str"}, "files:write",
    ),
)  # fmt: skip
