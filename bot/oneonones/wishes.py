"""What somebody wishes for after `/checkin 1on1`: "@sari every 2 weeks thu 14:00", "@sari point the new prices", in any
order and language, as values. Hearing rhythms, days and times belongs to `bot.domain.schedule_words`."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.dates import AmbiguousDate
from bot.domain.errors import DomainError
from bot.domain.one_on_ones import DEFAULT_MINUTES, Meeting
from bot.domain.schedule_words import Heard, hear
from bot.domain.schedules import Cadence, Rule, dates, first_anchor, instant
from bot.domain.words import shown

CADENCES = (Cadence.WEEKLY, Cadence.TWO_WEEKS, Cadence.MONTHLY, Cadence.QUARTERLY)
DEFAULT_CADENCE = Cadence.TWO_WEEKS
DEFAULT_WEEKDAY = 3
DEFAULT_TIME = time(14)
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)
_MINUTES = re.compile(r"\b([0-9]{1,3}) ?(?:m|min|mins|minutes?|mnt|menit)\b", re.IGNORECASE)
_HOURS = re.compile(r"(?<![:.0-9])\b([1-4]) ?(?:h|hrs?|hours?|jam)\b(?! ?[0-9])", re.IGNORECASE)


class Verb(StrEnum):
    """What can be done with a one-on-one by typing; its words are in the catalogues."""

    POINT = "point"
    AGENDA = "agenda"
    TAKE = "take"
    MOVE = "move"
    SKIP = "skip"
    NOTES = "notes"
    END = "end"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed: a verb and the words after it; without a verb `words` are those of a rhythm, if any."""

    verb: Verb | None
    words: str


def read_wish(words: str, spoken: Callable[[Verb], Iterable[str]]) -> Wish:
    """The wish in the words of a command without its mention. `spoken` gives the words of a verb in all languages."""
    first, _, rest = words.strip().partition(" ")
    for verb in Verb:
        if first.casefold() in spoken(verb):
            return Wish(verb, rest.strip())
    return Wish(None, words.strip())


def read_rhythm(
    words: str, now: datetime, zone: str, language: str, there: Rule | None = None, minutes: int = DEFAULT_MINUTES
) -> tuple[Rule, int]:
    """The rule and the minutes in somebody's words; what they do not say stays as it is `there`, or else is every two
    weeks on Thursday at 14:00 for an hour. `now` is aware, `zone` the person's IANA zone.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `dates.date_ambiguous`,
    `oneonones.no_such_cadence`, `oneonones.monthly_day`, `oneonones.weekly_day`, `oneonones.past`.
    """
    found, rest = _minutes(words)
    heard = hear(rest, now.astimezone(ZoneInfo(zone)).date(), language)
    if heard.others:
        raise DomainError("dates.word_unknown", word=shown(heard.others[0]))
    cadence = heard.cadence or (there.cadence if there else DEFAULT_CADENCE)
    _check(cadence, heard)
    at = heard.at or (there.at if there else DEFAULT_TIME)
    own_zone = zone if there is None or heard.at is not None else there.zone
    anchor = _anchor(cadence, heard, at, own_zone, now, there)
    return Rule(cadence, anchor, at, own_zone), minutes if found is None else found


def rhythm_of(cadence: str, first: str, at: str, now: datetime, zone: str, there: Rule | None = None) -> Rule:
    """The rule that a form was filled in with; where its first day is still the next one of the rule that is `there`,
    its days stay. Raises DomainError `oneonones.past` where it begins before now, and `core.stale` for what no form of
    ours sends."""
    try:
        rule = Rule(Cadence(cadence), date.fromisoformat(first), time.fromisoformat(at), zone)
    except ValueError:
        raise DomainError("core.stale") from None
    _moment(rule.anchor, rule.at, zone, now)
    stays = there is not None and there.cadence is rule.cadence and next_date(there, now) == rule.anchor
    return replace(rule, anchor=there.anchor) if there is not None and stays else rule


