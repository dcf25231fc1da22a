"""Uploaded files, in Slack's three steps: an address, the bytes, the completion that shows them."""

from __future__ import annotations

import mimetypes
from typing import Any

from bot.sandbox.errors import SlackRefused
from bot.sandbox.people import BOT_USER
from bot.sandbox.stamps import Stamps
from bot.sandbox.store import Store

Json = dict[str, Any]


class Files:
    """Keeps files and what is known of them; a file can be seen only once its upload was completed."""

    def __init__(self, store: Store, stamps: Stamps, base_url: str) -> None:
        self._store = store
        self._stamps = stamps
        self._base_url = base_url
        self._files: dict[str, Json] = dict(store.all("file"))

    def announce(self, name: str, length: int, alt_text: str | None) -> Json:
        """Return {"file_id", "upload_url"} for a file that is about to come."""
        id_ = self._stamps.id("F0")
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._put({"id": id_, "name": name, "size": length, "mimetype": kind, "alt_txt": alt_text, "step": "announced"})
        return {"file_id": id_, "upload_url": f"{self._base_url}/files/upload/{id_}"}

    def receive(self, id_: str, content: bytes) -> int:
        """Keep the bytes of an announced file and return how many; SlackRefused when they are not those announced."""
        file = self._files.get(id_)
        if file is None or file["step"] != "announced":
            raise SlackRefused("file_not_found")
        if len(content) != file["size"]:
            raise SlackRefused("length_mismatch", f"{file['size']} bytes were announced, {len(content)} came")
        self._store.put_content(id_, content)
        self._put({**file, "step": "received"})
        return len(content)

    def complete(self, id_: str, title: str | None) -> Json:
        """Finish an upload and return the file as messages show it."""
        file = self._files.get(id_)
        if file is None:
            raise SlackRefused("file_not_found")
        if file["step"] != "received":
            raise SlackRefused("file_update_failed", f"{id_} has no content, or was completed before")
        created = int(float(self._stamps.ts()))
        self._put({**file, "title": title or file["name"], "step": "done", "created": created})
        return self.shown(id_)

    def shown(self, id_: str) -> Json:
        """Return a completed file as Slack's file object."""
        file = self._files.get(id_)
        if file is None or file["step"] != "done":
            raise SlackRefused("file_not_found")
        return {
            "id": id_, "created": file["created"], "timestamp": file["created"], "name": file["name"],
            "title": file["title"], "mimetype": file["mimetype"], "filetype": file["name"].rpartition(".")[2],
            "size": file["size"], "user": BOT_USER, "mode": "hosted",
            "url_private": f"{self._base_url}/files/{id_}/{file['name']}",
            "url_private_download": f"{self._base_url}/files/{id_}/{file['name']}", "alt_txt": file["alt_txt"],
        }  # fmt: skip

    def content(self, id_: str) -> tuple[Json, bytes] | None:
        """Return a completed file and its bytes, or None."""
        file = self._files.get(id_)
        content = self._store.content(id_) if file and file["step"] == "done" else None
        return None if content is None or file is None else (file, content)

    def _put(self, file: Json) -> None:
        self._files[file["id"]] = file
        self._store.put("file", file["id"], file)
