"""Reading when people are at work: their zone, hours, weekdays off and days away. No words here."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendars import ENDS, STARTS, OwnCalendar
from bot.domain.members import Absence, Member
from bot.domain.workdays import Workdays
from storage import UnitOfWork

ONE_DAY = timedelta(days=1)


def calendars_of(
    db: UnitOfWork,
    people: Iterable[Member],
    now: datetime,
    until: datetime,
    workdays: Workdays,
    default_zone: str,
) -> dict[str, OwnCalendar]:
    """The calendars of some people by member id, with their days away between two moments (aware)."""
    people = list(people)
    away: defaultdict[str, list[Absence]] = defaultdict(list)
    ids = [member.id for member in people]
    for absence in db.members.absences((now - ONE_DAY).date(), (until + ONE_DAY).date(), ids):
        away[absence.member_id].append(absence)
    return {member.id: calendar_of(member, away[member.id], workdays, default_zone) for member in people}


def calendar_of(member: Member, away: Iterable[Absence], workdays: Workdays, default_zone: str) -> OwnCalendar:
    """A person's calendar with these days away."""
    return OwnCalendar(
        workdays,
        known_zone(member.zone_or(default_zone), default_zone),
        tuple(away),
        member.asked_from or STARTS,
        member.asked_until or ENDS,
        member.free_weekdays,
    )


def known_zone(zone: str, default_zone: str) -> str:
    """The zone; the default one where this system does not have it, as Slack may name any."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return default_zone
    return zone
