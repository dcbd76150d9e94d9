"""Hearing when something is wished for: "weekly mon 09:00", "setiap jumat jam 4 sore", in any order and language.

Single days, times and cadences are read by `dates`. What may be wished for, what is taken where nothing was said, and
the rule that follows belong to the features: a survey has other rhythms than a summary.
"""

import re
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar

from bot.domain.dates import AmbiguousDate, parse_cadence, parse_date, parse_time, parse_weekday
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence
from bot.domain.words import EVERY, LITTLE_WORDS, ORDINAL_ENDINGS, shown, tidy

T = TypeVar("T")

LONGEST_PHRASE = 4
"""Words that can belong together: "once every 2 weeks", "the day before yesterday"."""
DAYS_AHEAD = 365
"""A day without a year is one of the coming year."""

_DAY_OF_MONTH = re.compile(rf"([1-9]|[12][0-9]|3[01])(?:{'|'.join(ORDINAL_ENDINGS)})?")


@dataclass(slots=True)
class Heard:
    """What was understood, each thing once. At most one of `weekday` (0 is Monday), `day_of_month` (1-31) and `day` is
    there, and `day_said` is how it was typed. `others` are the words that mean nothing here, in order: what only the
    caller knows is among them."""

    cadence: Cadence | None = None
    at: time | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    day: date | AmbiguousDate | None = None
    day_said: str = ""
    others: list[str] = field(default_factory=list)


def hear(words: str, today: date, language: str) -> Heard:
    """The rhythm, the day and the time in a person's words, the longest phrase that means something first. `today` is
    their local date, `language` what they write. "Every" before a weekday alone means weekly.

    Raises DomainError `dates.said_twice`, naming the second word, where two things of a kind are wished for.
    """
    heard = Heard()
    every = False
    rest = words.split()
    while rest:
        for size in range(min(LONGEST_PHRASE, len(rest)), 0, -1):
            if _take(heard, " ".join(rest[:size]), today, language):
                break
        else:
            size = 1
            if tidy(rest[0]) in EVERY:
                every = True
            elif tidy(rest[0]) not in LITTLE_WORDS:
                heard.others.append(rest[0])
        rest = rest[size:]
    if every and heard.cadence is None and heard.weekday is not None:
        heard.cadence = Cadence.WEEKLY
    return heard


def once(known: T | None, new: T, phrase: str) -> T:
    """The new thing; DomainError `dates.said_twice` where there was one already."""
    if known is not None:
        raise DomainError("dates.said_twice", word=shown(phrase))
    return new


def _take(heard: Heard, phrase: str, today: date, language: str) -> bool:
    """Takes in one phrase if it says how often or when."""
    cadence = parse_cadence(phrase)
    if cadence is not None:
        heard.cadence = once(heard.cadence, cadence, phrase)
        return True
    at = parse_time(phrase)
    if at is not None:
        heard.at = once(heard.at, at, phrase)
        return True
    return _take_day(heard, phrase, today, language)


def _take_day(heard: Heard, phrase: str, today: date, language: str) -> bool:
    weekday, numbered = parse_weekday(phrase), _DAY_OF_MONTH.fullmatch(tidy(phrase))
    day = None if weekday is not None or numbered else _day(phrase, today, language)
    if weekday is None and numbered is None and day is None:
        return False
    heard.day_said = once(heard.day_said or None, phrase, phrase)
    heard.weekday, heard.day_of_month, heard.day = weekday, int(numbered[1]) if numbered else None, day
    return True


def _day(phrase: str, today: date, language: str) -> date | AmbiguousDate | None:
    try:
        return parse_date(phrase, today, language, days_ahead=DAYS_AHEAD)
    except DomainError:
        return None
