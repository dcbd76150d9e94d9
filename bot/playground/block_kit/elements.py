"""Checks of the elements inside blocks (buttons, menus, pickers, inputs, images), and which block takes which."""

import re
from collections.abc import Callable
from typing import Any, Final

from bot.playground.block_kit.findings import Findings, kind_of
from bot.playground.block_kit.texts import (
    BOTH,
    PLAIN,
    check_confirm,
    check_dispatch,
    check_filter,
    check_option_groups,
    check_options,
    check_placeholder,
    check_text,
)
from bot.playground.element_state import options_of

Json = dict[str, Any]

SELECTS = frozenset(
    {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
)  # fmt: skip
MULTI_SELECTS = frozenset("multi_" + each for each in SELECTS)
PICKERS = frozenset({"datepicker", "timepicker"})
CHOICES = frozenset({"checkboxes", "radio_buttons"})
TEXT_INPUTS = frozenset(
    {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}
)  # fmt: skip

IN_SECTION: Final = SELECTS | MULTI_SELECTS | PICKERS | CHOICES | {"button", "image", "overflow", "workflow_button"}
IN_ACTIONS: Final = (
    SELECTS | MULTI_SELECTS | PICKERS | CHOICES | {"button", "overflow", "workflow_button", "datetimepicker"}
) | {"rich_text_input"}
IN_INPUT: Final = SELECTS | MULTI_SELECTS | PICKERS | CHOICES | TEXT_INPUTS | {"datetimepicker", "file_input"}
IN_CONTEXT_ACTIONS: Final = frozenset({"feedback_buttons", "icon_button"})

_COMMON = frozenset({"type", "action_id", "confirm", "focus_on_load"})
_FIELDS: Final[dict[str, frozenset[str]]] = {
    "button": frozenset(
        {"text", "url", "value", "style", "accessibility_label", "agent_prompt", "agent_prompt_display"}
    ),
    "workflow_button": frozenset({"text", "workflow", "style", "accessibility_label"}),
    "image": frozenset({"alt_text", "image_url", "slack_file"}),
    "overflow": frozenset({"options"}),
    "checkboxes": frozenset({"options", "initial_options"}),
    "radio_buttons": frozenset({"options", "initial_option"}),
    "datepicker": frozenset({"initial_date", "placeholder"}),
    "timepicker": frozenset({"initial_time", "placeholder", "timezone"}),
    "datetimepicker": frozenset({"initial_date_time"}),
    "plain_text_input": frozenset(
        {"initial_value", "multiline", "min_length", "max_length", "dispatch_action_config", "placeholder"}
    ),
    "number_input": frozenset(
        {"is_decimal_allowed", "initial_value", "min_value", "max_value", "dispatch_action_config", "placeholder"}
    ),
    "email_text_input": frozenset({"initial_value", "dispatch_action_config", "placeholder"}),
    "url_text_input": frozenset({"initial_value", "dispatch_action_config", "placeholder"}),
    "rich_text_input": frozenset(
        {"initial_value", "dispatch_action_config", "placeholder", "min_lines", "max_lines"}
    ),
    "file_input": frozenset({"filetypes", "max_files"}),
    "static_select": frozenset({"options", "option_groups", "initial_option", "placeholder"}),
    "external_select": frozenset({"initial_option", "min_query_length", "placeholder"}),
    "users_select": frozenset({"initial_user", "placeholder"}),
    "conversations_select": frozenset(
        {"initial_conversation", "default_to_current_conversation", "filter", "response_url_enabled", "placeholder"}
    ),
    "channels_select": frozenset({"initial_channel", "response_url_enabled", "placeholder"}),
    "multi_static_select": frozenset(
        {"options", "option_groups", "initial_options", "max_selected_items", "placeholder"}
    ),
    "multi_external_select": frozenset({"initial_options", "min_query_length", "max_selected_items", "placeholder"}),
    "multi_users_select": frozenset({"initial_users", "max_selected_items", "placeholder"}),
    "multi_conversations_select": frozenset(
        {"initial_conversations", "default_to_current_conversation", "filter", "max_selected_items", "placeholder"}
    ),
    "multi_channels_select": frozenset({"initial_channels", "max_selected_items", "placeholder"}),
    "feedback_buttons": frozenset({"positive_button", "negative_button"}),
    "icon_button": frozenset({"icon", "text", "value", "accessibility_label", "visible_to_user_ids"}),
}  # fmt: skip
_PATTERNS: Final = {
    "initial_date": re.compile(r"^\d{4}-\d{2}-\d{2}$"),
    "initial_time": re.compile(r"^([01]\d|2[0-3]):[0-5]\d$"),
}


def check_element(f: Findings, element: Any, at: str, allowed: frozenset[str]) -> None:
    """An element of one of the allowed types, with everything in it."""
    if not f.is_object(element, at):
        return
    kind = kind_of(element)
    if kind not in allowed:
        f.add(f"unsupported type: {kind}", f"{at}/type")
        return
    f.only(element, at, _COMMON | _FIELDS[kind])
    f.string(element.get("action_id"), f"{at}/action_id", "action_id")
    check_confirm(f, element.get("confirm"), f"{at}/confirm")
    check_dispatch(f, element.get("dispatch_action_config"), f"{at}/dispatch_action_config")
    f.flag(element.get("focus_on_load"), f"{at}/focus_on_load")
    for name, pattern in _PATTERNS.items():
        if element.get(name) is not None and not pattern.match(str(element[name])):
            f.add("does not match the required pattern", f"{at}/{name}")
    _CHECKS[kind](f, element, at)


def check_image_source(f: Findings, image: Json, at: str, limit: str) -> None:
    """Exactly one of image_url and slack_file, and an alt_text."""
    url, stored = image.get("image_url"), image.get("slack_file")
    if (url is None) == (stored is None):
        f.add("must have exactly one of image_url and slack_file", at)
    f.string(url, f"{at}/image_url", f"{limit}.image_url")
    if isinstance(url, str) and url and not url.startswith(("http://", "https://")):
        f.add("invalid url", f"{at}/image_url")
    if stored is not None and f.is_object(stored, f"{at}/slack_file") and ("id" in stored) == ("url" in stored):
        f.add("must have exactly one of id and url", f"{at}/slack_file")
    if f.required(image, at, "alt_text"):
        f.string(image["alt_text"], f"{at}/alt_text", f"{limit}.alt_text", least=0)


def _button(f: Findings, element: Json, at: str) -> None:
    f.required(element, at, "text")
    check_text(f, element.get("text"), f"{at}/text", "button.text", PLAIN)
    f.string(element.get("url"), f"{at}/url", "button.url")
    f.string(element.get("value"), f"{at}/value", "button.value", least=0)
    f.string(element.get("accessibility_label"), f"{at}/accessibility_label", "button.accessibility_label")
    f.string(element.get("agent_prompt"), f"{at}/agent_prompt", "button.agent_prompt")
    f.one_of(element.get("style"), f"{at}/style", ("primary", "danger"))


def _workflow_button(f: Findings, element: Json, at: str) -> None:
    f.required(element, at, "text", "workflow")
    check_text(f, element.get("text"), f"{at}/text", "workflow_button.text", PLAIN)


def _image(f: Findings, element: Json, at: str) -> None:
    check_image_source(f, element, at, "image_element")


def _overflow(f: Findings, element: Json, at: str) -> None:
    check_options(f, element.get("options"), f"{at}/options", "overflow.options", PLAIN, overflow=True)


def _choices(f: Findings, element: Json, at: str) -> None:
    before = len(f.messages)
    check_options(f, element.get("options"), f"{at}/options", f"{element['type']}.options", BOTH)
    if len(f.messages) == before:
        _check_initial(f, element, at)


def _check_initial(f: Findings, element: Json, at: str) -> None:
    """What is chosen at first must be among the options; an empty list is refused."""
    first = element.get("initial_option")
    several = element.get("initial_options")
    if several is not None and not isinstance(several, list):
        f.add("must be an array", f"{at}/initial_options")
        return
    if several is not None and not several:
        f.add("no fewer than 1 items allowed", f"{at}/initial_options")
    offered = [option for option in options_of(element) if isinstance(option, dict)]
    for chosen in [first] if first is not None else several or []:
        if chosen not in offered:
            f.add("initial option must be one of the options", at)


def _static_select(f: Findings, element: Json, at: str) -> None:
    before = len(f.messages)
    if ("options" in element) == ("option_groups" in element):
        f.add("must have exactly one of options and option_groups", at)
    elif "options" in element:
        check_options(f, element["options"], f"{at}/options", "select.options")
    else:
        check_option_groups(f, element["option_groups"], f"{at}/option_groups")
    if len(f.messages) == before:
        _check_initial(f, element, at)
    _select(f, element, at)


def _select(f: Findings, element: Json, at: str) -> None:
    check_placeholder(f, element, at, "select.placeholder")
    check_filter(f, element.get("filter"), f"{at}/filter")
    f.flag(element.get("default_to_current_conversation"), f"{at}/default_to_current_conversation")
    for name in ("initial_users", "initial_conversations", "initial_channels"):
        ids = element.get(name)
        if ids is not None and not (isinstance(ids, list) and all(isinstance(each, str) and each for each in ids)):
            f.add("must be an array of ids", f"{at}/{name}")
    most = element.get("max_selected_items")
    if most is not None and (not isinstance(most, int) or most < 1):
        f.add("must be at least 1", f"{at}/max_selected_items")


def _picker(f: Findings, element: Json, at: str) -> None:
    if "placeholder" in element:
        check_placeholder(f, element, at, "date_picker.placeholder")
    moment = element.get("initial_date_time")
    if moment is not None and (not isinstance(moment, int) or not 10**9 <= moment < 10**10):
        f.add("must be a 10-digit epoch second", f"{at}/initial_date_time")


def _text_input(f: Findings, element: Json, at: str) -> None:
    check_placeholder(f, element, at, "plain_text_input.placeholder")
    low, high = element.get("min_length"), element.get("max_length")
    f.number(low, f"{at}/min_length", "plain_text_input.min_length")
    f.number(high, f"{at}/max_length", "plain_text_input.max_length")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        f.add("min_length must not be above max_length", at)
    initial = element.get("initial_value")
    if isinstance(high, int) and isinstance(initial, str) and len(initial) > high:
        f.add(f"must be less than {high + 1} characters", f"{at}/initial_value")


def _number_input(f: Findings, element: Json, at: str) -> None:
    f.required(element, at, "is_decimal_allowed")
    f.flag(element.get("is_decimal_allowed"), f"{at}/is_decimal_allowed")
    check_placeholder(f, element, at, "number_input.placeholder")
    for name in ("initial_value", "min_value", "max_value"):
        value = element.get(name)
        if value is not None and not (isinstance(value, str) and _is_number(value)):
            f.add("must be a string that is a number", f"{at}/{name}")


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


def _rich_text_input(f: Findings, element: Json, at: str) -> None:
    check_placeholder(f, element, at, "rich_text_input.placeholder")
    f.number(element.get("min_lines"), f"{at}/min_lines", "rich_text_input.min_lines")
    f.number(element.get("max_lines"), f"{at}/max_lines", "rich_text_input.max_lines")


def _file_input(f: Findings, element: Json, at: str) -> None:
    f.number(element.get("max_files"), f"{at}/max_files", "file_input.max_files")
    kinds = element.get("filetypes")
    if kinds is not None and not (isinstance(kinds, list) and all(isinstance(each, str) and each for each in kinds)):
        f.add("must be an array of file extensions", f"{at}/filetypes")


def _feedback_buttons(f: Findings, element: Json, at: str) -> None:
    for name in ("positive_button", "negative_button"):
        button = element.get(name)
        if button is None or not f.is_object(button, f"{at}/{name}"):
            f.required(element, at, name)
            continue
        f.required(button, f"{at}/{name}", "text", "value")
        check_text(f, button.get("text"), f"{at}/{name}/text", "feedback_button.text", PLAIN)
        f.string(button.get("value"), f"{at}/{name}/value", "feedback_button.value")


def _icon_button(f: Findings, element: Json, at: str) -> None:
    f.required(element, at, "icon", "text")
    check_text(f, element.get("text"), f"{at}/text", "button.text", PLAIN)
    f.string(element.get("value"), f"{at}/value", "icon_button.value")
    if "visible_to_user_ids" in element:
        f.items(element["visible_to_user_ids"], f"{at}/visible_to_user_ids", "icon_button.visible_to_user_ids")


_CHECKS: Final[dict[str, Callable[[Findings, Json, str], None]]] = {
    "button": _button,
    "workflow_button": _workflow_button,
    "image": _image,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "datepicker": _picker,
    "timepicker": _picker,
    "datetimepicker": _picker,
    "plain_text_input": _text_input,
    "email_text_input": _text_input,
    "url_text_input": _text_input,
    "number_input": _number_input,
    "rich_text_input": _rich_text_input,
    "file_input": _file_input,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    **dict.fromkeys((SELECTS | MULTI_SELECTS) - {"static_select", "multi_static_select"}, _select),
    "feedback_buttons": _feedback_buttons,
    "icon_button": _icon_button,
}
