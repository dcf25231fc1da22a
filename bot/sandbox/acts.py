"""What people do in the workspace: press, choose, fill in, command, write. Each act returns once acknowledged."""

from __future__ import annotations

from typing import Any

from bot.sandbox import payloads, replies
from bot.sandbox.delivery import Answer, Delivery, Envelope
from bot.sandbox.errors import DemoRefused
from bot.sandbox.inputs import complaint, filled
from bot.sandbox.people import BOT_USER, Person
from bot.sandbox.picture import sees, shown
from bot.sandbox.workspace import Workspace

Json = dict[str, Any]


class Acts:
    """The people's hands. People go by handle or id, channels by "#name", name or id; DemoRefused says why not."""

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self._touched: dict[tuple[str, str], dict[str, dict[str, Json]]] = {}

    async def click(
        self, as_: str, channel: str, ts: str, action_id: str, value: Any = None, stale: Json | None = None
    ) -> Json:
        """Press a button or choose in a menu of a message; `stale` sends that action as an outdated client would."""
        person = self.workspace.person(as_)
        message = self.seen_message(person, channel, ts)
        if stale is not None:
            action = {"type": "button", "block_id": "stale", "action_ts": self.workspace.stamps.ts(), **stale}
        else:
            action = self._action(message.get("blocks", []), action_id, value, "on this message")
        touched = self._touched.setdefault((ts, person.id), {})
        if stale is None and action["type"] not in ("button", "overflow"):
            held = {name: action[name] for name in action if name == "type" or name.startswith("selected")}
            touched.setdefault(action["block_id"], {})[action["action_id"]] = held
        values = payloads.values_with(message.get("blocks", []), touched)
        payload = payloads.block_actions_on_message(self.workspace, person, message, action, values)
        return await self._deliver("interactive", "block_actions", person, payload)

    async def click_in_view(self, as_: str, view_id: str, action_id: str, value: Any = None) -> Json:
        """Press or choose in a modal or in App Home."""
        person = self.workspace.person(as_)
        view = self.own_view(person, view_id)
        action = self._action(view["blocks"], action_id, value, "in this view")
        if action["type"] not in ("button", "overflow"):
            held = {name: action[name] for name in action if name == "type" or name.startswith(("selected", "value"))}
            self.workspace.modals.fill(person.id, view, action["block_id"], action["action_id"], held)
        payload = payloads.block_actions_on_view(self.workspace, person, view, action)
        return await self._deliver("interactive", "block_actions", person, payload)

    def place(self, as_: str, channel: str | None, ts: str | None, action_id: str) -> tuple[str, str]:
        """Return channel and ts of a message; what is not said is that of the newest one with `action_id` in sight."""
        if channel and ts:
            return channel, ts
        person = self.workspace.person(as_)
        rooms = [self.entered_room(person, channel)] if channel else self.workspace.channels.values()
        seen = [
            (message["ts"], room["id"])
            for room in rooms if sees(room, person)
            for message in self.workspace.messages.everything(room["id"])
            if message.get("ephemeral_for", person.id) == person.id
            and (ts == message["ts"] or (not ts and payloads.element_named(message.get("blocks", []), action_id)))
        ]  # fmt: skip
        if not seen:
            what = f"message {ts}" if ts else f"message with {action_id}"
            raise DemoRefused(f"{person.name} sees no {what}.", status=404)
        newest, room_id = max(seen)
        return room_id, newest

    def seen_modal(self, as_: str) -> str:
        """Return the id of the modal on top of a person's stack."""
        person = self.workspace.person(as_)
        stack = self.workspace.modals.stack(person.id)
        if not stack:
            raise DemoRefused(f"{person.name} has no modal open.", status=404)
        return str(stack[-1]["id"])

    def _action(self, blocks: list[Json], action_id: str, value: Any, where: str) -> Json:
        found = payloads.element_named(blocks, action_id, value if isinstance(value, str) else None)
        if found is None:
            found = payloads.element_named(blocks, action_id)
            if found is None or found[1]["type"] == "button":
                wanted = action_id if found is None else f"{action_id} with the value {value!r}"
                raise DemoRefused(f"There is no such button {where}: {wanted}.", status=404)
        block, element = found
        if block["type"] == "input" and not block.get("dispatch_action"):
            raise DemoRefused(f"{action_id} is an input; it is sent with the view, not by itself.")
        ts = self.workspace.stamps.ts()
        if element["type"] == "button":
            return payloads.action_of(block, element, None, ts)
        if value is None:
            raise DemoRefused(f"{action_id} is a {element['type']}: say which value to choose.")
        return payloads.action_of(block, element, filled(element, value), ts)

    async def submit(self, as_: str, view_id: str, values: Json) -> Json:
        """Fill in a modal and send it; `values` is by action id or block id, or nested as in Slack's state."""
        person = self.workspace.person(as_)
        view = self.top_modal(person, view_id)
        if view["submit"] is None:
            raise DemoRefused("This modal has no submit button.")
        self._fill(person, view, values)
        if errors := self._client_errors(view):
            self.workspace.modals.refuse_input(person.id, view_id, errors)
            return self._outcome(person, "", None, None) | {"ok": False, "status": "not sent", "errors": errors}
        self.workspace.modals.refuse_input(person.id, view_id, {})
        payload = payloads.view_submission(self.workspace, person, view)
        return await self._deliver("interactive", "view_submission", person, payload)

    def _fill(self, person: Person, view: Json, values: Json) -> None:
        inputs = {b["element"]["action_id"]: b for b in view["blocks"] if b["type"] == "input"}
        by_block = {b["block_id"]: b for b in inputs.values()}
        for name, given in values.items():
            block = inputs.get(name) or by_block.get(name)
            if block is None:
                raise DemoRefused(f"There is no input {name!r} in this view; there are {', '.join(inputs)}.")
            element = block["element"]
            nested = isinstance(given, dict) and element["action_id"] in given
            held = filled(element, given[element["action_id"]] if nested else given)
            self.workspace.modals.fill(person.id, view, block["block_id"], element["action_id"], held)

    def _client_errors(self, view: Json) -> dict[str, str]:
        held = view["state"]["values"]
        found = {
            block["block_id"]: complaint(block, held[block["block_id"]][block["element"]["action_id"]])
            for block in view["blocks"] if block["type"] == "input"
        }  # fmt: skip
        return {block_id: sentence for block_id, sentence in found.items() if sentence}

    async def close(self, as_: str, view_id: str, everything: bool = False) -> Json:
        """Close a modal without sending it; `everything` closes the whole stack as the cross in the corner does."""
        person = self.workspace.person(as_)
        view = self.top_modal(person, view_id)
        self.workspace.modals.close(person.id, view_id, all_of_them=everything)
        if not view["notify_on_close"]:
            return self._outcome(person, "", None, None)
        return await self._deliver("interactive", "view_closed", person, payloads.view_closed(person, view, everything))

    async def command(self, as_: str, channel: str, text: str) -> Json:
        """Send a slash command, written as in the message box ("/ar-aging northwind")."""
        person = self.workspace.person(as_)
        room = self.entered_room(person, channel)
        name, _, rest = text.strip().partition(" ")
        known = [command["command"] for command in self.workspace.manifest.commands]
        if not name.startswith("/") or (self.workspace.manifest.known and name not in known):
            raise DemoRefused(f"{name} is not a valid command here; there are {', '.join(known) or 'none'}.")
        if person.outsider:
            raise DemoRefused("People from other companies cannot use this workspace's commands.", status=403)
        payload = payloads.slash_command(self.workspace, person, room, name, rest.strip())
        return await self._deliver("slash_commands", "command", person, payload)

    async def shortcut(self, as_: str, callback_id: str, channel: str | None = None, ts: str | None = None) -> Json:
        """Use a shortcut: a message's when a message is named, else a global one."""
        person = self.workspace.person(as_)
        kind = "message" if ts else "global"
        known = [s["callback_id"] for s in self.workspace.manifest.shortcuts if s["type"] == kind]
        if self.workspace.manifest.known and callback_id not in known:
            raise DemoRefused(f"There is no {kind} shortcut {callback_id!r}; there are {', '.join(known) or 'none'}.")
        if person.outsider:
            raise DemoRefused("People from other companies cannot use this workspace's shortcuts.", status=403)
        if ts and channel:
            message = self.seen_message(person, channel, ts)
            payload = payloads.message_shortcut(self.workspace, person, message, callback_id)
        else:
            payload = payloads.global_shortcut(self.workspace, person, callback_id)
        return await self._deliver("interactive", payload["type"], person, payload)

    async def suggest(self, as_: str, view_id: str | None, channel: str, ts: str, action_id: str, query: str) -> Json:
        """Ask the app for the choices of an external menu; the answer has "options"."""
        person = self.workspace.person(as_)
        if view_id:
            place: Json = {"view": self.own_view(person, view_id), "container": {"type": "view", "view_id": view_id}}
            blocks = place["view"]["blocks"]
        else:
            message = self.seen_message(person, channel, ts)
            blocks = message.get("blocks", [])
            room = self.workspace.channels[message["channel"]]
            place = {
                "message": self.workspace.messages.shown_to_app(message), "channel": payloads.channel_of(room),
                "container": {"type": "message", "message_ts": ts, "channel_id": room["id"], "is_ephemeral": False},
            }  # fmt: skip
        found = payloads.element_named(blocks, action_id)
        if found is None or not found[1]["type"].endswith("external_select"):
            raise DemoRefused(f"There is no external menu {action_id} here.", status=404)
        payload = payloads.block_suggestion(person, *found, query, place)
        entry, answer = await self.delivery.interaction("interactive", "block_suggestion", person.handle, payload)
        options = answer.body if isinstance(answer.body, dict) else {}
        return self._outcome(person, "", entry, answer) | {"options": options.get("options", [])}

    def open_home(self, as_: str) -> Json:
        """Look at App Home's tab; the app is told, as the first time and every time in Slack."""
        person = self.workspace.person(as_)
        if person.outsider:
            raise DemoRefused("People from other companies do not see this app's home.", status=403)
        home = self.workspace.modals.homes.get(person.id)
        event: Json = {"type": "app_home_opened", "user": person.id, "channel": person.im, "tab": "home",
                 "event_ts": self.workspace.stamps.ts()}  # fmt: skip
        if home:
            event["view"] = home
        told = self.workspace.manifest.subscribes("app_home_opened")
        if told:
            self.delivery.event(event, "App Home opened", person.handle)
        return {"ok": True, "told": told, "view": home["id"] if home else None}

    def message(self, as_: str, channel: str, text: str, thread_ts: str | None = None) -> Json:
        """Write a message; the app is told of it if it is there and has subscribed."""
        person = self.workspace.person(as_)
        room = self.entered_room(person, channel)
        if room["archived"]:
            raise DemoRefused(f"#{room['name']} is archived.")
        body: Json = {"user": person.id, "text": text, "team": person.team_id}
        if thread_ts:
            self.seen_message(person, channel, thread_ts)
            body["thread_ts"] = thread_ts
        message = self.workspace.messages.add(room["id"], body)
        self._tell_of(message, room, person)
        return {"ok": True, "ts": message["ts"], "channel": room["id"]}

    def _tell_of(self, message: Json, room: Json, person: Person) -> None:
        if not self.workspace.bot_is_in(room):
            return
        manifest, im = self.workspace.manifest, room["kind"] == "im"
        event = self.workspace.messages.shown_to_app(message) | {
            "channel": room["id"], "event_ts": message["ts"], "channel_type": "im" if im else "channel",
        }  # fmt: skip
        if person.outsider:
            event |= {"user_team": person.team_id, "source_team": person.team_id}
        if manifest.subscribes("message.im" if im else "message.channels"):
            self.delivery.event(event, message["text"][:60], person.handle, shared=room["shared"])
        if f"<@{BOT_USER}>" in message["text"] and manifest.subscribes("app_mention"):
            mention = {**event, "type": "app_mention"}
            self.delivery.event(mention, message["text"][:60], person.handle, shared=room["shared"])

    def entered_room(self, person: Person, channel: str) -> Json:
        """Return a channel that the person is in."""
        room = self.workspace.room(channel, person)
        if not sees(room, person):
            raise DemoRefused(f"{person.name} is not in {channel}.", status=403)
        return room

    def seen_message(self, person: Person, channel: str, ts: str) -> Json:
        """Return a message that the person sees."""
        room = self.entered_room(person, channel)
        message = self.workspace.messages.get(room["id"], ts)
        if message is None or message.get("ephemeral_for", person.id) != person.id:
            raise DemoRefused(f"{person.name} sees no message {ts} in {channel}.", status=404)
        return message

    def own_view(self, person: Person, view_id: str) -> Json:
        """Return a modal or App Home that the person has open."""
        found = self.workspace.modals.find(view_id)
        if found is None or found[0] != person.id:
            raise DemoRefused(f"{person.name} has no view {view_id} open.", status=404)
        return found[1]

    def top_modal(self, person: Person, view_id: str) -> Json:
        """Return the modal on top of the person's stack, which must be this one."""
        view = self.own_view(person, view_id)
        stack = self.workspace.modals.stack(person.id)
        if not stack or stack[-1]["id"] != view_id:
            raise DemoRefused("Another modal lies on top of this one, or it is no modal.")
        return view

    async def _deliver(self, kind: Envelope, what: str, person: Person, payload: Json) -> Json:
        began = self.workspace.stamps.ts()
        before = {view["id"] for view in self.workspace.modals.stack(person.id)}
        entry, answer = await self.delivery.interaction(kind, what, person.handle, payload)
        errors = replies.take(self.workspace, person, payload, entry, answer)
        outcome = self._outcome(person, began, entry, answer)
        new = [view["id"] for view in self.workspace.modals.stack(person.id) if view["id"] not in before]
        return outcome | {"view": new[-1] if new else None, "errors": errors, "ok": outcome["ok"] and not errors}

    def _outcome(self, person: Person, since: str, entry: Json | None, answer: Answer | None) -> Json:
        shown_since = self.workspace.messages.ephemeral_since(person.id, since) if since else []
        return {
            "ok": answer is None or answer.status == "ok",
            "ack_ms": entry["ack_ms"] if entry else None,
            "status": entry["status"] if entry else "ok",
            "request": entry["id"] if entry else None,
            "ephemeral": [shown(m) | {"channel": m["channel"]} for m in shown_since],
            "view": None,
            "errors": {},
        }
