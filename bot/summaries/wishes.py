"""When a summary is wished for: "weekly mon 09:00" in whatever language, as a rule of dates. Hearing rhythms, days and
times belongs to `bot.domain.schedule_words`."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.domain.errors import DomainError
from bot.domain.schedule_words import Heard, hear
from bot.domain.schedules import Cadence, Rule, first_anchor
from bot.domain.words import shown
from bot.summaries.facts import KINDS

DEFAULT_TIME = time(9)
DEFAULT_WEEKDAY = 0
DEFAULT_DAY_OF_MONTH = 1


def read_rule(words: str, now: datetime, zone: str, language: str) -> Rule:
    """The rule in a command's words, in any order; weekly on Monday at 09:00 where nothing else is said. `now` is
    aware, `zone` the author's IANA zone, in which the rule lives.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `summaries.no_such_cadence`,
    `summaries.daily_day`, `summaries.weekly_day`, `summaries.monthly_day`.
    """
    heard = hear(words, now.astimezone(ZoneInfo(zone)).date(), language)
    if heard.others:
        raise DomainError("dates.word_unknown", word=shown(heard.others[0]))
    cadence = heard.cadence or Cadence.WEEKLY
    _check(cadence, heard)
    weekday, day_of_month = heard.weekday, heard.day_of_month
    if cadence is Cadence.WEEKLY and weekday is None:
        weekday = DEFAULT_WEEKDAY
    if cadence is Cadence.MONTHLY and day_of_month is None:
        day_of_month = DEFAULT_DAY_OF_MONTH
    at = heard.at or DEFAULT_TIME
    return Rule(cadence, first_anchor(cadence, weekday, day_of_month, at, zone, now), at, zone)


def _check(cadence: Cadence, heard: Heard) -> None:
    """A summary begins with the next day that fits, never on a date of its own."""
    if cadence not in KINDS:
        raise DomainError("summaries.no_such_cadence")
    if cadence is Cadence.DAILY and heard.day_said:
        raise DomainError("summaries.daily_day", word=heard.day_said)
    if cadence is Cadence.WEEKLY and heard.day_said and heard.weekday is None:
        raise DomainError("summaries.weekly_day", word=heard.day_said)
    if cadence is Cadence.MONTHLY and heard.day_said and heard.day_of_month is None:
        raise DomainError("summaries.monthly_day", word=heard.day_said)
