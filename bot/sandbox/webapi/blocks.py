"""blocks.validate: the validator alone."""

from __future__ import annotations

from bot.sandbox.blocks import check_message, check_view
from bot.sandbox.errors import SlackRefused
from bot.sandbox.replies import content_of
from bot.sandbox.webapi.call import Call, Json, Method


def validate(call: Call) -> Json:
    """Refuse blocks, a message or a view that could not be shown; exactly one of them is given."""
    if len(call.args) != 1:
        raise SlackRefused("invalid_arguments", "exactly one of blocks, message and view is needed")
    if "blocks" in call.args:
        check_message(call.args["blocks"])
    elif "message" in call.args:
        content_of(call.args["message"])
    else:
        view = call.args["view"]
        check_view(view, "home" if isinstance(view, dict) and view.get("type") == "home" else "modal")
    return {}


METHODS = (Method("blocks.validate", validate, {"blocks": "json", "message": "json", "view": "json"}),)
