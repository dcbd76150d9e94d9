"""Collects what is wrong with a structure, each fault with its JSON pointer, in Slack's way of saying it."""

from collections.abc import Collection, Iterable
from typing import Any

from bot.playground.limits import LIMITS

Json = dict[str, Any]


def kind_of(value: Json) -> str:
    """The `type` of an object, as text whatever was given."""
    kind = value.get("type")
    return kind if isinstance(kind, str) else repr(kind)


class Findings:
    """The faults found so far. `code` is set when a fault has an error code of its own."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.code: str | None = None

    def add(self, fault: str, at: str, code: str | None = None) -> None:
        """Notes one fault at a JSON pointer."""
        self.messages.append(f"[ERROR] {fault} [json-pointer:{at}]")
        self.code = self.code or code

    def is_object(self, value: Any, at: str) -> bool:
        """True for a JSON object; anything else is a fault."""
        if isinstance(value, dict):
            return True
        self.add("must be an object", at)
        return False

    def required(self, value: Json, at: str, *names: str) -> bool:
        """True when all fields are there; a missing or null one is a fault."""
        missing = [name for name in names if value.get(name) is None]
        for name in missing:
            self.add(f"missing required field: {name}", at)
        return not missing

    def only(self, value: Json, at: str, names: Collection[str]) -> None:
        """Any field that is not among the names is a fault."""
        for name in value:
            if name not in names:
                self.add(f"invalid additional property: {name}", at)

    def string(self, value: Any, at: str, limit: str, least: int = 1) -> None:
        """A string of `least` characters up to the limit of that name (`<limit>.max_length`); None is no fault."""
        if value is None:
            return
        if not isinstance(value, str):
            self.add("must be a string", at)
            return
        most = LIMITS[f"{limit}.max_length"]
        if len(value) < least:
            self.add(f"must be more than {least - 1} characters", at)
        if len(value) > most:
            self.add(f"must be less than {most + 1} characters", at)

    def items(self, value: Any, at: str, limit: str, least: int | None = None) -> list[Any]:
        """The items of a list within the limit of that name (`<limit>.max_items`); an empty list when it is none."""
        if not isinstance(value, list):
            self.add("must be an array", at)
            return []
        lowest = LIMITS.get(f"{limit}.min_items", 0) if least is None else least
        most = LIMITS.get(f"{limit}.max_items")
        if len(value) < lowest:
            self.add(f"no fewer than {lowest} items allowed", at)
        if most is not None and len(value) > most:
            self.add(f"no more than {most} items allowed", at)
        return value

    def number(self, value: Any, at: str, limit: str) -> None:
        """A whole number inside the limits of that name (`.min`, `.max`); None is no fault."""
        if value is None:
            return
        if not isinstance(value, int) or isinstance(value, bool):
            self.add("must be an integer", at)
            return
        low, high = LIMITS.get(f"{limit}.min"), LIMITS.get(f"{limit}.max")
        if (low is not None and value < low) or (high is not None and value > high):
            self.add(f"must be between {low} and {high}", at)

    def one_of(self, value: Any, at: str, allowed: Iterable[str]) -> None:
        """A value among the allowed ones; None is no fault."""
        choices = list(allowed)
        if value is not None and value not in choices:
            self.add(f"must be one of: {', '.join(choices)}", at)

    def flag(self, value: Any, at: str) -> None:
        """True, false or nothing."""
        if value is not None and not isinstance(value, bool):
            self.add("must be a boolean", at)
