"""What a person wishes a survey to be: "weekly mon 09:00 1-10" in whatever language, as a scale and a rule of dates.

Hearing rhythms, days and times belongs to `bot.domain.schedule_words`; storing the survey to `service`.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.dates import AmbiguousDate, parse_date, parse_weekday
from bot.domain.enps import SCALE_0_10, SCALES, Scale
from bot.domain.errors import DomainError
from bot.domain.schedule_words import DAYS_AHEAD, LONGEST_PHRASE, hear, once
from bot.domain.schedules import Cadence, Rule, first_anchor, instant
from bot.domain.words import LITTLE_WORDS, shown

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0
A_MOMENT = timedelta(microseconds=1)

_DASHES = re.compile("[\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}]")
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Wish:
    """A scale, and when rounds start by themselves (None: only when somebody sends one)."""

    scale: Scale = SCALE_0_10
    rule: Rule | None = None


def read_wish(
    words: str,
    now: datetime,
    zone: str,
    language: str,
    scale_words: Collection[str],
    from_words: Collection[str] = (),
    until_words: Collection[str] = (),
) -> Wish:
    """The wish in a command's words, in any order. `now` is aware, `zone` the author's IANA zone. `scale_words` are
    those that may stand before the scale, in all languages, `from_words` and `until_words` those before the first and
    the last day.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `dates.date_ambiguous`,
    `surveys.too_often`, `surveys.in_the_past`, `surveys.ends_too_early`, `surveys.until_what`.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    until, words = _day_after(until_words, words, today, language)
    first, words = _day_after(from_words, words, today, language)
    heard = hear(words, today, language)
    scale, unknown = _scale(heard.others, scale_words)
    if heard.day_of_month is not None and heard.cadence not in _BY_MONTH:
        unknown.append(heard.day_said)
    if unknown:
        raise DomainError("dates.word_unknown", word=shown(unknown[0]))
    if isinstance(heard.day, AmbiguousDate):
        raise DomainError("dates.date_ambiguous", word=shown(heard.day_said))
    if heard.day is not None and first is not None:
        raise DomainError("dates.said_twice", word=shown(heard.day_said))
    return make_wish(
        now,
        zone,
        scale=scale or SCALE_0_10,
        cadence=heard.cadence,
        at=heard.at,
        weekday=heard.weekday,
        day_of_month=heard.day_of_month,
        day=heard.day,
        first=first,
        until=until,
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
    first: date | None = None,
    until: date | None = None,
) -> Wish:
    """The wish from its parts, with Monday 09:00 where nothing was said. Without cadence, day and time nothing is
    scheduled; a day or a time alone means that one date. `first` is the day before which it does not begin, and its
    own day where no other was said; `until` the last on which it may fall.

    Raises DomainError `surveys.too_often`, `surveys.in_the_past`, `surveys.ends_too_early`, and `surveys.until_what`
    for a last day of something that does not recur.
    """
    if cadence is Cadence.DAILY:
        raise DomainError("surveys.too_often")
    recurring = cadence is not None and cadence is not Cadence.ONCE
    if until is not None and not recurring:
        raise DomainError("surveys.until_what")
    timed = at is not None or weekday is not None or day is not None or first is not None
    if not (recurring or timed):
        return Wish(scale)
    starts = at or DEFAULT_TIME
    if day is None and first is not None and weekday is None and day_of_month is None:
        day = first
    if day is None:
        if recurring and weekday is None and day_of_month is None:
            weekday = DEFAULT_WEEKDAY
        begins = _eve(first, zone, now) if first else now
        day = first_anchor(cadence or Cadence.ONCE, weekday, day_of_month, starts, zone, begins)
    moment = instant(day, starts, zone)
    if moment is None or moment <= now:
        raise DomainError("surveys.in_the_past", day=day)
    if until is not None and until < day:
        raise DomainError("surveys.ends_too_early", day=until, first=day)
    return Wish(scale, Rule(cadence or Cadence.ONCE, day, starts, zone, until))


def _eve(first: date, zone: str, now: datetime) -> datetime:
    """The moment from which the first date of a rule is looked for: the beginning of that day, or now if it is over."""
    midnight = instant(first, time.min, zone)
    return max(now, midnight - A_MOMENT) if midnight else now


def _day_after(signals: Collection[str], words: str, today: date, language: str) -> tuple[date | None, str]:
    """The day of the calendar behind one of some words ("until 31 Dec"), and the other words; None where there is none.
    Weekdays are no such days: "from Monday" says on which day it recurs. Raises DomainError `dates.date_ambiguous`."""
    said = words.split()
    for place, word in enumerate(said):
        if word.casefold() not in signals:
            continue
        start = place + 1
        while start < len(said) and said[start].casefold() in LITTLE_WORDS:
            start += 1
        for size in range(min(LONGEST_PHRASE, len(said) - start), 0, -1):
            day = _day(" ".join(said[start : start + size]), today, language)
            if day is not None:
                return day, " ".join((*said[:place], *said[start + size :]))
    return None, words


def _day(phrase: str, today: date, language: str) -> date | None:
    if parse_weekday(phrase) is not None:
        return None
    try:
        day = parse_date(phrase, today, language, days_ahead=DAYS_AHEAD)
    except DomainError:
        return None
    if isinstance(day, AmbiguousDate):
        raise DomainError("dates.date_ambiguous", word=shown(phrase))
    return day


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
