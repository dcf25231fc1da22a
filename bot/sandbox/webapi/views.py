"""views.*: modals and App Home."""

from __future__ import annotations

from bot.sandbox.blocks import check_view
from bot.sandbox.errors import SlackRefused
from bot.sandbox.webapi.call import Call, Json, Method


def open_view(call: Call) -> Json:
    """Open a modal for the person whose act the trigger stands for."""
    check_view(call.args["view"], "modal")
    trigger = call.workspace.permissions.use_trigger(call.args["trigger_id"])
    return {"view": call.workspace.modals.open(trigger.user, call.args["view"])}


def push_view(call: Call) -> Json:
    """Open a modal on top of the one that the trigger came from."""
    check_view(call.args["view"], "modal")
    trigger = call.workspace.permissions.use_trigger(call.args["trigger_id"])
    if trigger.view_id is None:
        raise SlackRefused("invalid_trigger_id", "this trigger did not come from a modal")
    return {"view": call.workspace.modals.push(trigger.user, call.args["view"], on=trigger.view_id)}


def update_view(call: Call) -> Json:
    """Replace what an open modal shows; `hash` guards against a newer content."""
    check_view(call.args["view"], "modal")
    if ("view_id" in call.args) == ("external_id" in call.args):
        raise SlackRefused("invalid_arguments", "exactly one of view_id and external_id is needed")
    modals = call.workspace.modals
    found = modals.find(call.args["view_id"]) if "view_id" in call.args else modals.named(call.args["external_id"])
    if found is None:
        raise SlackRefused("not_found", "that view is not open any more")
    user, view = found
    return {"view": modals.update(user, view["id"], call.args["view"], call.args.get("hash"))}


def publish_view(call: Call) -> Json:
    """Put content in a person's App Home."""
    check_view(call.args["view"], "home")
    if not call.workspace.manifest.home:
        raise SlackRefused("not_enabled", "the manifest does not enable the Home tab")
    person = call.workspace.member(call.args["user_id"])
    if person.outsider:
        raise SlackRefused("user_not_found")
    return {"view": call.workspace.modals.publish(person.id, call.args["view"], call.args.get("hash"))}


METHODS = (
    Method("views.open", open_view, {"trigger_id": "str!", "view": "json!"}),
    Method("views.push", push_view, {"trigger_id": "str!", "view": "json!"}),
    Method("views.update", update_view, {"view": "json!", "view_id": "str", "external_id": "str", "hash": "str"}),
    Method("views.publish", publish_view, {"user_id": "str!", "view": "json!", "hash": "str"}),
)
