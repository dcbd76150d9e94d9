"""Whom a command names: "#sales @support except @bob weekly mon 09:00", in any order, as an audience and the words that
are left. Hearing rhythms and days belongs to `wishes`, who is in a channel to `audiences`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bot.domain.audiences import Audience
from bot.domain.errors import DomainError
from bot.domain.words import LITTLE_WORDS, shown
from bot.middleware import GROUP, Mention, split_mentions

PERSON, CHANNEL = "@", "#"


@dataclass(frozen=True, slots=True)
class Named:
    """The audience of a command; the `names` of its channels and groups, in the order in which they were named; and the
    words that say something else."""

    audience: Audience
    names: tuple[str, ...]
    rest: str


@dataclass(slots=True)
class _Reading:
    """What was read so far. `excepting` is True behind a word like "except", as long as only people follow it."""

    found: dict[str, dict[str, str]] = field(default_factory=lambda: {PERSON: {}, CHANNEL: {}, GROUP: {}})
    exceptions: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    excepting: bool = False
    excepted_nobody: bool = False

    def take(self, mention: Mention) -> None:
        if self.excepting and mention.sign == PERSON:
            self.exceptions[mention.id] = mention.name
            self.excepted_nobody = False
            return
        self._end_exceptions()
        self.found[mention.sign][mention.id] = mention.name

    def hear(self, word: str, except_words: Collection[str]) -> None:
        plain = word.casefold().strip(",;")
        if plain in except_words:
            self._end_exceptions()
            self.excepting = self.excepted_nobody = True
        elif plain and plain not in LITTLE_WORDS:
            self._end_exceptions()
            self.rest.append(word)
        elif plain and not self.excepting:
            self.rest.append(word)

    def _end_exceptions(self) -> None:
        """Raises DomainError `surveys.except_whom` where "except" is not followed by anybody."""
        if self.excepted_nobody:
            raise DomainError("surveys.except_whom")
        self.excepting = False

    def end(self) -> "_Reading":
        self._end_exceptions()
        return self


def read_named(words: str, except_words: Iterable[str]) -> Named:
    """The audience in a command's words; an empty one where nobody is mentioned. `except_words` are those before the
    people to be left out, in all languages.

    Raises DomainError `surveys.except_whom` where no person follows one of them, `surveys.channel_missing` (`word`) for
    a name that Slack did not make a mention of.
    """
    excepting = frozenset(except_words)
    reading = _Reading()
    for part in split_mentions(words):
        if isinstance(part, Mention):
            reading.take(part)
        else:
            for word in part.split():
                reading.hear(word, excepting)
    reading.end()
    for word in reading.rest:
        if len(word) > 1 and word.startswith((PERSON, CHANNEL)):
            raise DomainError("surveys.channel_missing", word=shown(word))
    channels, groups = reading.found[CHANNEL], reading.found[GROUP]
    audience = Audience(tuple(channels), tuple(groups), tuple(reading.found[PERSON]), tuple(reading.exceptions))
    names = tuple(name for name in (*channels.values(), *groups.values()) if name)
    return Named(audience, names, " ".join(reading.rest))
