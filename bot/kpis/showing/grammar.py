"""Reading `/kpi show`: which KPIs, which days, by what. Whatever cannot be read raises DomainError with one clear
sentence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.periods import Period, PeriodKind, containing, parse_period
from bot.domain.words import BEFORE_PERIODS, shown
from bot.kpis.grammar import TOKEN, parse_log
from bot.kpis.vocabulary import Part, Split, Vocabulary

MOST_TOGETHER = 10
"""KPIs in one answer: more is no longer one look."""
_SIGNS = frozenset(",;&+")
_SEPARATORS = re.compile(r"[,;&]")


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """`/kpi show` as understood: the KPIs in the order they were named, each once; none means all of them.
    `has_period` is False where the person named none and this week is meant."""

    kpis: tuple[Kpi, ...]
    period: Period
    has_period: bool
    split: Split | None = None


def parse_show(words: str, vocabulary: Vocabulary, today: date) -> ShowRequest:
    """`[KPI …] [PERIOD] [by person|week|month]`, KPIs and period in either order, KPIs with or without "and" or commas
    between them. Without a period: this week. DomainError where anything of it is not understood: of several KPIs
    either all are shown or none."""
    tokens, split = _split_off(_tokens(words), vocabulary)
    request = _read(tokens, vocabulary, today, split)
    if len(request.kpis) > MOST_TOGETHER:
        raise DomainError("kpis.showing.too_many", most=MOST_TOGETHER)
    if split is not None and not request.kpis:
        raise DomainError("kpis.split_needs_kpi")
    if split is not None and len(request.kpis) > 1:
        raise DomainError("kpis.showing.split_one")
    return request


def _read(tokens: Sequence[str], vocabulary: Vocabulary, today: date, split: Split | None) -> ShowRequest:
    this_week = containing(today, PeriodKind.WEEK)
    if not tokens:
        return ShowRequest((), this_week, False, split)
    period = _period(tokens, vocabulary, today)
    if period:
        return ShowRequest((), period, True, split)
    if vocabulary.naming(tokens) is None:
        in_front = _period_in_front(tokens, vocabulary, today)
        if in_front:
            return ShowRequest(in_front[1], in_front[0], True, split)
    kpis, rest = _named(tokens, vocabulary, today)
    if not rest:
        return ShowRequest(kpis, this_week, False, split)
    return ShowRequest(kpis, _last_part(rest, tokens, kpis, vocabulary, today), True, split)


def _period_in_front(
    tokens: Sequence[str], vocabulary: Vocabulary, today: date
) -> tuple[Period, tuple[Kpi, ...]] | None:
    """The longest period that the tokens begin with and that leaves nothing but KPIs behind it."""
    for length in range(len(tokens) - 1, 0, -1):
        rest = _unseparated(tokens[length:], vocabulary)
        if not rest or vocabulary.naming(rest) is None:
            continue
        period = _period(tokens[:length], vocabulary, today)
        if period:
            kpis, more = _named(rest, vocabulary, today)
            if not more:
                return period, kpis
    return None


def _named(tokens: Sequence[str], vocabulary: Vocabulary, today: date) -> tuple[tuple[Kpi, ...], Sequence[str]]:
    """The KPIs that the tokens begin with, at least one, and what is left: a period, or what nobody understands. One
    that only follows another, without "and" or a comma, must be named in full: "average order value" is not three."""
    kpi, rest = vocabulary.required(tokens)
    found = {kpi.key: kpi}
    while rest:
        is_separated = _is_separator(rest[0], vocabulary)
        behind = _unseparated(rest, vocabulary)
        if not behind:
            return tuple(found.values()), ()
        if not vocabulary.naming(behind) and _period(behind, vocabulary, today):
            return tuple(found.values()), behind
        another = vocabulary.required(behind) if is_separated else vocabulary.naming(behind)
        if another is None:
            return tuple(found.values()), rest
        kpi, rest = another
        found.setdefault(kpi.key, kpi)
    return tuple(found.values()), ()


def _last_part(
    rest: Sequence[str], tokens: Sequence[str], kpis: Sequence[Kpi], vocabulary: Vocabulary, today: date
) -> Period:
    """The period at the end of a line. What is no period may be a mistyped KPI: the nearer of the two is asked for."""
    try:
        return parse_period(_joined(rest), today, vocabulary.t.language)
    except DomainError as refusal:
        if refusal.key != "dates.period_unclear":
            raise
        like_a_kpi = vocabulary.unknown(rest)
        if like_a_kpi.key == "kpis.did_you_mean":
            raise like_a_kpi from None
        if len(kpis) > 1 and vocabulary.naming(tokens) is None:  # not even the first was named in full
            raise vocabulary.unknown(tokens) from None
        raise


def wanted_of(words: str, vocabulary: Vocabulary, today: date) -> Literal["log", "show"] | None:
    """Which command is wanted by somebody who began with a KPI's name: to show it, where what follows is nothing, a
    period, a breakdown or another KPI, else to log it. None where no KPI is named in full."""
    found = vocabulary.naming(_tokens(words))
    if found is None:
        return None
    kpi, rest = found
    if kpi.is_derived or not rest:
        return "show"
    for wanted, parse in (("log", parse_log), ("show", parse_show)):
        try:
            parse(words, vocabulary, today)
        except DomainError:
            continue
        return "log" if wanted == "log" else "show"
    return "log"


def _tokens(words: str) -> list[str]:
    """The words, with commas and the like as words of their own."""
    return TOKEN.findall(_SEPARATORS.sub(r" \g<0> ", words))


def _split_off(tokens: list[str], vocabulary: Vocabulary) -> tuple[list[str], Split | None]:
    for place, token in enumerate(tokens):
        if token.casefold() in vocabulary.keywords[Part.BY] and not _is_in_a_name(tokens, place, vocabulary):
            wish = tokens[place + 1 :]
            split = vocabulary.splits.get(wish[0].casefold()) if wish else None
            if split is None:
                raise DomainError("kpis.split_unclear", text=shown(" ".join(tokens[place:])))
            return tokens[:place] + wish[1:], split
    return tokens, None


def _is_in_a_name(tokens: Sequence[str], place: int, vocabulary: Vocabulary) -> bool:
    """Whether a word belongs to the name of a KPI, as "per" does in "Visits per deal"."""
    for start in range(place + 1):
        found = vocabulary.naming(tokens[start:])
        if found and len(tokens) - len(found[1]) > place:
            return True
    return False


def _is_separator(token: str, vocabulary: Vocabulary) -> bool:
    return token in _SIGNS or token.casefold() in vocabulary.keywords[Part.AND]


def _unseparated(tokens: Sequence[str], vocabulary: Vocabulary) -> Sequence[str]:
    """The tokens without the separators in front of them: "leads, and revenue"."""
    for place, token in enumerate(tokens):
        if not _is_separator(token, vocabulary):
            return tokens[place:]
    return ()


def _joined(tokens: Sequence[str]) -> str:
    """The words of a period, without what may stand before one, and its commas as they were typed."""
    is_led = len(tokens) > 1 and tokens[0].casefold() in BEFORE_PERIODS
    return " ".join(tokens[1:] if is_led else tokens).replace(" ,", ",")


def _period(tokens: Sequence[str], vocabulary: Vocabulary, today: date) -> Period | None:
    try:
        return parse_period(_joined(tokens), today, vocabulary.t.language)
    except DomainError:
        return None
