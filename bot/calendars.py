"""When people are at work: reading their zone, hours, weekdays off and days away, and letting messages wait that would
reach them at another time. No words here."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendars import ENDS, STARTS, OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState, Verb
from bot.domain.members import Absence, Member
from bot.domain.workdays import Workdays
from bot.scoreboard import workdays_in
from storage import UnitOfWork

ONE_DAY = timedelta(days=1)
AWAY_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Calendars:
    """What everybody's calendars are made of beside their own choices: the working days of the company, and the zone of
    those who said nothing of theirs."""

    workdays: Workdays
    default_zone: str

    @classmethod
    def of(cls, db: UnitOfWork, country: str, default_zone: str) -> "Calendars":
        """Those of a workspace: the country's (ISO 3166) working days without its own days off."""
        return cls(workdays_in(country, db.catalogue.policy().days_off), default_zone)

    def zone_of(self, member: Member) -> str:
        """Their zone; the default one where this system does not know theirs."""
        return known_zone(member.zone_or(self.default_zone), self.default_zone)

    def own(self, db: UnitOfWork, member: Member, now: datetime, until: datetime) -> OwnCalendar:
        """One person's calendar, with their days away between two moments (aware)."""
        return calendars_of(db, [member], now, until, self.workdays, self.default_zone)[member.id]


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


def out_of_hours(
    db: UnitOfWork, purposes: Collection[str], now: datetime, country: str, default_zone: str
) -> list[tuple[Delivery, datetime]]:
    """The messages of some purposes that are due while their receiver is not at work, as after an outage, or where the
    person has entered a day away since; with when they are next at work (UTC). Changes of messages that are there
    disturb nobody."""
    first = db.deliveries.next_due()
    if first is None or first > now:
        return []
    due = [each for each in db.deliveries.of_purposes(purposes, first) if _is_due(each, now)]
    people = db.members.get_many({each.receiver for each in due}) if due else {}
    common = Calendars.of(db, country, default_zone)
    calendars = calendars_of(db, people.values(), now, now + AWAY_AHEAD, common.workdays, common.default_zone)
    moments = {member_id: calendar.next_moment(now) for member_id, calendar in calendars.items()}
    return [(each, moments[each.receiver]) for each in due if moments.get(each.receiver, now) > now]


def put_off(db: UnitOfWork, late: Iterable[tuple[Delivery, datetime]]) -> None:
    """Let messages that nobody is sending yet wait until these moments (UTC)."""
    for each, until in late:
        delivery = db.deliveries.get(each.id)
        if delivery is not None and delivery.state is DeliveryState.DUE:
            db.deliveries.postpone(each.id, until)


def _is_due(delivery: Delivery, now: datetime) -> bool:
    is_new = delivery.state is DeliveryState.DUE and delivery.verb is Verb.POST
    return is_new and delivery.due_at <= now and (delivery.expires_at is None or delivery.expires_at > now)


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
