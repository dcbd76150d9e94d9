"""Elements of forms with which channels and people are chosen; what is chosen are ids. Every other element is in
`blocks`."""

from collections.abc import Sequence

from bot.slack.blocks import Block, with_placeholder

_CHANNELS = {"include": ["public", "private"]}


def channel_select(action_id: str, initial: str = "", placeholder: str = "") -> Block:
    """One channel, a public one or one of the person's own private ones."""
    element: Block = {"type": "conversations_select", "action_id": action_id, "filter": dict(_CHANNELS)}
    if initial:
        element["initial_conversation"] = initial
    return with_placeholder(element, placeholder)


def channels_select(action_id: str, initial: Sequence[str] = (), placeholder: str = "") -> Block:
    """Several such channels."""
    element: Block = {"type": "multi_conversations_select", "action_id": action_id, "filter": dict(_CHANNELS)}
    if initial:
        element["initial_conversations"] = list(initial)
    return with_placeholder(element, placeholder)


def person_select(action_id: str, initial: str = "", placeholder: str = "") -> Block:
    """One person."""
    element: Block = {"type": "users_select", "action_id": action_id}
    if initial:
        element["initial_user"] = initial
    return with_placeholder(element, placeholder)


def people_select(action_id: str, initial: Sequence[str] = (), placeholder: str = "") -> Block:
    """Several people."""
    element: Block = {"type": "multi_users_select", "action_id": action_id}
    if initial:
        element["initial_users"] = list(initial)
    return with_placeholder(element, placeholder)
