"""What Slack sends of a form's or message's elements: the state they are in and what was chosen. Only for the bench."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Chosen = str | Sequence[str] | None
UNTOUCHED: Any = ...

_FIELDS = {
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
}
_SEVERAL = frozenset({"selected_options", "selected_users", "selected_conversations", "selected_channels"})
_STATELESS = frozenset({"button", "overflow"})


def elements(blocks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every element one can click, choose or type in, with its block."""
    for block in blocks:
        inside = [*block.get("elements", ()), block.get("accessory") or {}, block.get("element") or {}]
        yield from ((block, element) for element in inside if "action_id" in element)


def choice(element: Mapping[str, Any], wish: Chosen) -> dict[str, Any]:
    """What an action carries: the option by its value, an id, a date, a text; a list of them where several can be
    chosen. None is a choice taken back."""
    field, _ = _FIELDS[element["type"]]
    if field in _SEVERAL:
        assert not isinstance(wish, str), f"{element['action_id']} takes a list"
        return {field: [_one(element, each) for each in wish or ()]}
    assert wish is None or isinstance(wish, str), f"{element['action_id']} takes one value"
    return {field: None if wish is None else _one(element, wish)}


def states(blocks: Sequence[Mapping[str, Any]], inputs: Mapping[str, Chosen]) -> dict[str, Any]:
    """`state.values`, with these inputs by block id; what is left out keeps its initial value."""
    values: dict[str, Any] = {}
    for block, element in elements(blocks):
        if element["type"] in _STATELESS or element["type"] not in _FIELDS:
            continue
        block_id = block.get("block_id", "b")
        of_block = values.setdefault(block_id, {})
        of_block[element["action_id"]] = _state(element, inputs.get(block_id, UNTOUCHED))
    unknown = set(inputs) - set(values)
    assert not unknown, f"the form has no input {unknown}, only {set(values)}"
    return values


def _state(element: Mapping[str, Any], wish: Any) -> dict[str, Any]:
    field, initial = _FIELDS[element["type"]]
    if wish is not UNTOUCHED:
        return {"type": element["type"], **choice(element, wish)}
    return {"type": element["type"], field: element.get(initial, [] if field in _SEVERAL else None)}


def _one(element: Mapping[str, Any], wish: str) -> Any:
    """The option with this value where the element has options; the id, date or text itself where it has none."""
    groups = [option for group in element.get("option_groups", ()) for option in group["options"]]
    options = {option["value"]: option for option in (*element.get("options", ()), *groups)}
    if not options:
        return wish
    assert wish in options, f"{element['action_id']} offers {list(options)}, not {wish}"
    return options[wish]
