"""What is wished for in a line: `/checkin team #sales weekly review fri 14:00 post 16:30`, in whatever language.
Hearing rhythms, days and times belongs to `bot.domain.schedule_words`; what follows from a wish to `service`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.checkins.team.templates import PERIODS, TEMPLATES
from bot.domain.checkins import keeping_weeks
from bot.domain.dates import parse_time
from bot.domain.errors import DomainError
from bot.domain.schedule_words import Heard, hear
from bot.domain.schedules import Cadence, Rule, first_anchor
from bot.domain.words import shown
from bot.i18n import Catalogues

DEEDS = ("pause", "resume", "stop")
_LONGEST_TIME = 3
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as understood: one of the DEEDS or "", the template named, when to ask, and when to post."""

    deed: str
    template: str
    when: Heard
    posts_at: time | None

    @property
    def says_when(self) -> bool:
        """Whether anything is said of when people are asked or the post comes."""
        heard = self.when
        return bool(heard.cadence or heard.at or heard.day_said or self.posts_at)


def read_words(words: str, texts: Catalogues, now: datetime, zone: str, language: str) -> Typed:
    """The words after the channel. `now` is aware, `zone` the author's.

    Raises DomainError, naming the word: `dates.word_unknown`, `dates.said_twice`, `checkins.team.post_time_missing`.
    """
    template, rest = _template(words, texts)
    deed, rest = _deed(rest, texts)
    posts_at, rest = _posts_at(rest, texts)
    heard = hear(rest, now.astimezone(ZoneInfo(zone)).date(), language)
    if heard.others:
        raise DomainError("dates.word_unknown", word=shown(heard.others[0]))
    return Typed(deed, template, heard, posts_at)


def read_rule(
    heard: Heard, usual: Rule, now: datetime, *, is_there: bool = False, begun: Collection[date] = ()
) -> Rule:
    """The rule in some words; where they say nothing, it is that of `usual`, in whose zone it stays. One that is there
    already (`is_there`) keeps its days unless others are said, and every two weeks on another weekday it keeps its
    weeks; `begun` are its latest dates. `now` is aware.

    Raises DomainError: `checkins.team.no_such_cadence`, `checkins.team.day_unfit`.
    """
    cadence, at = heard.cadence or usual.cadence, heard.at or usual.at
    if cadence not in PERIODS:
        raise DomainError("checkins.team.no_such_cadence")
    if cadence is Cadence.DAILY:
        if heard.day_said:
            raise DomainError("checkins.team.day_unfit", word=shown(heard.day_said))
        return Rule(cadence, first_anchor(cadence, None, None, at, usual.zone, now), at, usual.zone)
    if isinstance(heard.day, date):
        if heard.day < now.astimezone(ZoneInfo(usual.zone)).date():
            raise DomainError("checkins.team.day_unfit", word=shown(heard.day_said))
        return Rule(cadence, heard.day, at, usual.zone)
    by_month = cadence in _BY_MONTH
    fits = heard.day_of_month is not None if by_month else heard.weekday is not None
    if heard.day_said and not fits:
        raise DomainError("checkins.team.day_unfit", word=shown(heard.day_said))
    same_rhythm = cadence is usual.cadence
    if is_there and same_rhythm and not heard.day_said:
        return Rule(cadence, usual.anchor, at, usual.zone)
    if is_there and same_rhythm and cadence is Cadence.TWO_WEEKS and heard.weekday is not None:
        return keeping_weeks(Rule(cadence, usual.anchor, at, usual.zone), heard.weekday, now, begun)
    weekday = heard.weekday if heard.weekday is not None else usual.anchor.weekday() if same_rhythm else 0
    day = heard.day_of_month or (usual.anchor.day if same_rhythm else 1)
    anchor = first_anchor(cadence, None if by_month else weekday, day if by_month else None, at, usual.zone, now)
    return Rule(cadence, anchor, at, usual.zone)


def _template(words: str, texts: Catalogues) -> tuple[str, str]:
    said = ((word, key) for key in TEMPLATES for word in texts.all_words(f"checkins.team.template_words.{key}"))
    for word, key in sorted(said, key=lambda each: -len(each[0])):
        found = re.search(rf"(?<!\S){re.escape(word)}(?!\S)", words, re.IGNORECASE)
        if found:
            return key, f"{words[: found.start()]} {words[found.end() :]}"
    return "", words


def _deed(words: str, texts: Catalogues) -> tuple[str, str]:
    tokens = words.split()
    for deed in DEEDS:
        known = texts.all_words(f"checkins.team.deed_words.{deed}")
        if tokens and tokens[0].casefold() in known:
            return deed, " ".join(tokens[1:])
    return "", words


def _posts_at(words: str, texts: Catalogues) -> tuple[time | None, str]:
    """The time after "post", and the words without both."""
    tokens, known = words.split(), texts.all_words("checkins.team.post_words")
    place = next((number for number, token in enumerate(tokens) if token.casefold() in known), None)
    if place is None:
        return None, words
    for size in range(_LONGEST_TIME, 0, -1):
        said = " ".join(tokens[place + 1 : place + 1 + size])
        at = parse_time(said) if said else None
        if at is not None:
            return at, " ".join((*tokens[:place], *tokens[place + 1 + size :]))
    raise DomainError("checkins.team.post_time_missing")
