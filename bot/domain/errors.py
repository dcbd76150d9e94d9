"""Expected refusals: what a person did cannot be done, and a kind sentence says why. Bugs do not belong here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


class LiveMention(str):
    """A person or channel that a refusal names by the id we know them under: the one value that Slack is to draw as a
    mention. Every other text in a refusal may be what somebody typed, and is shown as it was typed."""

    __slots__ = ()

    @classmethod
    def person(cls, member_id: str) -> "LiveMention":
        """`<@U…>`."""
        return cls(f"<@{member_id}>")

    @classmethod
    def channel(cls, channel_id: str) -> "LiveMention":
        """`<#C…>`."""
        return cls(f"<#{channel_id}>")


class DomainError(Exception):
    """An expected refusal that changes nothing.

    `key` names the sentence in the catalogues (`bot/locales`), `values` fill its placeholders. A value may be a string,
    a number, a date or another domain object that the translator knows how to show; it is never English prose. A string
    is repeated escaped, unless it is a `LiveMention`.
    """

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return f"{self.key} {self.values}" if self.values else self.key


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong with one line of a file (the number counts the header as 1): `key` and `values` as of a refusal."""

    line: int
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"line {self.line}: {self.key} {dict(self.values)}"


class FileRefused(Exception):  # noqa: N818  (a refusal, as people read it)
    """A file with errors: all of them, by line. Nothing of it was stored."""

    def __init__(self, errors: Iterable[LineError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(map(str, self.errors)))
