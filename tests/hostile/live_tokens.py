"""What Slack would make something live of: a tokenizer of mrkdwn, and a walk over everything that may hold text."""

import re
from collections.abc import Iterator
from typing import Any

TOKEN = re.compile(r"<([^<>]+)>")
BROADCAST = re.compile(r"!(?:channel|here|everyone|group)\b", re.IGNORECASE)
FOREIGN = re.compile(r"EVIL|evil\.example", re.IGNORECASE)
TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Nobody sees them; what stands behind them on the line, figures too, is read from the other end."""
SCHEME = re.compile(r"(?:javascript|data|file|tel|slack|mailto):", re.IGNORECASE)


def live_in(text: str) -> list[str]:
    """The tokens of mrkdwn that are live and not ours: whoever they name, channel pings, addresses; and what turns a
    line around."""
    return TURNED.findall(text) + [
        token
        for token in TOKEN.findall(text)
        if BROADCAST.match(token) or FOREIGN.search(token) or SCHEME.match(token) or token.startswith("!date^")
    ]


def live_anywhere(node: Any, *, is_message: bool = True) -> Iterator[str]:
    """Everything live in a message's or view's parts, whatever they are called."""
    if isinstance(node, list | tuple):
        for inner in node:
            yield from live_anywhere(inner, is_message=False)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind == "mrkdwn":
        yield from live_in(node["text"])
        if node.get("verbatim") is not True:
            yield f"not verbatim: {node['text']}"
    elif kind in ("plain_text", "raw_text"):
        yield from TURNED.findall(node["text"])
    elif kind in ("broadcast", "link", "user", "usergroup", "channel", "date") and FOREIGN.search(str(node)):
        yield str(node)
    elif kind == "markdown":
        yield f"markdown is read as it is: {node}"
    for name in ("url", "image_url", "title_url", "thumb_url"):
        if FOREIGN.search(str(node.get(name) or "")):
            yield str(node[name])
    for inner in node.values():
        yield from live_anywhere(inner, is_message=False)
