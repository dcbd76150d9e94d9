"""When each person is at work: their own zone, the country's working days, their days away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.members import Absence, Member
from bot.domain.workdays import Workdays
from storage import UnitOfWork

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """One person's working days. All moments are aware; those given back are UTC."""

    workdays: Workdays
    zone: str
    away: tuple[Absence, ...] = ()

    def next_moment(self, now: datetime) -> datetime:
        """`now` if they are at work, else when they next are."""
        return self.workdays.next_moment(now, self.zone, self.away)

    def next_day(self, now: datetime) -> datetime:
        """When their first working day after that date begins."""
        return self.workdays.next_day(now, self.zone, self.away)

    def days_later(self, moment: datetime, days: int) -> datetime:
        """The same time of day, that many of their working days later."""
        return self.workdays.days_later(moment, self.zone, days, self.away)

    def is_same_day_or_later(self, moment: datetime, than: datetime) -> bool:
        """Whether `moment` falls on the local date of `than`, or on a later one."""
        there = ZoneInfo(self.zone)
        return moment.astimezone(there).date() >= than.astimezone(there).date()


def calendars_of(
    db: UnitOfWork,
    people: Sequence[Member],
    now: datetime,
    until: datetime,
    workdays: Workdays,
    default_zone: str,
) -> dict[str, OwnCalendar]:
    """The calendars of some people by member id, with their days away between two moments."""
    away: defaultdict[str, list[Absence]] = defaultdict(list)
    ids = [member.id for member in people]
    for absence in db.members.absences((now - ONE_DAY).date(), (until + ONE_DAY).date(), ids):
        away[absence.member_id].append(absence)
    return {
        member.id: OwnCalendar(
            workdays, _known_zone(member.zone_or(default_zone), default_zone), tuple(away[member.id])
        )
        for member in people
    }


def _known_zone(zone: str, default_zone: str) -> str:
    """Slack may name a zone that this system does not have; then the default one."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError):
        return default_zone
    return zone
