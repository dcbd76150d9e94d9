"""What `default_to_current_conversation` chooses in a form: the conversation the person was in when it opened. Pure."""

from typing import Any, Final

from bot.playground.element_state import blocks_within, elements_of
from bot.playground.workspace import Channel

Json = dict[str, Any]

_INCLUDED_AS: Final = {"channel": "public", "private": "private", "im": "im", "mpim": "mpim"}


def current_conversation_values(blocks: list[Json], current: Channel | None) -> Json:
    """The part of `state.values` that menus of conversations start with; a menu with a start of its own, or one whose
    filter leaves this conversation out, starts as it would anyway."""
    values: Json = {}
    if current is None:
        return values
    for block in blocks_within(blocks):
        for element in elements_of(block):
            if element.get("default_to_current_conversation") and _offers(element, current):
                chosen = _chosen(element, current.id)
                values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
    return values


def _chosen(element: Json, channel_id: str) -> Json:
    if element["type"] == "multi_conversations_select":
        return {"type": element["type"], "selected_conversations": element.get("initial_conversations") or [channel_id]}
    return {"type": element["type"], "selected_conversation": element.get("initial_conversation") or channel_id}


def _offers(element: Json, current: Channel) -> bool:
    only = element.get("filter") or {}
    if only.get("exclude_bot_users") and current.kind == "im" and current.has_bot:
        return False
    return _INCLUDED_AS[current.kind] in only.get("include", _INCLUDED_AS.values())
