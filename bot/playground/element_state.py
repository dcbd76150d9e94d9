"""What each interactive element carries: the field of its value, and the value it starts with.

Used to fill `state.values` and `actions`, and by the actor. Pure: no workspace, no transport.
"""

from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

VALUE_FIELD: Final[dict[str, str]] = {
    "button": "value",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}

_STATELESS = frozenset({"button", "overflow"})
_INITIAL_FIELD = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


def blocks_within(blocks: list[Json]) -> Iterator[Json]:
    """The blocks and those inside containers, which have ids of their own."""
    for block in blocks:
        yield block
        yield from block.get("child_blocks") or []


def elements_of(block: Json) -> Iterator[Json]:
    """The interactive elements of one block, those of its cards included; children of a container are blocks."""
    inside = [*(block.get("elements") or []), *(block.get("actions") or [])]
    for each in [block.get("element"), block.get("accessory"), *inside]:
        if isinstance(each, dict) and each.get("type") in VALUE_FIELD:
            yield each
        elif isinstance(each, dict) and each.get("type") == "card":
            yield from elements_of(each)


def options_of(element: Json) -> list[Json]:
    """Every option of a menu or a group of choices, those in groups included."""
    grouped = [option for group in element.get("option_groups") or [] for option in group.get("options") or []]
    return [*(element.get("options") or []), *grouped]


def empty_value(element: Json) -> Any:
    """What Slack sends for the element when nothing is chosen: an empty list for several, else null."""
    return [] if VALUE_FIELD[element["type"]] in _MANY else None


_MANY = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"})


def initial_state(element: Json) -> Json:
    """The element's entry in `state.values` before anybody touched it."""
    field = VALUE_FIELD[element["type"]]
    value = element.get(_INITIAL_FIELD.get(field, ""), empty_value(element))
    return {"type": element["type"], field: value}


def initial_values(blocks: list[Json]) -> Json:
    """`state.values` of a fresh view or message: block_id to action_id to the element's entry."""
    values: Json = {}
    for block in blocks_within(blocks):
        for element in elements_of(block):
            if element["type"] not in _STATELESS:
                values.setdefault(block["block_id"], {})[element["action_id"]] = initial_state(element)
    return values


def merged_values(blocks: list[Json], *overlays: Json | None) -> Json:
    """The initial values of the blocks with later ones laid over, as far as the blocks still have those elements.

    This is how Slack keeps what was typed when a view is updated: same block_id and action_id, same value. An element
    that is of another type by now starts anew.
    """
    values = initial_values(blocks)
    for overlay in overlays:
        for block_id, by_action in (overlay or {}).items():
            for action_id, entry in (by_action or {}).items():
                current = values.get(block_id, {}).get(action_id)
                same = isinstance(entry, dict) and current is not None
                if same and entry.get("type", current["type"]) == current["type"]:
                    current.update({key: _null_if_blank(value) for key, value in entry.items() if key != "type"})
    return values


def _null_if_blank(value: Any) -> Any:
    return None if value == "" else value


def with_value(element: Json, value: Any) -> Json:
    """The fields an action carries for a value, given either as a dictionary of those fields or as the bare value.

    A bare string names an option by its value where the element has options. Raises ValueError for an option that the
    element does not have.
    """
    field = VALUE_FIELD[element["type"]]
    if element["type"] == "button":
        return {"value": element["value"]} if "value" in element else {}
    given = value[field] if isinstance(value, dict) and field in value else value
    if field == "selected_option":
        return {field: _option(element, given)}
    if field == "selected_options":
        return {field: [_option(element, each) for each in given or []]}
    if element["type"] == "number_input" and isinstance(given, int | float):
        given = str(given)
    return {field: _null_if_blank(given)}


def _option(element: Json, given: Any) -> Json | None:
    if given is None:
        return None
    wanted = given.get("value") if isinstance(given, dict) else given
    if element["type"] in ("external_select", "multi_external_select") and isinstance(given, dict):
        return given
    for option in options_of(element):
        if option.get("value") == wanted:
            return option
    raise ValueError(f"{element['type']} {element.get('action_id')} has no option {wanted!r}")
