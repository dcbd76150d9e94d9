"""The words of the KPI commands: finding the KPI a person means by any of its names, and the small words between the
parts of a command ("for", "pada", "note"). All languages count at once; the words are in the catalogues.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Confidence
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, inputs_of
from bot.domain.words import shown
from bot.i18n import Catalogues, Translator

SHORTEST_ABBREVIATION = 2
MOST_SUGGESTIONS = 4
LONGEST_CONFIDENCE = 2
"""Words in which somebody says how sure they are."""


class Part(StrEnum):
    """The parts of a command that begin with a word of their own. What the words are: `kpis.keyword.<part>`."""

    FOR = "for"
    ON = "on"
    NOTE = "note"
    CONFIDENCE = "confidence"
    PER = "per"
    UNTIL = "until"
    BY = "by"
    LEAST = "least"
    MOST = "most"
    BETWEEN = "between"
    TO = "to"
    AND = "and"


class Split(StrEnum):
    """What a KPI can be broken down by. What the words are: `kpis.split_words.<split>`."""

    PERSON = "person"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of KPIs and keywords in all languages, lower case. `kpis` are those the person may see; `t` words the
    refusals in the person's own language. `currency` is what amounts of money are kept in (ISO 4217)."""

    t: Translator
    kpis: Catalogue
    names: Mapping[str, str]
    keywords: Mapping[Part, frozenset[str]]
    splits: Mapping[str, Split]
    currency: str
    confidences: Mapping[str, Confidence]
    longest: int
    """The most words that a name has."""

    @classmethod
    def of(cls, texts: Catalogues, t: Translator, kpis: Catalogue, currency: str = "") -> "Vocabulary":
        """`currency` may be left out where no amounts are read."""
        names: dict[str, str] = {}
        for key, kpi in kpis.items():
            for name in (key, *(kpi.names.values() or _catalogued(key, texts))):
                names.setdefault(normal(name), key)
        keywords = {part: frozenset(texts.all_words(f"kpis.keyword.{part}")) for part in Part}
        splits = {word: split for split in Split for word in texts.all_words(f"kpis.split_words.{split}")}
        sure = {word: each for each in Confidence for word in texts.all_words(f"kpis.logging.sure_words.{each}")}
        longest = max((name.count(" ") for name in names), default=0) + 1
        return cls(t, kpis, names, keywords, splits, currency, sure, longest)

    def name(self, kpi: Kpi) -> str:
        return self.t.kpi(kpi)

    def starting(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
        """The KPI whose name the tokens begin with, longest name first, and the tokens after it. An abbreviation is
        enough where only one KPI is meant; where several are, DomainError("kpis.which_kpi")."""
        longest, found = self._longest(tokens), self.naming(tokens)
        if found:
            return self._said_longer(tokens, found) or found
        for length in range(longest, 0, -1):
            meant = self._abbreviated(normal(" ".join(tokens[:length])))
            if len(meant) == 1:
                return self.kpis[meant[0]], tokens[length:]
            if meant:
                raise DomainError(
                    "kpis.which_kpi", text=shown(" ".join(tokens[:length])), names=self._listed(meant, either=True)
                )
        return None

    def naming(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
        """The KPI that the tokens name in full at their beginning, longest name first, and the tokens after it."""
        for length in range(self._longest(tokens), 0, -1):
            kpi = self.exactly(" ".join(tokens[:length]))
            if kpi:
                return kpi, tokens[length:]
        return None

    def _said_longer(self, tokens: Sequence[str], found: tuple[Kpi, Sequence[str]]) -> tuple[Kpi, Sequence[str]] | None:
        """The one KPI whose name goes on with the whole words said after a shorter name: "lead response" is not a lead
        and a response. None where what follows is a number, a keyword, or no part of a single name."""
        for length in range(self._longest(tokens), len(tokens) - len(found[1]), -1):
            last = tokens[length - 1].casefold()
            if not last.isalpha() or any(last in words for words in self.keywords.values()):
                continue
            beginning = f"{normal(' '.join(tokens[:length]))} "
            meant = {key for name, key in self.names.items() if name.startswith(beginning)}
            if len(meant) == 1:
                return self.kpis[meant.pop()], tokens[length:]
        return None

    def _longest(self, tokens: Sequence[str]) -> int:
        return min(len(tokens), self.longest)

    def required(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]]:
        """Like `starting`; DomainError with the nearest names where no KPI is meant."""
        found = self.starting(tokens)
        if found is None:
            raise self.unknown(tokens)
        return found

    def whole(self, text: str) -> Kpi:
        """The KPI that a whole text names. DomainError where it names none, or says more than that."""
        kpi, rest = self.required(text.split())
        if rest:
            raise DomainError("core.word_unknown", word=shown(" ".join(rest)))
        return kpi

    def confidence_at(self, tokens: Sequence[str]) -> tuple[Confidence, int] | None:
        """How sure somebody says to be at the beginning of these words, with its keyword or without ("confidence
        unsure", "ragu"), and how many words say it."""
        said = [token.casefold().rstrip(":,.") for token in tokens]
        skipped = int(bool(said) and said[0] in self.keywords[Part.CONFIDENCE])
        for length in range(LONGEST_CONFIDENCE, 0, -1):
            found = self.confidences.get(" ".join(said[skipped : skipped + length]))
            if found and len(said) >= skipped + length:
                return found, skipped + length
        return None

    def confidence_closing(self, tokens: Sequence[str]) -> tuple[Confidence | None, int]:
        """How sure somebody says to be at the very end of a note, with its keyword ("... confidence off"), and how many
        words say it; None where they do not."""
        for length in range(min(LONGEST_CONFIDENCE + 1, len(tokens)), 1, -1):
            words = tokens[len(tokens) - length :]
            found = self.confidence_at(words)
            if words[0].casefold().rstrip(":,.") in self.keywords[Part.CONFIDENCE] and found and found[1] == length:
                return found
        return None, 0

    def exactly(self, name: str) -> Kpi | None:
        """The KPI of exactly this key or name: for files, where an abbreviation would be a guess."""
        key = self.names.get(normal(name))
        return self.kpis[key] if key else None

    def unknown(self, tokens: Sequence[str]) -> DomainError:
        """What is said to words that name no KPI: the nearest names, if any is near. Never changes anything."""
        words = list(takewhile(lambda token: not any(sign.isdecimal() for sign in shown(token)), tokens)) or tokens
        for length in range(min(3, len(words)), 0, -1):
            close = get_close_matches(normal(" ".join(words[:length])), self.names, n=MOST_SUGGESTIONS, cutoff=0.7)
            if close:
                names = self._listed(dict.fromkeys(self.names[name] for name in close), either=True)
                return DomainError("kpis.did_you_mean", text=shown(" ".join(words[:length])), names=names)
        return DomainError("kpis.unknown_kpi", text=shown(" ".join(words)))

    def _abbreviated(self, text: str) -> list[str]:
        is_keyword = any(text.split(" ")[0] in words for words in self.keywords.values())
        if len(text) < SHORTEST_ABBREVIATION or not text[0].isalpha() or is_keyword:
            return []
        return list(dict.fromkeys(key for name, key in self.names.items() if name.startswith(text)))

    def _listed(self, keys: Iterable[str], *, either: bool = False) -> str:
        return self.t.listing([self.name(self.kpis[key]) for key in list(keys)[:MOST_SUGGESTIONS]], either=either)

    def not_derived(self, kpi: Kpi) -> Kpi:
        """The KPI, or DomainError naming its inputs, with a command for each, when nobody types it in."""
        if not kpi.is_derived:
            return kpi
        inputs = inputs_of(kpi)
        commands = [
            self.t("kpis.log_command", kpi=self.name(each), example=each.example)
            for each in (self.kpis[key] for key in inputs)
        ]
        raise DomainError(
            "kpis.derived", kpi=self.name(kpi), inputs=self._listed(inputs), commands=self.t.listing(commands)
        )


def _catalogued(key: str, texts: Catalogues) -> tuple[str, ...]:
    """What a built-in KPI is called, in all languages."""
    return *(each(f"kpi.{key}") for each in texts.translators.values()), *texts.all_words(f"kpi.{key}.words")


@lru_cache(4096)
def normal(name: str) -> str:
    """A name as it is compared: lower case, and blanks, hyphens and underscores all the same."""
    return " ".join(re.sub(r"[\s_-]+", " ", name.casefold()).split())
