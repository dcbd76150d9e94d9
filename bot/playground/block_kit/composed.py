"""Checks of the larger blocks: alert, card, carousel, container, plan, task card, video."""

from collections.abc import Iterator
from typing import Any, Final

from bot.playground.block_kit.elements import check_element
from bot.playground.block_kit.findings import Findings, kind_of
from bot.playground.block_kit.rich_text import check_rich_text
from bot.playground.block_kit.texts import PLAIN, check_text

Json = dict[str, Any]

_IN_CONTAINER: Final = frozenset(
    {"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"}
)
_STATUSES: Final = ("pending", "in_progress", "complete", "error")


def check_alert(f: Findings, block: Json, at: str) -> None:
    """A coloured notice in a modal."""
    f.only(block, at, ("type", "block_id", "text", "level"))
    f.required(block, at, "text")
    check_text(f, block.get("text"), f"{at}/text", "alert.text")
    f.one_of(block.get("level"), f"{at}/level", ("default", "info", "warning", "error", "success"))


def check_card(f: Findings, block: Json, at: str) -> None:
    """A card with at least a picture, a title, a body or an action."""
    if not any(block.get(name) for name in ("hero_image", "title", "actions", "body")):
        f.add("must have at least one of hero_image, title, actions and body", at)
    if block.get("icon") is not None and block.get("slack_icon") is not None:
        f.add("must have at most one of icon and slack_icon", at)
    for name in ("title", "subtitle", "body", "subtext"):
        check_text(f, block.get(name), f"{at}/{name}", f"card.{name}")
    for name in ("hero_image", "icon"):
        if block.get(name) is not None:
            check_element(f, block[name], f"{at}/{name}", frozenset({"image"}))
    if block.get("actions") is not None:
        for index, each in enumerate(f.items(block["actions"], f"{at}/actions", "card.actions")):
            check_element(f, each, f"{at}/actions/{index}", frozenset({"button"}))


def check_carousel(f: Findings, block: Json, at: str) -> None:
    """A row of cards."""
    for index, each in enumerate(f.items(block.get("elements"), f"{at}/elements", "carousel.elements")):
        here = f"{at}/elements/{index}"
        if f.is_object(each, here):
            f.one_of(each.get("type", ""), f"{here}/type", ("card",))
            check_card(f, each, here)


def check_container(f: Findings, block: Json, at: str) -> Iterator[tuple[Json, str]]:
    """A titled group of blocks; yields each child of an allowed type with its pointer, to be checked in its turn."""
    if block.get("title") is None and block.get("rich_text_title") is None:
        f.add("must have title or rich_text_title", at)
    check_text(f, block.get("title"), f"{at}/title", "container.title", PLAIN)
    check_text(f, block.get("subtitle"), f"{at}/subtitle", "container.subtitle")
    f.one_of(block.get("width"), f"{at}/width", ("narrow", "standard", "wide", "full"))
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        f.add("default_collapsed needs is_collapsible", at)
    if block.get("has_header_divider") and block.get("is_collapsible"):
        f.add("has_header_divider is not for a collapsible container", at)
    children = f.items(block.get("child_blocks"), f"{at}/child_blocks", "container.child_blocks")
    for index, child in enumerate(children):
        here = f"{at}/child_blocks/{index}"
        if f.is_object(child, here):
            if kind_of(child) in _IN_CONTAINER:
                yield child, here
            else:
                f.add(f"unsupported type: {child.get('type')}", f"{here}/type")


def check_task_card(f: Findings, block: Json, at: str) -> None:
    """One task that stands alone, so it may not be pending."""
    _check_task(f, block, at)
    if block.get("status") == "pending":
        f.add("only a task of a plan can be pending", f"{at}/status")


def _check_task(f: Findings, task: Json, at: str) -> None:
    f.required(task, at, "task_id", "title", "status")
    f.one_of(task.get("status"), f"{at}/status", _STATUSES)
    for name in ("details", "output"):
        if task.get(name) is not None:
            check_rich_text(f, task[name], f"{at}/{name}")


def check_plan(f: Findings, block: Json, at: str) -> None:
    """A list of tasks with ids of their own."""
    f.required(block, at, "title", "tasks")
    seen: set[str] = set()
    for index, task in enumerate(f.items(block.get("tasks"), f"{at}/tasks", "plan.tasks")):
        here = f"{at}/tasks/{index}"
        if not f.is_object(task, here):
            continue
        _check_task(f, task, here)
        if str(task.get("task_id")) in seen:
            f.add("task_id must be unique", f"{here}/task_id")
        seen.add(str(task.get("task_id")))


def check_video(f: Findings, block: Json, at: str) -> None:
    """An embedded video."""
    f.required(block, at, "alt_text", "title", "thumbnail_url", "video_url")
    f.string(block.get("alt_text"), f"{at}/alt_text", "video.alt_text")
    check_text(f, block.get("title"), f"{at}/title", "video.title", PLAIN)
    check_text(f, block.get("description"), f"{at}/description", "video.description", PLAIN)
    for name in ("author_name", "provider_name", "thumbnail_url", "video_url", "title_url", "provider_icon_url"):
        f.string(block.get(name), f"{at}/{name}", f"video.{name}")
