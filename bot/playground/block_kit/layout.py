"""Checks of the blocks, one function each, and the table of them. What concerns several blocks is in `whole`."""

from collections.abc import Callable
from typing import Any, Final

from bot.playground.block_kit import composed, data_blocks
from bot.playground.block_kit.elements import (
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    check_element,
    check_image_source,
)
from bot.playground.block_kit.findings import Findings
from bot.playground.block_kit.rich_text import check_rich_text
from bot.playground.block_kit.texts import PLAIN, check_text

Json = dict[str, Any]


def check_block(f: Findings, block: Json, at: str) -> None:
    """One block of a known type, with everything in it; blocks inside a container are checked the same way."""
    f.string(block.get("block_id"), f"{at}/block_id", "block_id")
    _CHECKS[block["type"]](f, block, at)


def _section(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "text", "fields", "accessory", "expand"))
    if block.get("text") is None and not block.get("fields"):
        f.add("must have text or fields", at)
    check_text(f, block.get("text"), f"{at}/text", "section.text")
    if block.get("fields") is not None:
        for index, each in enumerate(f.items(block["fields"], f"{at}/fields", "section.fields", least=1)):
            check_text(f, each, f"{at}/fields/{index}", "text")
            # A field has its own, smaller limit, which has a name of another form.
            text = each.get("text") if isinstance(each, dict) else None
            if isinstance(text, str) and 2000 < len(text) <= 3000:
                f.add("must be less than 2001 characters", f"{at}/fields/{index}/text")
    if block.get("accessory") is not None:
        check_element(f, block["accessory"], f"{at}/accessory", IN_SECTION)


def _header(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "text", "level"))
    f.required(block, at, "text")
    check_text(f, block.get("text"), f"{at}/text", "header.text", PLAIN)


def _context(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "elements"))
    for index, each in enumerate(f.items(block.get("elements"), f"{at}/elements", "context.elements", least=1)):
        here = f"{at}/elements/{index}"
        if isinstance(each, dict) and each.get("type") == "image":
            check_element(f, each, here, frozenset({"image"}))
        elif f.is_object(each, here):
            check_text(f, each, here, "text")


def _actions(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "elements"))
    for index, each in enumerate(f.items(block.get("elements"), f"{at}/elements", "actions.elements", least=1)):
        check_element(f, each, f"{at}/elements/{index}", IN_ACTIONS)


def _context_actions(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "elements"))
    elements = f.items(block.get("elements"), f"{at}/elements", "context_actions.elements", least=1)
    for index, each in enumerate(elements):
        check_element(f, each, f"{at}/elements/{index}", IN_CONTEXT_ACTIONS)


def _input(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "label", "element", "hint", "optional", "dispatch_action"))
    f.required(block, at, "label", "element")
    check_text(f, block.get("label"), f"{at}/label", "input.label", PLAIN)
    check_text(f, block.get("hint"), f"{at}/hint", "input.hint", PLAIN)
    f.flag(block.get("optional"), f"{at}/optional")
    f.flag(block.get("dispatch_action"), f"{at}/dispatch_action")
    if block.get("element") is not None:
        check_element(f, block["element"], f"{at}/element", IN_INPUT)


def _image(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "alt_text", "image_url", "slack_file", "title"))
    check_image_source(f, block, at, "image")
    check_text(f, block.get("title"), f"{at}/title", "image.title", PLAIN)


def _divider(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id"))


def _markdown(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "text"))
    f.required(block, at, "text")
    f.string(block.get("text"), f"{at}/text", "markdown.text")


def _rich_text(f: Findings, block: Json, at: str) -> None:
    f.only(block, at, ("type", "block_id", "elements"))
    check_rich_text(f, block, at)


def _file(f: Findings, block: Json, at: str) -> None:
    f.required(block, at, "external_id", "source")
    f.one_of(block.get("source"), f"{at}/source", ("remote",))


def _container(f: Findings, block: Json, at: str) -> None:
    for child, here in composed.check_container(f, block, at):
        check_block(f, child, here)


_CHECKS: Final[dict[str, Callable[[Findings, Json, str], None]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "input": _input,
    "image": _image,
    "divider": _divider,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "file": _file,
    "table": data_blocks.check_table,
    "data_table": data_blocks.check_data_table,
    "data_visualization": data_blocks.check_chart,
    "alert": composed.check_alert,
    "card": composed.check_card,
    "carousel": composed.check_carousel,
    "container": _container,
    "plan": composed.check_plan,
    "task_card": composed.check_task_card,
    "video": composed.check_video,
}
