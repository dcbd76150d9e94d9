"""What a person wishes a survey to be: "weekly mon 09:00 1-10" in whatever language, as a scale and a rule of dates.

Hearing rhythms, days and times belongs to `bot.domain.schedule_words`; storing the survey to `service`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.dates import AmbiguousDate
from bot.domain.enps import SCALE_0_10, SCALES, Scale
from bot.domain.errors import DomainError
from bot.domain.schedule_words import hear, once
from bot.domain.schedules import Cadence, Rule, first_anchor, instant
from bot.domain.words import shown

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0

_DASHES = re.compile("[\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]")
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Wish:
    """A scale, and when rounds start by themselves (None: only when somebody sends one)."""

    scale: Scale = SCALE_0_10
    rule: Rule | None = None


def read_wish(words: str, now: datetime, zone: str, language: str, scale_words: Collection[str]) -> Wish:
    """The wish in a command's words, in any order. `now` is aware, `zone` the author's IANA zone. `scale_words` are
    those that may stand before the scale, in all languages.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `dates.date_ambiguous`,
    `surveys.too_often`, `surveys.in_the_past`.
    """
    heard = hear(words, now.astimezone(ZoneInfo(zone)).date(), language)
    scale, unknown = _scale(heard.others, scale_words)
    if heard.day_of_month is not None and heard.cadence not in _BY_MONTH:
        unknown.append(heard.day_said)
    if unknown:
        raise DomainError("dates.word_unknown", word=shown(unknown[0]))
    if isinstance(heard.day, AmbiguousDate):
        raise DomainError("dates.date_ambiguous", word=shown(heard.day_said))
    return make_wish(
        now,
        zone,
        scale=scale or SCALE_0_10,
        cadence=heard.cadence,
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
    scheduled; a day or a time alone means that one date. Raises DomainError `surveys.too_often`,
    `surveys.in_the_past`."""
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


def _scale(words: Sequence[str], scale_words: Collection[str]) -> tuple[Scale | None, list[str]]:
    """The scale among words that say nothing of when, and the rest of them."""
    scale: Scale | None = None
    unknown = []
    for word in words:
        named = SCALES.get(_DASHES.sub("-", word))
        if named:
            scale = once(scale, named, word)
        elif word.casefold() not in scale_words:
            unknown.append(word)
    return scale, unknown
