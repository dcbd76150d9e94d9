"""The shape of what Slack sends, looked at once before anything is done with it: what comes after may rely on the types
of whatever it reads. What a payload means lies in `bot.middleware`; what its ids and values name is for the features.

Only what is read, by us or by Bolt, has a shape here: Slack adds fields whenever it likes.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

LONGEST_TEXT = 50_000
"""Characters; Slack itself cuts a message off at 40 000."""
LONGEST_ID = 255
MOST_PARTS = 1000

Check = Callable[[Any, str], str]
"""Where in a value (whose own place is given) something is not as it should be; "" if nowhere."""


def read_json(text: str) -> dict[str, Any]:
    """A JSON object whose texts can be stored. Raises ValueError for anything else."""
    try:
        payload = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    if "\\ud" in text or "\\uD" in text:  # half of a surrogate pair is no text: no database takes it
        json.dumps(payload, ensure_ascii=False).encode()
    return storable(payload) if "\\u0000" in text or "\0" in text else payload


def storable(value: Any) -> Any:
    """Without NUL characters, which nobody can type and PostgreSQL does not take."""
    match value:
        case str():
            return value.replace("\0", "")
        case dict():
            return {storable(name): storable(inner) for name, inner in value.items()}
        case list():
            return [storable(inner) for inner in value]
        case _:
            return value


def fault_in(payload: Mapping[str, Any]) -> str:
    """Where a payload is not as Slack sends it: a path such as "user.id", made of names that stand here; "" if nowhere.
    Of a kind that nobody handles it is "type"."""
    kind = payload.get("type")
    if "command" in payload and kind is None:
        return _COMMAND(payload, "") or _for_bolt(payload)
    check = _KINDS.get(kind) if isinstance(kind, str) else None
    if check is None or "command" in payload:  # Bolt would take it for one, and we for the other
        return "type"
    return check(payload, "") or _for_bolt(payload)


def _text(value: Any, at: str, longest: int = LONGEST_TEXT) -> str:
    return "" if isinstance(value, str) and len(value) <= longest else at


def _key(value: Any, at: str) -> str:
    """What tells things apart: some characters, none of them a control character."""
    return "" if isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable() else at


def _matching(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value, at: "" if isinstance(value, str) and compiled.fullmatch(value) else at


def _flag(value: Any, at: str) -> str:
    return "" if isinstance(value, bool) else at


def _second(value: Any, at: str) -> str:
    return "" if isinstance(value, int) and 0 <= value < 2**40 else at


def _absent(value: Any, at: str) -> str:
    return "" if value is None else at


def _maybe(check: Check) -> Check:
    return lambda value, at: "" if value is None else check(value, at)


def _either(one: Check, other: Check) -> Check:
    return lambda value, at: one(value, at) and other(value, at)


def _list(check: Check, least: int = 0) -> Check:
    def checked(value: Any, at: str) -> str:
        if not isinstance(value, list) or not least <= len(value) <= MOST_PARTS:
            return at
        return next((wrong for each in value if (wrong := check(each, at))), "")

    return checked


def _every(check: Check) -> Check:
    """An object whose names are Slack's or ours, and whose values are all of one shape."""

    def checked(value: Any, at: str) -> str:
        if not isinstance(value, dict) or len(value) > MOST_PARTS or any(len(name) > LONGEST_ID for name in value):
            return at
        return next((wrong for each in value.values() if (wrong := check(each, at))), "")

    return checked


def _object(**checks: Check) -> Check:
    """An object, of whose fields most are mostly absent: whether one may be is found out beforehand."""
    named = tuple((name, check, bool(check(None, name))) for name, check in checks.items())

    def checked(value: Any, at: str) -> str:
        if not isinstance(value, dict):
            return at
        below = f"{at}." if at else ""
        for name, check, is_needed in named:
            inner = value.get(name)
            if (inner is not None or is_needed) and (wrong := check(inner, below + name)):
                return wrong
        return ""

    return checked


