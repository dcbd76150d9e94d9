"""What is wished for in a line: "weekly mon 09:00 in English", in whatever language, and the rule of dates that
follows. Hearing rhythms, days and times belongs to `bot.domain.schedule_words`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.dates import AmbiguousDate
from bot.domain.errors import DomainError
from bot.domain.schedule_words import Heard, hear
from bot.domain.schedules import Cadence, Rule, first_anchor, instant
from bot.domain.words import shown, tidy
from bot.domain.zones import zone_named

CADENCES = (Cadence.DAILY, Cadence.WEEKLY, Cadence.TWO_WEEKS, Cadence.MONTHLY, Cadence.QUARTERLY)
"""The rhythms a summary can have."""

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0
DEFAULT_DAY_OF_MONTH = 1
THIS_WEEK_TIME = time(16)
FRIDAY = 4

_WEEKLY = (Cadence.WEEKLY, Cadence.TWO_WEEKS)
_MONTHLY = (Cadence.MONTHLY, Cadence.QUARTERLY)
_LITTLE = r"(?:in |dalam |pakai )?"


@dataclass(frozen=True, slots=True)
class Wish:
    """How a summary is wished for. `weekday` (0 is Monday) counts for weekly rhythms, `day_of_month` (1-31) for monthly
    ones; `first`, the first local date, only for every two weeks, and fixes which weeks. `language` "" is not said."""

    cadence: Cadence = Cadence.WEEKLY
    at: time = DEFAULT_TIME
    weekday: int = DEFAULT_WEEKDAY
    day_of_month: int = DEFAULT_DAY_OF_MONTH
    first: date | None = None
    language: str = ""


LAST_WEEK = Wish()
"""About the week before, on its Monday morning."""
THIS_WEEK = Wish(at=THIS_WEEK_TIME, weekday=FRIDAY)
"""About the week that ends, on its Friday afternoon."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What stands for a preset, and for a language by its code, in every language of the catalogue."""

    last_week: Sequence[str]
    this_week: Sequence[str]
    languages: Mapping[str, Sequence[str]]


def read_wish(words: str, now: datetime, zone: str, language: str, phrases: Phrases) -> Wish:
    """The wish in a command's words, in any order; weekly on Monday at 09:00 where nothing else is said. `now` is
    aware, `zone` the author's IANA zone, `language` what they write.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `summaries.no_such_cadence`,
    `summaries.daily_day`, `summaries.weekly_day`, `summaries.two_weeks_day`, `summaries.monthly_day`,
    `summaries.first_past`.
    """
    written_in, words = _language(words, phrases.languages)
    preset, words = _preset(words, phrases)
    today = now.astimezone(ZoneInfo(zone)).date()
    heard = hear(words, today, language)
    if heard.others:
        raise DomainError("dates.word_unknown", word=shown(heard.others[0]))
    if preset is not None:
        if heard.cadence is not None or heard.day_said:
            raise DomainError("dates.said_twice", word=shown(heard.day_said or words))
        return replace(preset, at=heard.at or preset.at, language=written_in)
    wish = Wish(
        heard.cadence or Cadence.WEEKLY,
        heard.at or DEFAULT_TIME,
        DEFAULT_WEEKDAY if heard.weekday is None else heard.weekday,
        heard.day_of_month or DEFAULT_DAY_OF_MONTH,
        heard.day if isinstance(heard.day, date) and heard.cadence is Cadence.TWO_WEEKS else None,
        written_in,
    )
    _check(wish.cadence, heard)
    check_first(wish, now, zone)
    return wish


