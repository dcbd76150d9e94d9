"""Block Kit in small pieces: plain dicts within Slack's limits, and `Message`. No texts and no feature knowledge here.

Dicts instead of slack_sdk's models, because those drop block types they do not know (charts).
Limits: docs.slack.dev/reference/block-kit; tests compare them with the published numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

SECTION_TEXT = 3000
PLAIN_TEXT = 3000
HEADER_TEXT = 150
BUTTON_TEXT = 75
OPTION_TEXT = 75
PLACEHOLDER_TEXT = 150
SELECT_OPTIONS = 100
CHOICES = 10  # of radio buttons and checkboxes
OVERFLOW_OPTIONS = 5
TITLE_TEXT = 24
LABEL_TEXT = 2000
CELL_TEXT = 500  # Slack names no limit for a cell; longer ones are unreadable
FALLBACK_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Message:
    """A message: `text` says everything in words (screen readers and notifications read just that)."""

    text: str
    blocks: tuple[Block, ...] = ()


_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Characters nobody sees that turn the direction of what follows, figures too, up to the end of the line: somebody's
name would say how other people's values read. Words in Arabic or Hebrew do not need them."""


def straight(text: str) -> str:
    """Text that people wrote, without what would turn the text beside it around."""
    return text if text.isascii() else text.translate(_TURNS)


def escape(text: str) -> str:
    """Text that people wrote, for mrkdwn: exactly the three characters Slack asks for; nothing stays live, and nothing
    is turned around."""
    return straight(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unmarked(text: str) -> str:
    """Our own wording where Slack draws no mrkdwn (hints and errors of a form): commands without their backticks."""
    return text.replace("`", "")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def plain(text: str, limit: int = PLAIN_TEXT) -> Block:
    return {"type": "plain_text", "text": cut(straight(text), limit), "emoji": False}


def mrkdwn(text: str, limit: int = SECTION_TEXT) -> Block:
    """Our own wording; `verbatim` keeps Slack from turning a bare @here or an address inside it into something live."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def section(text: str, *, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def plain_section(text: str) -> Block:
    """A paragraph of text that somebody wrote: nothing in it is interpreted."""
    return {"type": "section", "text": plain(text)}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER_TEXT)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    return {"type": "divider"}


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block:
    block: Block = {"type": "actions", "elements": list(elements)}
    if block_id:
        block["block_id"] = block_id
    return block


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Block | None = None,
    label: str | None = None,
) -> Block:
    """A button. `label` is what screen readers say instead of a text that is too short to stand alone."""
    element: Block = {"type": "button", "text": plain(text, BUTTON_TEXT), "action_id": action_id}
    if value:
        element["value"] = value
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    if label:
        element["accessibility_label"] = cut(label, BUTTON_TEXT)
    return element


def confirmation(title: str, text: str, yes: str, no: str) -> Block:
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def option(text: str, value: str, description: str = "") -> Block:
    """One choice; `description` is a second, paler line below it."""
    choice: Block = {"text": plain(text, OPTION_TEXT), "value": value}
    if description:
        choice["description"] = plain(description, OPTION_TEXT)
    return choice


def select(action_id: str, options: Sequence[Block], *, initial: Block | None = None, placeholder: str = "") -> Block:
    element: Block = {"type": "static_select", "action_id": action_id, "options": list(options)[:SELECT_OPTIONS]}
    if initial is not None:
        element["initial_option"] = initial
    return with_placeholder(element, placeholder)


def multi_select(
    action_id: str, options: Sequence[Block], initial: Sequence[Block] = (), placeholder: str = ""
) -> Block:
    """A list to choose several from; `initial` are some of its options."""
    element: Block = {"type": "multi_static_select", "action_id": action_id, "options": list(options)[:SELECT_OPTIONS]}
    if initial:
        element["initial_options"] = list(initial)
    return with_placeholder(element, placeholder)


def radio(action_id: str, options: Sequence[Block], initial: Block | None = None) -> Block:
    """Choices that are all in sight, one of them to take; `initial` is one of them. At most 10."""
    element: Block = {"type": "radio_buttons", "action_id": action_id, "options": list(options)[:CHOICES]}
    if initial is not None:
        element["initial_option"] = initial
    return element


def checkboxes(action_id: str, options: Sequence[Block], initial: Sequence[Block] = ()) -> Block:
    """Choices that are all in sight, any of them to take; `initial` are those ticked. At most 10."""
    element: Block = {"type": "checkboxes", "action_id": action_id, "options": list(options)[:CHOICES]}
    if initial:
        element["initial_options"] = list(initial)
    return element


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """The "…" menu for what is seldom done. At most 5."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)[:OVERFLOW_OPTIONS]}


def number_input(action_id: str, initial: str = "", decimals: bool = True) -> Block:
    """A number. Slack takes only digits, a sign and a dot here, so `initial` is written that way in every language."""
    element: Block = {"type": "number_input", "action_id": action_id, "is_decimal_allowed": decimals}
    if initial:
        element["initial_value"] = initial
    return element


def date_input(action_id: str, initial: str = "") -> Block:
    """A day, as ISO writes it: 2026-11-22."""
    element: Block = {"type": "datepicker", "action_id": action_id}
    if initial:
        element["initial_date"] = initial
    return element


def time_input(action_id: str, initial: str = "") -> Block:
    """A time of day of 24 hours, without a zone: 09:30."""
    element: Block = {"type": "timepicker", "action_id": action_id}
    if initial:
        element["initial_time"] = initial
    return element


def text_input(
    action_id: str,
    *,
    initial: str = "",
    multiline: bool = False,
    placeholder: str = "",
    max_length: int | None = None,
) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline}
    if initial:
        element["initial_value"] = initial
    if max_length:
        element["max_length"] = max_length
    return with_placeholder(element, placeholder)


