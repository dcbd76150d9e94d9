"""When one person is at work and may be written to: the country's working days, their own weekdays off, days away and
hours. Whose calendar it is and where it is read belongs to `bot.calendars`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.members import Absence
from bot.domain.workdays import Workdays

STARTS, ENDS = time(9), time(17)
"""The hours in which people may be written to who chose none of their own."""

_FREE_DAYS_AHEAD = 400
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """One person's working days and hours. All moments are aware; those given back are UTC. `free_weekdays` are the
    weekdays (0 is Monday) on which they never work, beside the country's weekend."""

    workdays: Workdays
    zone: str
    away: tuple[Absence, ...] = ()
    starts: time = STARTS
    ends: time = ENDS
    free_weekdays: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether they work on a local date."""
        return day.weekday() not in self.free_weekdays and self.workdays.is_working_day(day, self.away)

    def today(self, now: datetime) -> date:
        """Their date at a moment."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def next_moment(self, now: datetime) -> datetime:
        """`now` if they are at work, else when they next are."""
        return self.workdays.next_moment(now, self.zone, self._away_from(now), self.starts, self.ends)

    def next_day(self, now: datetime) -> datetime:
        """When their first working day after that date begins."""
        return self.workdays.next_day(now, self.zone, self._away_from(now), self.starts, self.ends)

    def days_later(self, moment: datetime, days: int) -> datetime:
        """The same time of day, that many of their working days later."""
        return self.workdays.days_later(moment, self.zone, days, self._away_from(moment))

    def is_same_day_or_later(self, moment: datetime, than: datetime) -> bool:
        """Whether `moment` falls on the local date of `than`, or on a later one."""
        there = ZoneInfo(self.zone)
        return moment.astimezone(there).date() >= than.astimezone(there).date()

    def _away_from(self, moment: datetime) -> tuple[Absence, ...]:
        """Their days away, and their free weekdays of about the next year as such."""
        if not self.free_weekdays:
            return self.away
        first = self.today(moment)
        days = (first + _ONE_DAY * ahead for ahead in range(-1, _FREE_DAYS_AHEAD))
        return (*self.away, *(Absence("", day, day) for day in days if day.weekday() in self.free_weekdays))