_PERSON = _matching(r"[UW][A-Z0-9]{1,63}")
_ID = _matching(r"[A-Z0-9]{1,64}")
_NO_ID = _matching(r"")
_MAYBE_ID = _maybe(_either(_NO_ID, _ID))
_MAYBE_TEXT = _maybe(_text)
_MAYBE_KEY = _maybe(_either(_NO_ID, _key))
_ADDRESS = _maybe(_matching(r"(?:https?://[\x21-\U0010ffff]{1,2000})?"))
_WHO = _object(id=_PERSON, team_id=_MAYBE_ID)
_PLACE = _maybe(_object(id=_ID))
_OPTION = _object(value=_text)
_FILE = _maybe(
    _object(id=_maybe(_key), name=_MAYBE_TEXT, title=_MAYBE_TEXT, url_private=_ADDRESS, url_private_download=_ADDRESS)
)
_CHOSEN = {
    "value": _MAYBE_TEXT,
    "selected_date": _maybe(_matching(r"(?:\d{4}-\d\d-\d\d)?")),
    "selected_time": _maybe(_matching(r"(?:\d\d:\d\d)?")),
    **dict.fromkeys(("selected_user", "selected_channel", "selected_conversation"), _MAYBE_ID),
    **dict.fromkeys(("selected_users", "selected_channels", "selected_conversations"), _maybe(_list(_ID))),
    "selected_date_time": _maybe(_second),
    "selected_option": _maybe(_OPTION),
    "selected_options": _maybe(_list(_OPTION)),
    "files": _maybe(_list(_FILE)),
}
_STATE = _maybe(_object(values=_maybe(_every(_every(_object(type=_MAYBE_TEXT, **_CHOSEN))))))
_BLOCK = _either(_object(type=_text, block_id=_text), _object(type=_matching(r"(?!input$).*"), block_id=_MAYBE_TEXT))
_VIEW = {
    "id": _key,
    "type": _key,
    "private_metadata": _MAYBE_TEXT,
    "blocks": _list(_BLOCK),
    "state": _STATE,
}
_ACTION = _object(type=_MAYBE_TEXT, action_id=_maybe(_text), action_ts=_MAYBE_KEY, **_CHOSEN)
_CONTAINER = _object(channel_id=_MAYBE_ID, message_ts=_MAYBE_KEY, is_ephemeral=_maybe(_flag))

_COMMAND = _object(
    command=_key, text=_MAYBE_TEXT, user_id=_PERSON, team_id=_MAYBE_ID, channel_id=_MAYBE_ID, trigger_id=_key,
    response_url=_ADDRESS, view=_absent, actions=_absent,
)  # fmt: skip
_CLICKED = _object(
    user=_WHO, team=_PLACE, channel=_PLACE, trigger_id=_maybe(_key), container=_maybe(_CONTAINER), state=_STATE,
    actions=_list(_ACTION, least=1), view=_maybe(_object(**_VIEW)), response_url=_ADDRESS,
)  # fmt: skip


def _click(payload: Any, at: str) -> str:
    """One that can be told from the next one like it."""
    wrong = _CLICKED(payload, at)
    is_unnamed = not wrong and not payload.get("trigger_id") and not payload["actions"][0].get("action_ts")
    return "trigger_id" if is_unnamed else wrong


_SUBMISSION = _object(
    user=_WHO, team=_PLACE, trigger_id=_maybe(_key), view=_object(callback_id=_text, hash=_key, **_VIEW)
)  # fmt: skip
_CLOSED = _object(user=_WHO, view=_object(callback_id=_text))
_SHORTCUT = _object(user=_WHO, callback_id=_text)
_SUGGESTION = _object(user=_WHO, action_id=_text)
_PROFILE = _object(
    id=_PERSON, name=_MAYBE_TEXT, real_name=_MAYBE_TEXT, tz=_MAYBE_TEXT, locale=_MAYBE_TEXT, team_id=_MAYBE_ID,
    profile=_maybe(_object(display_name=_MAYBE_TEXT, real_name=_MAYBE_TEXT)),
    **dict.fromkeys(("deleted", "is_bot", "is_admin", "is_owner", "is_restricted", "is_stranger"), _maybe(_flag)),
)  # fmt: skip
_EVENT = _object(
    event_id=_key, team_id=_MAYBE_ID,
    event=_object(type=_key, user=_maybe(_either(_either(_NO_ID, _PERSON), _PROFILE)), user_team=_MAYBE_ID),
)  # fmt: skip
_KINDS: Mapping[str, Check] = {
    "block_actions": _click,
    "view_submission": _SUBMISSION,
    "view_closed": _CLOSED,
    "shortcut": _SHORTCUT,
    "message_action": _SHORTCUT,
    "block_suggestion": _SUGGESTION,
    "event_callback": _EVENT,
}

_WRAPPED = _maybe(_either(_text, _object()))
_LIST_OF_OBJECTS = _maybe(_list(_object()))
_OBJECT = _maybe(_object())
_ROUTED = _object(
    **dict.fromkeys(("enterprise", "team", "user", "channel"), _WRAPPED),
    **dict.fromkeys(("authorizations", "response_urls"), _LIST_OF_OBJECTS),
)
_NESTED = ("event", "message", "previous_message", "item", "assistant_thread", "function_data")


def _for_bolt(payload: Mapping[str, Any], at: str = "", depth: int = 2) -> str:
    """Where Bolt would stumble while it looks for who and where, which it does in all of these, inside each other."""
    wrong = _ROUTED(payload, at)
    if wrong or not depth:
        return wrong
    for name in _NESTED:
        inner = payload.get(name)
        if name not in payload or (name != "event" and (inner is None or isinstance(inner, str))):
            continue
        wrong = f"{at}{name}" if not isinstance(inner, dict) else _for_bolt(inner, f"{at}{name}.", depth - 1)
        if wrong:
            return wrong
    for inner in payload.get("authorizations") or ():
        if wrong := _ROUTED(inner, "authorizations"):
            return wrong
    return ""
