"""The words of the KPI commands: finding the KPI a person means by any of its names, and the small words between the
parts of a command ("for", "pada", "note"). All languages count at once; the words are in the catalogues.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from itertools import takewhile

from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS, Kpi, inputs_of
from bot.domain.words import shown
from bot.i18n import Catalogues, Translator

SHORTEST_ABBREVIATION = 2
MOST_SUGGESTIONS = 4


class Part(StrEnum):
    """The parts of a command that begin with a word of their own. What the words are: `kpis.keyword.<part>`."""

    FOR = "for"
    ON = "on"
    NOTE = "note"
    PER = "per"
    UNTIL = "until"
    BY = "by"


class Split(StrEnum):
    """What a KPI can be broken down by. What the words are: `kpis.split_words.<split>`."""

    PERSON = "person"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of KPIs and keywords in all languages, lower case. `t` words the refusals in the person's own. `currency`
    is what amounts of money are kept in (ISO 4217)."""

    t: Translator
    names: Mapping[str, str]
    keywords: Mapping[Part, frozenset[str]]
    splits: Mapping[str, Split]
    currency: str

    @classmethod
    def of(cls, texts: Catalogues, t: Translator, currency: str = "") -> "Vocabulary":
        """`currency` may be left out where no amounts are read."""
        names: dict[str, str] = {}
        for key in KPIS:
            own = (
                key,
                *(each(f"kpi.{key}") for each in texts.translators.values()),
                *texts.all_words(f"kpi.{key}.words"),
            )
            for name in own:
                names.setdefault(normal(name), key)
        keywords = {part: frozenset(texts.all_words(f"kpis.keyword.{part}")) for part in Part}
        splits = {word: split for split in Split for word in texts.all_words(f"kpis.split_words.{split}")}
        return cls(t, names, keywords, splits, currency)

    def name(self, kpi: Kpi) -> str:
        return self.t(f"kpi.{kpi.key}")

    def starting(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
        """The KPI whose name the tokens begin with, longest name first, and the tokens after it. An abbreviation is
        enough where only one KPI is meant; where several are, DomainError("kpis.which_kpi")."""
        found = self.naming(tokens)
        if found:
            return found
        longest = self._longest(tokens)
        for length in range(longest, 0, -1):
            meant = self._abbreviated(normal(" ".join(tokens[:length])))
            if len(meant) == 1:
                return KPIS[meant[0]], tokens[length:]
            if meant:
                raise DomainError("kpis.which_kpi", text=shown(" ".join(tokens[:length])), names=self._listed(meant))
        return None

    def naming(self, tokens: Sequence[str]) -> tuple[Kpi, Sequence[str]] | None:
        """The KPI that the tokens name in full at their beginning, longest name first, and the tokens after it."""
        for length in range(self._longest(tokens), 0, -1):
            kpi = self.exactly(" ".join(tokens[:length]))
            if kpi:
                return kpi, tokens[length:]
        return None

    def _longest(self, tokens: Sequence[str]) -> int:
        return min(len(tokens), max(name.count(" ") + 1 for name in self.names))

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

    def exactly(self, name: str) -> Kpi | None:
        """The KPI of exactly this key or name: for files, where an abbreviation would be a guess."""
        key = self.names.get(normal(name))
        return KPIS[key] if key else None

    def unknown(self, tokens: Sequence[str]) -> DomainError:
        """What is said to words that name no KPI: the nearest names, if any is near. Never changes anything."""
        for length in range(min(3, len(tokens)), 0, -1):
            close = get_close_matches(normal(" ".join(tokens[:length])), self.names, n=MOST_SUGGESTIONS, cutoff=0.7)
            if close:
                keys = dict.fromkeys(self.names[name] for name in close)
                return DomainError("kpis.did_you_mean", text=shown(" ".join(tokens[:length])), names=self._listed(keys))
        named = takewhile(lambda token: not any(sign.isdecimal() for sign in shown(token)), tokens)
        return DomainError("kpis.unknown_kpi", text=shown(" ".join(named) or " ".join(tokens)))

    def _abbreviated(self, text: str) -> list[str]:
        is_keyword = any(text.split(" ")[0] in words for words in self.keywords.values())
        if len(text) < SHORTEST_ABBREVIATION or not text[0].isalpha() or is_keyword:
            return []
        return list(dict.fromkeys(key for name, key in self.names.items() if name.startswith(text)))

    def _listed(self, keys: Iterable[str]) -> str:
        return self.t.listing([self.name(KPIS[key]) for key in list(keys)[:MOST_SUGGESTIONS]])

    def not_derived(self, kpi: Kpi) -> Kpi:
        """The KPI, or DomainError naming its inputs, with a command for each, when nobody types it in."""
        if not kpi.is_derived:
            return kpi
        inputs = inputs_of(kpi)
        commands = [self.t("kpis.log_command", kpi=self.name(KPIS[key]), example=KPIS[key].example) for key in inputs]
        raise DomainError(
            "kpis.derived", kpi=self.name(kpi), inputs=self._listed(inputs), commands=self.t.listing(commands)
        )


def normal(name: str) -> str:
    """A name as it is compared: lower case, and blanks, hyphens and underscores all the same."""
    return " ".join(re.sub(r"[\s_-]+", " ", name.casefold()).split())
