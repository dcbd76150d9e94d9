"""What Slack accepts in text and then shows wrong: mentions of nobody, commands it does not know, half-made links.

These are not refusals: they are recorded, so that nothing wrong goes unseen.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

Json = dict[str, Any]

_ANGLED = re.compile(r"<([^<>]*)>")
_BROADCASTS = frozenset({"here", "channel", "everyone"})
_DATE = re.compile(r"^!date\^-?\d+\^[^^|]+(\^[^|]+)?\|.+$", re.DOTALL)
_LINK = re.compile(r"^(https?://|mailto:|tel:|slack:)\S", re.IGNORECASE)


def mrkdwn_faults(
    text: str, users: Collection[str], channels: Collection[str], groups: Collection[str] = ()
) -> list[str]:
    """The angle-bracket forms in a mrkdwn text that Slack cannot resolve; the collections are the known ids."""
    return [
        f"mrkdwn shows wrong: <{found[1]}>"
        for found in _ANGLED.finditer(text)
        if not _resolves(found[1], users, channels, groups)
    ]


def _resolves(form: str, users: Collection[str], channels: Collection[str], groups: Collection[str]) -> bool:
    target = form.partition("|")[0]
    if form.startswith("@"):
        return target[1:] in users
    if form.startswith("#"):
        return target[1:] in channels
    if form.startswith("!date"):
        return _DATE.match(form) is not None
    if form.startswith("!subteam^"):
        return target.removeprefix("!subteam^") in groups
    if form.startswith("!"):
        return target[1:] in _BROADCASTS
    return _LINK.match(target) is not None


def plain_faults(text: str) -> list[str]:
    """Mention forms in a plain_text, which stand there as typed."""
    return [f"plain_text shows as typed: {found[0]}" for found in re.finditer(r"<[@#][A-Z0-9]+>", text)]


def shown_faults(
    value: Any, users: Collection[str], channels: Collection[str], groups: Collection[str] = ()
) -> Iterator[str]:
    """All such faults in blocks, a view or a part of one."""
    if isinstance(value, list):
        for each in value:
            yield from shown_faults(each, users, channels, groups)
    elif isinstance(value, dict):
        text = value.get("text")
        if value.get("type") == "mrkdwn" and isinstance(text, str):
            yield from mrkdwn_faults(text, users, channels, groups)
        elif value.get("type") == "plain_text" and isinstance(text, str):
            yield from plain_faults(text)
        for each in value.values():
            yield from shown_faults(each, users, channels, groups)
