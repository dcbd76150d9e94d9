"""What the body of a request may look like: the JSON Schema that is published, and the check that reads that same
schema. Whether what is written there makes sense (a KPI of that name, a day that exists) is in `contents`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.domain.words import shown
from bot.kpis.grammar import MAX_NOTE

MOST_ENTRIES = 1_000
PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
MEMBER_ID = r"^[UW][A-Z0-9]+$"
OWN_ID = r"^[!-~]([ -~]*[!-~])?$"

_SAID: Mapping[str, str] = {
    PLAIN_NUMBER: 'A value is a number, or plain digits with a point before the decimals, such as "12500000.50".',
    ISO_DAY: "A day is written as year, month, day, such as 2026-11-22.",
    MEMBER_ID: "A member is named by their Slack id, such as U012AB3CD.",
    OWN_ID: "An id is made of letters, digits, signs and blanks of ASCII, and neither begins nor ends with a blank.",
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {"object": dict, "array": list, "string": str, "number": Decimal}
_ARTICLES: Mapping[str, str] = {"object": "an object", "array": "an array", "string": "a string", "number": "a number"}

ENTRY: Mapping[str, Any] = {
    "type": "object",
    "description": "One value of one KPI for one day.",
    "additionalProperties": False,
    "required": ["kpi", "value"],
    "properties": {
        "kpi": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100,
            "description": "The KPI's key, or its name in any language of the bot. Derived KPIs are not sent.",
            "examples": ["revenue"],
        },
        "value": {
            "type": ["number", "string"],
            "pattern": PLAIN_NUMBER,
            "maxLength": 64,
            "description": "In the KPI's unit: money in the workspace's currency, percentages as 45 for 45 %, "
            "durations in seconds. Exact: at most 4 decimals, less than 10000000000000 in size. Programs whose "
            "numbers are binary fractions send a string of plain digits.",
            "examples": ["12500000.50", 42],
        },
        "on": {
            "type": "string",
            "format": "date",
            "pattern": ISO_DAY,
            "description": "The day the value counts for; today in the bot's time zone if left out. Not ahead, and at "
            "most 400 days back.",
            "examples": ["2026-11-22"],
        },
        "member": {
            "type": "string",
            "pattern": MEMBER_ID,
            "maxLength": 32,
            "description": "Whose value it is, by Slack id; the token's maker if left out.",
            "examples": ["U012AB3CD"],
        },
        "note": {"type": "string", "maxLength": MAX_NOTE, "description": "A note that is kept with the value."},
        "id": {
            "type": "string",
            "pattern": OWN_ID,
            "maxLength": 100,
            "description": "The sender's own id of this value, which is stored once, whatever request brings it.",
            "examples": ["deal-4711"],
        },
    },
}

BATCH: Mapping[str, Any] = {
    "type": "object",
    "description": "Several values, stored all or not at all.",
    "additionalProperties": False,
    "required": ["entries"],
    "properties": {"entries": {"type": "array", "minItems": 1, "maxItems": MOST_ENTRIES, "items": ENTRY}},
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong in a body: where (a JSON pointer, RFC 6901), and what in one sentence."""

    pointer: str
    detail: str


def wrong_in(body: Any) -> list[Wrong]:
    """Everything in a body that is not as BATCH says or, for one that has no `entries`, as ENTRY says. Nothing exactly
    if the published schema, which is either of the two, takes the body. Numbers are Decimals."""
    is_batch = isinstance(body, dict) and "entries" in body
    return list(_wrong(body, BATCH if is_batch else ENTRY, ""))


def _wrong(value: Any, schema: Mapping[str, Any], pointer: str) -> Iterator[Wrong]:
    """The keywords of JSON Schema that are used above, and no others."""
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        yield Wrong(pointer, f"This must be {' or '.join(_ARTICLES[kind] for kind in kinds)}.")
    elif isinstance(value, str):
        yield from _wrong_text(value, schema, pointer)
    elif isinstance(value, list):
        yield from _wrong_list(value, schema, pointer)
    elif isinstance(value, dict):
        yield from _wrong_object(value, schema, pointer)


def _wrong_text(text: str, schema: Mapping[str, Any], pointer: str) -> Iterator[Wrong]:
    pattern = schema.get("pattern")
    if len(text) < schema.get("minLength", 0):
        yield Wrong(pointer, "This must not be empty.")
    elif len(text) > schema.get("maxLength", len(text)):
        yield Wrong(pointer, f"This must have at most {schema['maxLength']} characters.")
    elif pattern and not matches(pattern, text):
        yield Wrong(pointer, _SAID[pattern])


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern finds something in a text, by the rules of JSON Schema (ECMA 262): there `$` is the very end,
    for Python also what comes before a last line break."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None


def _wrong_list(values: list[Any], schema: Mapping[str, Any], pointer: str) -> Iterator[Wrong]:
    if len(values) < schema["minItems"]:
        yield Wrong(pointer, "There must be at least one entry.")
    elif len(values) > schema["maxItems"]:
        yield Wrong(pointer, f"There may be at most {schema['maxItems']} entries; send the rest in another request.")
    else:
        for place, each in enumerate(values):
            yield from _wrong(each, schema["items"], f"{pointer}/{place}")


def _wrong_object(members: dict[str, Any], schema: Mapping[str, Any], pointer: str) -> Iterator[Wrong]:
    known = schema["properties"]
    for name in schema["required"]:
        if name not in members:
            yield Wrong(pointer, f'"{name}" is missing.')
    for name, each in members.items():
        below = f"{pointer}/{_escaped(name)}"
        if name in known:
            yield from _wrong(each, known[name], below)
        else:
            yield Wrong(below, f"This is not known here; there are {', '.join(known)}.")


def _escaped(name: str) -> str:
    """A member's name inside a JSON pointer, cut where it is too long to be repeated."""
    return shown(name).replace("~", "~0").replace("/", "~1")
