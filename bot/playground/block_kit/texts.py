"""Checks of the composition objects: text, confirmation, option, option group, filter."""

from typing import Any

from bot.playground.block_kit.findings import Findings, kind_of

BOTH = ("plain_text", "mrkdwn")
PLAIN = ("plain_text",)


def check_text(f: Findings, text: Any, at: str, limit: str, kinds: tuple[str, ...] = BOTH) -> None:
    """A text object of the given kinds whose text is 1 to `<limit>.max_length` characters; None is no fault."""
    if text is None or not f.is_object(text, at):
        return
    kind = kind_of(text)
    if kind not in kinds:
        f.add(f"unsupported type: {kind}; expected {' or '.join(kinds)}", f"{at}/type")
        return
    f.only(text, at, ("type", "text", "emoji") if kind == "plain_text" else ("type", "text", "verbatim"))
    if f.required(text, at, "text"):
        f.string(text["text"], f"{at}/text", limit)
    f.flag(text.get("emoji"), f"{at}/emoji")
    f.flag(text.get("verbatim"), f"{at}/verbatim")


def check_confirm(f: Findings, confirm: Any, at: str) -> None:
    """A confirmation dialogue; None is no fault."""
    if confirm is None or not f.is_object(confirm, at):
        return
    f.only(confirm, at, ("title", "text", "confirm", "deny", "style"))
    f.required(confirm, at, "title", "text", "confirm", "deny")
    check_text(f, confirm.get("title"), f"{at}/title", "confirmation.title", PLAIN)
    check_text(f, confirm.get("text"), f"{at}/text", "confirmation.text")
    check_text(f, confirm.get("confirm"), f"{at}/confirm", "confirmation.confirm", PLAIN)
    check_text(f, confirm.get("deny"), f"{at}/deny", "confirmation.deny", PLAIN)
    f.one_of(confirm.get("style"), f"{at}/style", ("primary", "danger"))


def check_option(f: Findings, option: Any, at: str, kinds: tuple[str, ...], overflow: bool = False) -> None:
    """One option of a menu or group of choices; `url` is allowed in overflow menus only."""
    if not f.is_object(option, at):
        return
    f.only(option, at, ("text", "value", "description", "url") if overflow else ("text", "value", "description"))
    f.required(option, at, "text", "value")
    check_text(f, option.get("text"), f"{at}/text", "option.text", kinds)
    f.string(option.get("value"), f"{at}/value", "option.value")
    check_text(f, option.get("description"), f"{at}/description", "option.description", kinds)
    f.string(option.get("url"), f"{at}/url", "option.url")


def check_options(
    f: Findings, options: Any, at: str, limit: str, kinds: tuple[str, ...] = PLAIN, overflow: bool = False
) -> None:
    """A list of options inside the limit; two options with the same value are a fault."""
    seen: set[str] = set()
    for index, option in enumerate(f.items(options, at, limit)):
        check_option(f, option, f"{at}/{index}", kinds, overflow)
        value = option.get("value") if isinstance(option, dict) else None
        if isinstance(value, str) and value in seen:
            f.add(f"duplicate option value: {value}", f"{at}/{index}/value")
        elif isinstance(value, str):
            seen.add(value)


def check_option_groups(f: Findings, groups: Any, at: str) -> None:
    """The groups of a menu, each with a label and its options."""
    for index, group in enumerate(f.items(groups, at, "select.option_groups")):
        here = f"{at}/{index}"
        if not f.is_object(group, here):
            continue
        f.only(group, here, ("label", "options"))
        if f.required(group, here, "label", "options"):
            check_text(f, group["label"], f"{here}/label", "option_group.label", PLAIN)
            check_options(f, group["options"], f"{here}/options", "option_group.options")


def check_placeholder(f: Findings, element: dict[str, Any], at: str, limit: str) -> None:
    """The grey text of an empty input."""
    check_text(f, element.get("placeholder"), f"{at}/placeholder", limit, PLAIN)


def check_filter(f: Findings, value: Any, at: str) -> None:
    """Which conversations a menu offers; None is no fault."""
    if value is None or not f.is_object(value, at):
        return
    f.only(value, at, ("include", "exclude_external_shared_channels", "exclude_bot_users"))
    if not value:
        f.add("must not be empty", at)
    if "include" in value:
        for index, each in enumerate(f.items(value["include"], f"{at}/include", "conversation_filter.include")):
            f.one_of(each, f"{at}/include/{index}", ("im", "mpim", "private", "public"))


def check_dispatch(f: Findings, value: Any, at: str) -> None:
    """When a text input reports what is typed; None is no fault."""
    if value is None or not f.is_object(value, at):
        return
    limit = "dispatch_action_configuration.trigger_actions_on"
    actions = f.items(value.get("trigger_actions_on"), f"{at}/trigger_actions_on", limit)
    for index, each in enumerate(actions):
        f.one_of(each, f"{at}/trigger_actions_on/{index}", ("on_enter_pressed", "on_character_entered"))
