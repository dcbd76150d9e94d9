"""Checks of rich_text: sections, lists, quotes, code, and the pieces of text in them."""

from typing import Any, Final

from bot.playground.block_kit.findings import Findings, kind_of

Json = dict[str, Any]

_PARTS: Final = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
_PIECES: Final[dict[str, tuple[str, ...]]] = {
    "text": ("text",),
    "link": ("url",),
    "user": ("user_id",),
    "usergroup": ("usergroup_id",),
    "channel": ("channel_id",),
    "emoji": ("name",),
    "broadcast": ("range",),
    "date": ("timestamp", "format"),
    "color": ("value",),
}


def check_rich_text(f: Findings, block: Any, at: str) -> None:
    """A rich_text object: a list of parts, each with its pieces."""
    if not f.is_object(block, at) or not f.required(block, at, "elements"):
        return
    for index, part in enumerate(f.items(block["elements"], f"{at}/elements", "rich_text.elements")):
        _check_part(f, part, f"{at}/elements/{index}", _PARTS)


def _check_part(f: Findings, part: Any, at: str, allowed: frozenset[str]) -> None:
    if not f.is_object(part, at):
        return
    kind = kind_of(part)
    if kind not in allowed:
        f.add(f"unsupported type: {kind}", f"{at}/type")
        return
    pieces = f.items(part.get("elements"), f"{at}/elements", "rich_text.elements")
    if kind == "rich_text_list":
        f.required(part, at, "style")
        f.one_of(part.get("style"), f"{at}/style", ("bullet", "ordered"))
        f.number(part.get("indent"), f"{at}/indent", "rich_text_list.indent")
        for index, item in enumerate(pieces):
            _check_part(f, item, f"{at}/elements/{index}", frozenset({"rich_text_section"}))
        return
    for index, piece in enumerate(pieces):
        _check_piece(f, piece, f"{at}/elements/{index}")


def _check_piece(f: Findings, piece: Any, at: str) -> None:
    if not f.is_object(piece, at):
        return
    kind = kind_of(piece)
    if kind not in _PIECES:
        f.add(f"unsupported type: {kind}", f"{at}/type")
        return
    f.required(piece, at, *_PIECES[kind])
    if kind == "text" and piece.get("text") == "":
        f.add("must be more than 0 characters", f"{at}/text")
    if kind == "broadcast":
        f.one_of(piece.get("range"), f"{at}/range", ("here", "channel", "everyone"))