def read_moment(words: str, now: datetime, zone: str, language: str, meeting: Meeting) -> datetime:
    """The moment (UTC) to which a meeting is to move: a day, a time, or both; the rest stays. A weekday is the next one
    that is ahead. Raises DomainError as `read_rhythm`, and `oneonones.move_unclear` where nothing was said."""
    heard = hear(words, now.astimezone(ZoneInfo(zone)).date(), language)
    if heard.others:
        raise DomainError("dates.word_unknown", word=shown(heard.others[0]))
    if (heard.at is None and not heard.day_said) or heard.cadence is not None or heard.day_of_month is not None:
        raise DomainError("oneonones.move_unclear")
    planned = meeting.starts_at.astimezone(ZoneInfo(zone))
    at = heard.at or planned.time()
    if heard.weekday is not None:
        day = first_anchor(Cadence.ONCE, heard.weekday, None, at, zone, now)
    else:
        day = _plain(heard) or planned.date()
    return _moment(day, at, zone, now)


def moment_of(day: str, at: str, now: datetime, zone: str) -> datetime:
    """The moment a form was filled in with. Raises DomainError `oneonones.past`, `core.stale`."""
    try:
        return _moment(date.fromisoformat(day), time.fromisoformat(at), zone, now)
    except ValueError:
        raise DomainError("core.stale") from None


def next_date(rule: Rule, now: datetime) -> date:
    """The next local date of a rule whose moment is ahead."""
    today = now.astimezone(ZoneInfo(rule.zone)).date()
    ahead = (day for day in dates(rule, today) if (at := instant(day, rule.at, rule.zone)) and at > now)
    return next(ahead, today)


def usual_rule(now: datetime, zone: str) -> Rule:
    """What a form begins with."""
    anchor = first_anchor(DEFAULT_CADENCE, DEFAULT_WEEKDAY, None, DEFAULT_TIME, zone, now)
    return Rule(DEFAULT_CADENCE, anchor, DEFAULT_TIME, zone)


def _minutes(words: str) -> tuple[int | None, str]:
    for pattern, times in ((_MINUTES, 1), (_HOURS, 60)):
        found = pattern.search(words)
        if found:
            return int(found[1]) * times, f"{words[: found.start()]} {words[found.end() :]}"
    return None, words


def _check(cadence: Cadence, heard: Heard) -> None:
    if cadence not in CADENCES:
        raise DomainError("oneonones.no_such_cadence")
    if heard.day_of_month is not None and cadence not in _BY_MONTH:
        raise DomainError("oneonones.weekly_day", word=heard.day_said)
    if heard.weekday is not None and cadence in _BY_MONTH:
        raise DomainError("oneonones.monthly_day", word=heard.day_said)


def _anchor(cadence: Cadence, heard: Heard, at: time, zone: str, now: datetime, there: Rule | None) -> date:
    day = _plain(heard)
    if day is not None:
        _moment(day, at, zone, now)
        return day
    if heard.weekday is not None or heard.day_of_month is not None:
        return _anchor_on(cadence, heard, at, zone, now, there)
    if there is None:
        return first_anchor(Cadence.ONCE, DEFAULT_WEEKDAY, None, at, zone, now)
    if cadence is there.cadence:
        return there.anchor  # the next date may be a month's last day where the 31st is meant
    return next_date(Rule(there.cadence, there.anchor, at, zone), now)


def _anchor_on(cadence: Cadence, heard: Heard, at: time, zone: str, now: datetime, there: Rule | None) -> date:
    """The first wished day; of a rhythm that stays every two weeks, in the week in which it would have come."""
    anchor = first_anchor(cadence, heard.weekday, heard.day_of_month, at, zone, now)
    if there is None or {cadence, there.cadence} != {Cadence.TWO_WEEKS}:
        return anchor
    usual = next_date(there, now)
    weeks_apart = (usual.toordinal() - usual.weekday() - anchor.toordinal() + anchor.weekday()) // 7
    return anchor if weeks_apart % 2 == 0 else date.fromordinal(anchor.toordinal() + 7)


def _plain(heard: Heard) -> date | None:
    if isinstance(heard.day, AmbiguousDate):
        raise DomainError("dates.date_ambiguous", word=heard.day_said)
    return heard.day


def _moment(day: date, at: time, zone: str, now: datetime) -> datetime:
    moment = instant(day, at, zone)
    if moment is None or moment <= now:
        raise DomainError("oneonones.past")
    return moment
