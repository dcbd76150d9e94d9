"""Reading `/kpi target`: what should be reached, by when, and whose it is. Whatever cannot be read raises DomainError
with one clear sentence."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.dates import AmbiguousDate, parse_date, parse_period_kind, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.periods import PeriodKind, parse_period
from bot.domain.targets import Aim
from bot.domain.values import AmbiguousValue
from bot.domain.words import shown
from bot.kpis.grammar import Clauses, Value, split_clauses
from bot.kpis.vocabulary import Part, Vocabulary
from bot.typed_values import read_value

DEADLINE_AHEAD = 366
MAX_WHY = 300
"""Characters of why a target is set."""

_GROUP = re.compile(r"(?:(\S+)\s+)?<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")
_AIMS = {Part.LEAST: Aim.ABOVE, Part.MOST: Aim.BELOW, Part.BETWEEN: Aim.INSIDE}


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """`/kpi target` as understood: either `period` or `deadline`; neither where nobody said by when, which is to be
    settled before it is set (`has_time`). `owner_id` is a member, a user group ("S…"), or None for everybody together.
    `aim` is None where nobody said it; `upper` is the upper edge of a range."""

    kpi: Kpi
    value: Value
    period: PeriodKind | None
    deadline: date | None
    owner_id: str | None = None
    aim: Aim | None = None
    upper: Decimal | None = None
    because: str = ""

    @property
    def has_time(self) -> bool:
        """SMART's T: whether it is said by when."""
        return self.period is not None or self.deadline is not None


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """`/kpi target remove` as understood. `period` is None where none was named."""

    kpi: Kpi
    owner_id: str | None
    period: PeriodKind | None


def parse_target(words: str, vocabulary: Vocabulary, today: date) -> TargetRequest:
    """`KPI [at least|at most|between] VALUE [and VALUE] [per day|week|month|quarter|year] [by DATE] [for @somebody]`.
    SMART: what is missing is named by its letter; only by when may be left out, as that can be asked."""
    clauses, owner_id = _clauses(words, vocabulary)
    kpi, rest = vocabulary.required(clauses.head)
    if not rest:
        raise DomainError("kpis.smart_measurable", kpi=vocabulary.name(kpi))
    if Part.PER in clauses.parts and Part.UNTIL in clauses.parts:
        raise DomainError("kpis.smart_two_times")
    if any(not clauses.parts.get(part, [""]) for part in (Part.PER, Part.UNTIL)):
        raise DomainError("kpis.smart_time_missing")
    aim, value, upper = _asked(rest, kpi, vocabulary)
    if Part.UNTIL in clauses.parts:
        deadline = read_deadline(" ".join(clauses.parts[Part.UNTIL]), today, vocabulary.t.language)
        return TargetRequest(kpi, value, None, deadline, owner_id, aim, upper)
    return TargetRequest(kpi, value, _period(clauses), None, owner_id, aim, upper)


def parse_removal(words: str, vocabulary: Vocabulary) -> RemovalRequest:
    """`KPI [per week|month|…] [for @user|@group]`, after the word that takes a target back."""
    clauses, owner_id = _clauses(words, vocabulary)
    kpi, rest = vocabulary.required(clauses.head)
    if rest or Part.UNTIL in clauses.parts:
        raise DomainError("kpis.targets.removal_unclear", kpi=vocabulary.name(kpi))
    return RemovalRequest(kpi, owner_id, _period(clauses))


def only_kpi(words: str, vocabulary: Vocabulary) -> Kpi | None:
    """The KPI, where the words name one in full and say nothing else."""
    found = vocabulary.naming(words.split())
    return found[0] if found and not found[1] else None


def check_range(lower: Decimal, upper: Decimal) -> None:
    """DomainError unless the range goes from the smaller number to the larger one."""
    if lower >= upper:
        raise DomainError("kpis.targets.range_reversed")


def read_deadline(text: str, today: date, language: str) -> date:
    """A day to come: weekdays and days without a year are the next such, a month or quarter is its last day, that of
    the next one that ends where no year is said."""
    try:
        found = parse_date(text, today, language, days_ahead=DEADLINE_AHEAD)
    except DomainError:
        try:
            found = _last_day(text, today)
        except DomainError:
            raise DomainError("kpis.smart_time_bound", text=shown(text)) from None
    if isinstance(found, AmbiguousDate):
        raise DomainError("kpis.deadline_unclear", text=shown(text), iso=found.readings[0].isoformat())
    if found < today and parse_weekday(text) is not None:
        found += timedelta(days=7)  # "by friday" means the next one
    if found < today:
        raise DomainError("kpis.deadline_past", day=found)
    return found


