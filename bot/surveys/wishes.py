"""What a person wishes a survey to be: "weekly mon 09:00 1-10" in whatever language, as a scale and a rule of dates.

Reading single days and times belongs to `bot.domain.dates`; storing the survey to `service`.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.domain.dates import AmbiguousDate, parse_cadence, parse_date, parse_time, parse_weekday
from bot.domain.enps import SCALE_0_10, SCALE_1_10, Scale
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule, first_anchor, instant
from bot.middleware import shown

T = TypeVar("T")

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0
LONGEST_PHRASE = 4
"""Words that can belong together: "once every 2 weeks", "20 november 2026"."""
A_YEAR_AHEAD = 365

_SCALES = {"0-10": SCALE_0_10, "1-10": SCALE_1_10}
_DASHES = re.compile("[\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]")
_LITTLE_WORDS = frozenset({"on", "at", "the", "and", "pada", "di", "dan", "skala", "scale", "mulai", "from"})
_EVERY = frozenset({"every", "each", "setiap", "tiap"})
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Wish:
    """A scale, and when rounds start by themselves (None: only when somebody sends one)."""

    scale: Scale = SCALE_0_10
    rule: Rule | None = None


@dataclass(slots=True)
class _Heard:
    """What was understood so far; each thing once."""

    cadence: Cadence | None = None
    scale: Scale | None = None
    at: time | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    day: date | None = None
    every: bool = False
    unknown: list[str] = field(default_factory=list)


def read_wish(words: str, now: datetime, zone: str, language: str) -> Wish:
    """The wish in a command's words, in any order. `now` is aware, `zone` the author's IANA zone.

    Raises DomainError, naming the word: `surveys.word_unknown`, `surveys.said_twice`, `surveys.date_ambiguous`,
    `surveys.too_often`, `surveys.in_the_past`.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    heard = _Heard()
    rest = words.split()
    while rest:
        for size in range(min(LONGEST_PHRASE, len(rest)), 0, -1):
            if _hear(heard, " ".join(rest[:size]), today, language):
                rest = rest[size:]
                break
        else:
            heard.unknown.append(rest.pop(0))
    if heard.day_of_month is not None and heard.cadence not in _BY_MONTH:
        heard.unknown.append(str(heard.day_of_month))
    if heard.unknown:
        raise DomainError("surveys.word_unknown", word=shown(heard.unknown[0]))
    cadence = heard.cadence or (Cadence.WEEKLY if heard.every and heard.weekday is not None else None)
    return make_wish(
        now,
        zone,
        scale=heard.scale or SCALE_0_10,
        cadence=cadence,
        at=heard.at,
        weekday=heard.weekday,
        day_of_month=heard.day_of_month,
        day=heard.day,
    )


def make_wish(
    now: datetime,
    zone: str,
    *,
    scale: Scale = SCALE_0_10,
    cadence: Cadence | None = None,
    at: time | None = None,
    weekday: int | None = None,
    day_of_month: int | None = None,
    day: date | None = None,
) -> Wish:
    """The wish from its parts, with Monday 09:00 where nothing was said. Without cadence, day and time nothing is
    scheduled; a day or a time alone means that one date. Raises DomainError as `read_wish` does."""
    if cadence is Cadence.DAILY:
        raise DomainError("surveys.too_often")
    timed = at is not None or weekday is not None or day is not None
    recurring = cadence is not None and cadence is not Cadence.ONCE
    if not (recurring or timed):
        return Wish(scale)
    starts = at or DEFAULT_TIME
    if day is None:
        if recurring and weekday is None and day_of_month is None:
            weekday = DEFAULT_WEEKDAY
        day = first_anchor(cadence or Cadence.ONCE, weekday, day_of_month, starts, zone, now)
    moment = instant(day, starts, zone)
    if moment is None or moment <= now:
        raise DomainError("surveys.in_the_past", day=day)
    return Wish(scale, Rule(cadence or Cadence.ONCE, day, starts, zone))


def _hear(heard: _Heard, phrase: str, today: date, language: str) -> bool:
    """Takes in one phrase if it means something."""
    low = phrase.casefold()
    if low in _LITTLE_WORDS:
        return True
    if low in _EVERY:
        heard.every = True
        return True
    scale = _SCALES.get(_DASHES.sub("-", low))
    if scale:
        heard.scale = _once(heard.scale, scale, phrase)
        return True
    cadence = parse_cadence(low)
    if cadence:
        heard.cadence = _once(heard.cadence, cadence, phrase)
        return True
    at = parse_time(low)
    if at is not None:
        heard.at = _once(heard.at, at, phrase)
        return True
    return _hear_day(heard, phrase, today, language)


def _hear_day(heard: _Heard, phrase: str, today: date, language: str) -> bool:
    weekday = parse_weekday(phrase)
    if weekday is not None:
        _one_day(heard, phrase)
        heard.weekday = weekday
        return True
    if re.fullmatch("[1-9]|[12][0-9]|3[01]", phrase):
        _one_day(heard, phrase)
        heard.day_of_month = int(phrase)
        return True
    try:
        day = parse_date(phrase, today, language, days_ahead=A_YEAR_AHEAD)
    except DomainError:
        return False
    if isinstance(day, AmbiguousDate):
        raise DomainError("surveys.date_ambiguous", word=shown(phrase))
    _one_day(heard, phrase)
    heard.day = day
    return True


def _one_day(heard: _Heard, phrase: str) -> None:
    if (heard.weekday, heard.day_of_month, heard.day) != (None, None, None):
        raise DomainError("surveys.said_twice", word=shown(phrase))


def _once(known: T | None, new: T, phrase: str) -> T:
    if known is not None:
        raise DomainError("surveys.said_twice", word=shown(phrase))
    return new
