"""Expected refusals: what a person did cannot be done, and a kind sentence says why. Bugs do not belong here."""

from typing import Any


class DomainError(Exception):
    """An expected refusal that changes nothing.

    `key` names the sentence in the catalogues (`bot/locales`), `values` fill its placeholders. A value may be a string,
    a number, a date or another domain object that the translator knows how to show; it is never English prose.
    """

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return f"{self.key} {self.values}" if self.values else self.key
