"""Whose one-on-one it is: the one way by which this feature comes to a one-on-one and what belongs to it. Only the two
get one; for everybody else, admins too, there is none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.calendars import Calendars, calendars_of
from bot.domain.calendars import OwnCalendar
from bot.domain.errors import DomainError, LiveMention
from bot.domain.members import Member
from bot.domain.one_on_ones import Meeting, OneOnOne, Point
from bot.domain.schedules import Rule, Schedule, ScheduleKind
from storage import UnitOfWork

CALENDAR_AHEAD = timedelta(days=120)
"""How far ahead days away count: further than any slot that is looked for."""


@dataclass(frozen=True, slots=True)
class Company:
    """What working days are made of: the country (ISO 3166), and the zone of those who said nothing of theirs."""

    country: str
    default_zone: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does something, and when: `zone` and `today` are theirs, `key` is the same when Slack delivers it again."""

    me: Member
    now: datetime
    today: date
    zone: str
    key: str
    company: Company


@dataclass(frozen=True, slots=True)
class Two:
    """A one-on-one with everything that says when: its rule, the two people and their calendars by id."""

    pair: OneOnOne
    rule: Rule
    members: dict[str, Member]
    calendars: dict[str, OwnCalendar]


def own_pair(db: UnitOfWork, acting: Acting, one_on_one_id: str) -> OneOnOne:
    """A one-on-one of somebody. Raises DomainError `core.outsider`, `core.stale` for one that is not theirs as for one
    that does not exist, and `oneonones.is_over` where they ended it."""
    require_member(acting.me)
    pair = db.one_on_ones.get(one_on_one_id)
    if pair is None or not pair.is_of(acting.me.id):
        raise DomainError("core.stale")
    if not pair.active:
        raise DomainError("oneonones.is_over", person=LiveMention.person(pair.partner_of(acting.me.id)))
    return pair


def own_meeting(db: UnitOfWork, pair: OneOnOne, on: date) -> Meeting:
    """A date of a one-on-one. Raises DomainError `core.stale` where it has none any more."""
    meeting = db.one_on_ones.meeting(pair.id, on)
    if meeting is None:
        raise DomainError("core.stale")
    return meeting


def require_member(member: Member) -> None:
    """Guests, people of other organisations, bots and deactivated people have no one-on-ones."""
    if member.left_out:
        raise DomainError("core.outsider")


def require_partner(db: UnitOfWork, me: Member, partner_id: str) -> Member:
    """Somebody to meet. Raises DomainError `core.outsider`, `oneonones.oneself`, `oneonones.not_a_member`."""
    require_member(me)
    if partner_id == me.id:
        raise DomainError("oneonones.oneself")
    partner = db.members.get(partner_id)
    if partner is None or partner.left_out:
        raise DomainError("oneonones.not_a_member", person=LiveMention.person(partner_id))
    return partner


def seen_by(points: Iterable[Point], member_id: str) -> list[Point]:
    """The points somebody may see: their own, and those that an agenda showed."""
    return [point for point in points if point.by == member_id or point.shown_at is not None]


def schedule_of(db: UnitOfWork, pair: OneOnOne) -> Schedule:
    schedule = db.schedules.of_subject(ScheduleKind.ONE_ON_ONE, pair.id)
    if schedule is None:
        raise LookupError(f"one-on-one {pair.id} has no schedule")  # both are written in one transaction
    return schedule


def read_two(db: UnitOfWork, pair: OneOnOne, now: datetime, company: Company, rule: Rule | None = None) -> Two:
    """A one-on-one with its people's calendars of the coming months."""
    return _with_calendars(db, [(pair, rule or schedule_of(db, pair).rule)], now, company)[0]


def read_all_two(db: UnitOfWork, now: datetime, company: Company) -> list[Two]:
    """All active ones: a handful of queries, however many there are."""
    schedules = (each for each in db.schedules.active() if each.kind is ScheduleKind.ONE_ON_ONE)
    rules = {each.subject_id: each.rule for each in schedules}
    pairs = [(pair, rules[pair.id]) for pair in db.one_on_ones.all() if pair.id in rules]
    return _with_calendars(db, pairs, now, company)


def _with_calendars(
    db: UnitOfWork, pairs: Sequence[tuple[OneOnOne, Rule]], now: datetime, company: Company
) -> list[Two]:
    ids = {member_id for pair, _ in pairs for member_id in pair.people}
    known = db.members.get_many(ids)
    members = {member_id: known.get(member_id) or Member(member_id) for member_id in ids}
    common = Calendars.of(db, company.country, company.default_zone)
    until = now + CALENDAR_AHEAD
    calendars = calendars_of(db, members.values(), now, until, common.workdays, common.default_zone)
    return [
        Two(pair, rule, {each: members[each] for each in pair.people}, {each: calendars[each] for each in pair.people})
        for pair, rule in pairs
    ]