def file_input(action_id: str, filetypes: Sequence[str], most: int = 1) -> Block:
    """Files to choose, at most `most` of them (1 to 10) and 10 MB each; `filetypes` are endings without a dot. Slack
    looks at the endings only, and on the person's side: what comes is to be checked."""
    return {"type": "file_input", "action_id": action_id, "filetypes": list(filetypes), "max_files": most}


def with_placeholder(element: Block, placeholder: str) -> Block:
    """An element with words that stand in it until something is chosen or typed; as it is for ""."""
    return {**element, "placeholder": plain(placeholder, PLACEHOLDER_TEXT)} if placeholder else element


def field(
    block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "", dispatch: bool = False
) -> Block:
    """An input block of a form; errors of a submit are keyed by its `block_id`. With `dispatch`, Slack also sends a
    click as soon as something is entered, so that the form can change."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL_TEXT),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain(unmarked(hint), LABEL_TEXT)
    if dispatch:
        block["dispatch_action"] = True
    return block


def form(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str,
    metadata: str = "",
) -> Block:
    """A modal. Title and button texts have at most 24 characters: translations must fit, a test looks."""
    view: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_TEXT),
        "close": plain(close, TITLE_TEXT),
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = plain(submit, TITLE_TEXT)
    if metadata:
        view["private_metadata"] = metadata
    return view


def home(blocks: Sequence[Block], metadata: str = "") -> Block:
    """An App Home: at most 100 blocks."""
    view: Block = {"type": "home", "blocks": list(blocks)[:100]}
    return {**view, "private_metadata": metadata} if metadata else view


def table(rows: Sequence[Sequence[str]], *, align: Sequence[str] = ()) -> Block:
    """A table of text cells, the first row being its head; at most 100 rows of 20 columns and one table a message."""
    block: Block = {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": cut(straight(cell), CELL_TEXT) or "–"} for cell in row[:20]]
            for row in rows[:100]
        ],
    }
    if align:
        block["column_settings"] = [{"align": side, "is_wrapped": True} for side in align[:20]]
    return block


def without(blocks: Sequence[Block], block_type: str) -> tuple[Block, ...]:
    """The blocks that are not of a type: what is left when Slack refuses, say, the chart block."""
    return tuple(block for block in blocks if block.get("type") != block_type)


def as_payload(message: Message) -> Mapping[str, Any]:
    """The arguments of chat.postMessage and of a command's reply."""
    payload: dict[str, Any] = {"text": cut(message.text, FALLBACK_TEXT)}
    if message.blocks:
        payload["blocks"] = list(message.blocks)
    return payload
