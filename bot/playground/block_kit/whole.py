"""Checks of a whole message or view: surfaces, ids, how many of what; and the ids Slack gives to what has none."""

import json
import secrets
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from bot.playground.block_kit.findings import Findings, kind_of
from bot.playground.block_kit.layout import check_block
from bot.playground.block_kit.texts import PLAIN, check_text
from bot.playground.element_state import blocks_within, elements_of
from bot.playground.limits import LIMITS, SURFACES, VIEW_BYTES
from bot.playground.slack_error import SlackError

Json = dict[str, Any]
FileReady = Callable[[Json], bool]
"""Tells whether a `slack_file` object names a file that can be shown by now."""

CHART: Final = "data_visualization"
_TABLES: Final = ("table", "data_table")
_VIEW_FIELDS: Final = {
    "modal": frozenset({
        "type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close",
        "notify_on_close", "external_id", "submit_disabled",
    }),
    "home": frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"}),
}  # fmt: skip


def check_message_blocks(blocks: Any, file_ready: FileReady, at: str = "/blocks") -> None:
    """Raises SlackError (`invalid_blocks`, `only_one_table_allowed`) when Slack would refuse a message's blocks."""
    f = Findings()
    found = f.items(blocks, at, "message.blocks")
    _check_blocks(f, found, at, "message", file_ready)
    kinds = [block.get("type") for block in found if isinstance(block, dict)]
    if sum(kinds.count(each) for each in _TABLES) > 1:
        f.add("only one table allowed", at, code="only_one_table_allowed")
    charts = LIMITS["message.data_visualizations.max_items"]
    if kinds.count(CHART) > charts:
        f.add(f"no more than {charts} {CHART} blocks allowed", at)
    written = sum(len(str(each.get("text", ""))) for each in found if _is(each, "markdown"))
    if written > LIMITS["markdown.total_text.max_length"]:
        f.add("markdown blocks are too long together", at)
    if f.messages:
        raise SlackError(f.code or "invalid_blocks", f.messages, errors=_bare(f.messages))


def refuse_charts(blocks: Any, at: str = "/blocks") -> None:
    """Raises SlackError (`invalid_blocks`) for blocks with a chart, as a workspace does that does not know them."""
    f = Findings()
    for index, each in enumerate(blocks if isinstance(blocks, list) else []):
        if _is(each, CHART):
            f.add(f"unsupported type: {CHART}", f"{at}/{index}/type")
    if f.messages:
        raise SlackError("invalid_blocks", f.messages, errors=_bare(f.messages), on_demand=True)


def check_view(view: Any, surface: str, file_ready: FileReady) -> None:
    """Raises SlackError (`invalid_arguments`, `view_too_large`) when Slack would refuse a view for the surface."""
    f = Findings()
    if not f.is_object(view, "/view"):
        raise SlackError("invalid_arguments", f.messages)
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise SlackError("view_too_large")
    if view.get("type") != surface:
        f.add(f"unsupported type: {view.get('type')}; expected {surface}", "/view/type")
    f.only(view, "/view", _VIEW_FIELDS[surface])
    blocks = f.items(view.get("blocks"), "/view/blocks", "view.blocks")
    _check_blocks(f, blocks, "/view/blocks", surface, file_ready)
    f.string(view.get("private_metadata"), "/view/private_metadata", "view.private_metadata", least=0)
    f.string(view.get("callback_id"), "/view/callback_id", "view.callback_id", least=0)
    f.string(view.get("external_id"), "/view/external_id", "view.external_id", least=0)
    if surface == "modal":
        _check_modal(f, view, blocks)
    if f.messages:
        raise SlackError("invalid_arguments", f.messages)


def _check_modal(f: Findings, view: Json, blocks: list[Any]) -> None:
    f.required(view, "/view", "title")
    for name in ("title", "submit", "close"):
        check_text(f, view.get(name), f"/view/{name}", f"view.{name}", PLAIN)
    if view.get("submit") is None and any(_is(each, "input") for each in blocks):
        f.add("missing required field: submit (a modal with an input block needs it)", "/view")


def _is(block: Any, kind: str) -> bool:
    return isinstance(block, dict) and block.get("type") == kind


def _bare(messages: list[str]) -> list[str]:
    return [message.removeprefix("[ERROR] ") for message in messages]


def _check_blocks(f: Findings, blocks: list[Any], at: str, surface: str, file_ready: FileReady) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        if not f.is_object(block, here):
            continue
        kind = kind_of(block)
        if kind not in SURFACES:
            f.add(f"unsupported type: {kind}", f"{here}/type")
            continue
        if surface not in SURFACES[kind]:
            f.add(f"unsupported type: {kind} is not allowed in a {surface}", f"{here}/type")
            continue
        before = len(f.messages)
        check_block(f, block, here)
        if len(f.messages) == before:  # only a block of the right shape can be looked into
            for each in blocks_within([block]):
                _check_ids(f, each, here, seen)
        _check_files(f, block, here, file_ready)


def _check_ids(f: Findings, block: Json, at: str, seen: set[str]) -> None:
    """A block_id is there once in the whole, an action_id once in its block."""
    block_id = block.get("block_id")
    if block_id is not None and block_id in seen:
        f.add(f"block_id already exists: {block_id}", f"{at}/block_id")
    seen.add(str(block_id))
    ids = [each["action_id"] for each in elements_of(block) if each.get("action_id") is not None]
    for action_id in sorted({each for each in ids if ids.count(each) > 1}):
        f.add(f"action_id already exists in this block: {action_id}", at)


def _check_files(f: Findings, value: Any, at: str, file_ready: FileReady) -> None:
    if isinstance(value, list):
        for index, each in enumerate(value):
            _check_files(f, each, f"{at}/{index}", file_ready)
    elif isinstance(value, dict):
        stored = value.get("slack_file")
        if isinstance(stored, dict) and not file_ready(stored):
            f.add("invalid slack file", f"{at}/slack_file")
        for name, each in value.items():
            _check_files(f, each, f"{at}/{name}", file_ready)


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy of checked blocks in which every block has a block_id and every interactive element an action_id."""
    copies: list[Json] = deepcopy(blocks)
    for block in blocks_within(copies):
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in elements_of(block):
            element.setdefault("action_id", secrets.token_urlsafe(4))
    return copies
