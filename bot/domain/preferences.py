"""What a person decides about how they are spoken with and when, and which of it makes sense. Storing it is the matter
of `bot.preferences`, the calendar that follows of `calendars`."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.domain.calendars import ENDS, STARTS, OwnCalendar
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.workdays import Workdays

SHORTEST_HOURS = 2
"""Fewer hours a day would leave no room for what is asked on the same day."""
_LOOKED_AHEAD = 28


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody is spoken with and when: `starts` and `ends` are local times, weekdays count from Monday, 0."""

    language: str
    zone: str
    starts: time
    ends: time
    free_weekdays: frozenset[int]
    may_be_named: bool

    @classmethod
    def of(cls, member: Member, language: str, zone: str) -> "Preferences":
        """Those of a member, with the language and zone that hold for them, whoever chose these."""
        starts, ends = member.asked_from or STARTS, member.asked_until or ENDS
        return cls(language, zone, starts, ends, member.free_weekdays, member.may_be_named)


def check_hours(starts: time, ends: time) -> None:
    """Raises DomainError `checkins.hours_backwards`, `checkins.hours_short` for hours nobody could be reached in."""
    if ends <= starts:
        raise DomainError("checkins.hours_backwards")
    if _minutes(ends) - _minutes(starts) < SHORTEST_HOURS * 60:
        raise DomainError("checkins.hours_short", hours=SHORTEST_HOURS)


def check_weekdays(free_weekdays: frozenset[int], workdays: Workdays, today: date) -> None:
    """Raises DomainError `checkins.no_weekday_left` where no working day of the company would be left."""
    own = OwnCalendar(workdays, "UTC", free_weekdays=free_weekdays)
    if not any(own.is_working_day(today + timedelta(days=ahead)) for ahead in range(_LOOKED_AHEAD)):
        raise DomainError("checkins.no_weekday_left")


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