def _last_day(text: str, today: date) -> date:
    """The last day of a period. One without a year was understood as the latest that has begun: where that is over, it
    is looked for in this year and the next. DomainErrors of `parse_period`."""
    found = parse_period(text, today).last
    for year in (today.year, today.year + 1):
        if found >= today:
            break
        with suppress(DomainError):  # it says a year already, or is told from today: "last month 2026" is nothing
            found = parse_period(f"{text} {year}", today).last
    return found


def _clauses(words: str, vocabulary: Vocabulary) -> tuple[Clauses, str | None]:
    """A line in its parts, and whose target it is about. A user group is taken out first, with its "for"."""
    groups = list(dict.fromkeys(found[2] for found in _GROUP.finditer(words)))
    clauses = split_clauses(
        _GROUP.sub(lambda found: _before_group(found, vocabulary), words),
        vocabulary,
        (Part.FOR, Part.PER, Part.UNTIL),
    )
    if len(groups) + (clauses.member_id is not None) > 1:
        raise DomainError("kpis.targets.one_owner")
    if not clauses.head:
        raise DomainError("kpis.smart_specific")
    return clauses, groups[0] if groups else clauses.member_id


def _before_group(found: re.Match[str], vocabulary: Vocabulary) -> str:
    word = found[1] or ""
    return "" if word.casefold().rstrip(":") in vocabulary.keywords[Part.FOR] else word


def _period(clauses: Clauses) -> PeriodKind | None:
    if Part.PER not in clauses.parts:
        return None
    text = " ".join(clauses.parts[Part.PER])
    period = parse_period_kind(text)
    if period is None or period is PeriodKind.CUSTOM:
        raise DomainError("kpis.smart_time_bound", text=shown(text))
    return period


def _asked(tokens: Sequence[str], kpi: Kpi, vocabulary: Vocabulary) -> tuple[Aim | None, Value, Decimal | None]:
    aim, numbers = _aim(tokens, vocabulary)
    if not numbers:
        raise DomainError("kpis.smart_measurable", kpi=vocabulary.name(kpi))
    if aim is not Aim.INSIDE:
        return aim, _number(numbers, kpi, vocabulary), None
    middle = [place for place, word in enumerate(numbers) if word.casefold() in vocabulary.keywords[Part.TO]]
    if len(middle) != 1 or middle[0] in (0, len(numbers) - 1):
        raise DomainError("kpis.targets.range_unclear", kpi=vocabulary.name(kpi))
    edges = [_number(part, kpi, vocabulary) for part in (numbers[: middle[0]], numbers[middle[0] + 1 :])]
    lower, upper = (_certain(edge, kpi) for edge in edges)
    check_range(lower, upper)
    return aim, lower, upper


def _aim(tokens: Sequence[str], vocabulary: Vocabulary) -> tuple[Aim | None, Sequence[str]]:
    """What is asked for, said before the number ("at least 5M") or after it ("5 jt minimal")."""
    said = [token.casefold() for token in tokens]
    phrases = [(phrase.split(), aim) for part, aim in _AIMS.items() for phrase in vocabulary.keywords[part]]
    for words, aim in sorted(phrases, key=lambda each: -len(each[0])):
        if said[: len(words)] == words:
            return aim, tokens[len(words) :]
        if said[-len(words) :] == words and aim is not Aim.INSIDE:
            return aim, tokens[: -len(words)]
    return None, tokens


def _number(tokens: Sequence[str], kpi: Kpi, vocabulary: Vocabulary) -> Value:
    return read_number(" ".join(tokens), kpi, vocabulary.t.language, vocabulary.currency)


def read_number(text: str, kpi: Kpi, language: str, currency: str) -> Value:
    """The number of a target. Of several readings those that count parts of whole things are left out: a target of
    1.500 leads is fifteen hundred."""
    value = read_value(text, kpi.unit, language, currency)
    if not isinstance(value, AmbiguousValue) or not kpi.whole:
        return value
    whole = tuple(each for each in value.readings if each == each.to_integral_value())
    return whole[0] if len(whole) == 1 else value


def _certain(value: Value, kpi: Kpi) -> Decimal:
    if isinstance(value, AmbiguousValue):
        raise DomainError("kpis.targets.range_ambiguous", example=kpi.example or "1500")
    return value