def rule_of(wish: Wish, now: datetime, zone: str, before: Rule | None = None) -> Rule:
    """The rule of dates from `now` (aware) on, in an IANA zone.

    Months and quarters are counted from January, which is as long as a month can be: "the 31st" is then the end of
    every month, this one too, and a quarter's summary falls into the first month of a calendar quarter. Every two weeks
    stays in the weeks of the rule `before`, unless a first date is given.
    """
    if wish.cadence in _MONTHLY:
        anchor = date(now.astimezone(ZoneInfo(zone)).year, 1, wish.day_of_month)
    elif wish.first is not None:
        anchor = wish.first
    else:
        weekday = wish.weekday if wish.cadence in _WEEKLY else None
        anchor = first_anchor(wish.cadence, weekday, None, wish.at, zone, now)
        if wish.cadence is Cadence.TWO_WEEKS and before is not None and before.cadence is Cadence.TWO_WEEKS:
            anchor += timedelta(weeks=_weeks_between(before.anchor, anchor) % 2)
    return Rule(wish.cadence, anchor, wish.at, zone)


def has_same_dates(rule: Rule, other: Rule) -> bool:
    """Whether two rules of summaries come at the same moments from now on."""
    if (rule.cadence, rule.at, rule.zone) != (other.cadence, other.at, other.zone):
        return False
    if rule.cadence is Cadence.DAILY:
        return True
    if rule.cadence in _MONTHLY:
        is_same_month = rule.cadence is Cadence.MONTHLY or (rule.anchor.month - other.anchor.month) % 3 == 0
        return is_same_month and rule.anchor.day == other.anchor.day
    is_same_week = rule.cadence is Cadence.WEEKLY or _weeks_between(rule.anchor, other.anchor) % 2 == 0
    return is_same_week and rule.anchor.weekday() == other.anchor.weekday()


def check_first(wish: Wish, now: datetime, zone: str) -> None:
    """Raises DomainError `summaries.first_past` where the first date is not ahead."""
    if wish.first is None:
        return
    at = instant(wish.first, wish.at, zone)
    if at is None or at <= now:
        raise DomainError("summaries.first_past", day=wish.first)


def read_zone(text: str) -> str:
    """The IANA zone as typed in any case, or by its Indonesian short name.

    Raises DomainError `summaries.no_such_zone`.
    """
    name = zone_named(tidy(text))
    if name is None:
        raise DomainError("summaries.no_such_zone", zone=shown(text))
    return name


def _weeks_between(one: date, other: date) -> int:
    mondays = [day - timedelta(days=day.weekday()) for day in (one, other)]
    return (mondays[1] - mondays[0]).days // 7


def _language(words: str, languages: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The code of the language that is named, "" for none, and the other words."""
    for code, names in languages.items():
        rest = _without(words, names, _LITTLE)
        if rest is not None:
            return code, rest
    return "", words


def _preset(words: str, phrases: Phrases) -> tuple[Wish | None, str]:
    for preset, names in ((LAST_WEEK, phrases.last_week), (THIS_WEEK, phrases.this_week)):
        rest = _without(words, names)
        if rest is not None:
            return preset, rest
    return None, words


def _without(words: str, phrases: Sequence[str], before: str = "") -> str | None:
    """The words without the first of these phrases in them, the longest first; None where there is none."""
    longest_first = sorted(phrases, key=len, reverse=True)
    found = re.search(rf"(?<!\S){before}(?:{'|'.join(map(re.escape, longest_first))})(?!\S)", words, re.IGNORECASE)
    return f"{words[: found.start()]} {words[found.end() :]}".strip() if found else None


def _check(cadence: Cadence, heard: Heard) -> None:
    """A summary begins with the next day that fits; only every two weeks can have a first date of its own."""
    if cadence not in CADENCES:
        raise DomainError("summaries.no_such_cadence")
    if not heard.day_said:
        return
    if cadence is Cadence.DAILY:
        raise DomainError("summaries.daily_day", word=heard.day_said)
    if cadence is Cadence.WEEKLY and heard.weekday is None:
        raise DomainError("summaries.weekly_day", word=heard.day_said)
    if cadence is Cadence.TWO_WEEKS and heard.weekday is None and (heard.day is None or _is_unclear(heard)):
        raise DomainError("summaries.two_weeks_day", word=heard.day_said)
    if cadence in _MONTHLY and heard.day_of_month is None:
        raise DomainError("summaries.monthly_day", word=heard.day_said)


def _is_unclear(heard: Heard) -> bool:
    return isinstance(heard.day, AmbiguousDate)
