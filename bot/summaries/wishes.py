"""When a summary is wished for: "weekly mon 09:00" in whatever language, as a rule of dates. Reading single days and
times belongs to `bot.domain.dates`."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar

from bot.domain.dates import parse_cadence, parse_time, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule, first_anchor
from bot.summaries.facts import KINDS

T = TypeVar("T")

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0
DEFAULT_DAY_OF_MONTH = 1
LONGEST_PHRASE = 4
"""Words that can belong together: "once every 2 weeks"."""

_LITTLE_WORDS = frozenset({"on", "at", "the", "every", "each", "pada", "di", "setiap", "tiap", "tanggal", "tgl"})
_DAY_OF_MONTH = re.compile(r"([1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?")


@dataclass(slots=True)
class _Heard:
    """What was understood so far; each thing once."""

    cadence: Cadence | None = None
    at: time | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    day: str = ""
    """The day as it was typed, to be named in a refusal."""


def read_rule(words: str, now: datetime, zone: str) -> Rule:
    """The rule in a command's words, in any order; weekly on Monday at 09:00 where nothing else is said. `now` is
    aware, `zone` the author's IANA zone, in which the rule lives.

    Raises DomainError, naming the word: `summaries.word_unknown`, `summaries.said_twice`, `summaries.no_such_cadence`,
    `summaries.daily_day`, `summaries.weekly_day`, `summaries.monthly_day`.
    """
    heard = _Heard()
    rest = words.split()
    while rest:
        size = next(
            (size for size in range(min(LONGEST_PHRASE, len(rest)), 0, -1) if _hear(heard, " ".join(rest[:size]))), 0
        )
        if not size:
            raise DomainError("summaries.word_unknown", word=rest[0])
        rest = rest[size:]
    return _rule(heard, now, zone)


def _rule(heard: _Heard, now: datetime, zone: str) -> Rule:
    cadence, weekday, day_of_month = heard.cadence or Cadence.WEEKLY, heard.weekday, heard.day_of_month
    if cadence not in KINDS:
        raise DomainError("summaries.no_such_cadence")
    if cadence is Cadence.DAILY and heard.day:
        raise DomainError("summaries.daily_day", word=heard.day)
    if cadence is Cadence.WEEKLY:
        if day_of_month is not None:
            raise DomainError("summaries.weekly_day", word=heard.day)
        weekday = DEFAULT_WEEKDAY if weekday is None else weekday
    if cadence is Cadence.MONTHLY:
        if weekday is not None:
            raise DomainError("summaries.monthly_day", word=heard.day)
        day_of_month = day_of_month or DEFAULT_DAY_OF_MONTH
    at = heard.at or DEFAULT_TIME
    return Rule(cadence, first_anchor(cadence, weekday, day_of_month, at, zone, now), at, zone)


def _hear(heard: _Heard, phrase: str) -> bool:
    """Takes in one phrase if it means something."""
    if phrase.casefold() in _LITTLE_WORDS:
        return True
    cadence = parse_cadence(phrase)
    if cadence is not None:
        heard.cadence = _once(heard.cadence, cadence, phrase)
        return True
    at = parse_time(phrase)
    if at is not None:
        heard.at = _once(heard.at, at, phrase)
        return True
    weekday, numbered = parse_weekday(phrase), _DAY_OF_MONTH.fullmatch(phrase.casefold())
    if weekday is None and numbered is None:
        return False
    heard.day = _once(heard.day or None, phrase, phrase)
    heard.weekday, heard.day_of_month = weekday, int(numbered[1]) if numbered else None
    return True


def _once(known: T | None, new: T, phrase: str) -> T:
    if known is not None:
        raise DomainError("summaries.said_twice", word=phrase)
    return new
