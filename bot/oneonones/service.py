"""One-on-ones: set up, changed, ended, and the points for their agendas. Each function is one transaction, and asks
first whether it is one of the two who acts. What becomes of single meetings is in `meetings`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.errors import DomainError
from bot.domain.one_on_ones import POINT_LENGTH, Meeting, MeetingState, OneOnOne, Point
from bot.domain.schedules import Rule, Schedule, ScheduleKind, next_due
from bot.domain.words import named
from bot.oneonones import planning, telling
from bot.oneonones.pairs import (
    Acting,
    Two,
    own_pair,
    read_two,
    require_member,
    require_partner,
    schedule_of,
)
from storage import UnitOfWork, new_id

MOST_POINTS = 50
"""Open points of a one-on-one; with more nobody talks about any."""
SHORTEST, LONGEST = 10, 240
"""Minutes of a meeting."""
_DATES_LOOKED_AT = 6
_OPEN = (MeetingState.PLANNED, MeetingState.PROPOSED)


@dataclass(frozen=True, slots=True)
class PointAdded:
    """A point and whether both see it at once, because the agenda is out."""

    pair: OneOnOne
    point: Point
    is_shown: bool


def set_up(db: UnitOfWork, acting: Acting, partner_id: str, rule: Rule, minutes: int) -> OneOnOne:
    """Begins a one-on-one, or gives the one there is another rhythm, whoever of the two set it up. The other one hears
    of it.

    Raises DomainError `core.outsider`, `oneonones.oneself`, `oneonones.not_a_member`, `oneonones.minutes`,
    `oneonones.never_together`.
    """
    partner = require_partner(db, acting.me, partner_id)
    _require_minutes(minutes)
    db.workspace.lock()  # two people setting it up in the same moment wait for each other here
    there = db.one_on_ones.between(acting.me.id, partner.id)
    if there is not None:
        return change(db, acting, there.id, rule, minutes)
    pair = OneOnOne(new_id(), acting.me.id, partner.id, minutes, acting.now)
    two = read_two(db, pair, acting.now, acting.company, rule)
    _require_common_days(two, acting.now)
    db.one_on_ones.add(pair)
    db.schedules.add(Schedule(new_id(), ScheduleKind.ONE_ON_ONE, pair.id, rule, acting.me.id, acting.now))
    telling.tell_rhythm(db, two, acting.me.id, acting.now)
    planning.plan_ahead(db, two, acting.now)
    return pair


def change(db: UnitOfWork, acting: Acting, one_on_one_id: str, rule: Rule, minutes: int) -> OneOnOne:
    """Gives a one-on-one another rhythm; meetings that are ahead are planned anew. The other one hears of it.

    Raises DomainError `core.outsider`, `core.stale`, `oneonones.is_over`, `oneonones.minutes`,
    `oneonones.never_together`.
    """
    db.workspace.lock()  # what the other one ends in the same moment stays ended
    pair = own_pair(db, acting, one_on_one_id)
    _require_minutes(minutes)
    schedule = schedule_of(db, pair)
    if (schedule.rule, pair.minutes) == (rule, minutes) or not db.handled.first_time(acting.key, acting.now):
        return pair
    two = read_two(db, pair, acting.now, acting.company, rule)
    _require_common_days(two, acting.now)
    db.schedules.replace_rule(schedule.id, rule, planned_until=acting.now)
    db.one_on_ones.change(pair.id, minutes=minutes)
    ahead = _ahead(db, pair, acting)
    for meeting in ahead:
        db.one_on_ones.unplan(meeting)
    planning.plan_ahead(db, two, acting.now)
    telling.turn(db, pair, ahead, acting.now, acting.key, acting.me.id)
    telling.tell_rhythm(db, two, acting.me.id, acting.now, acting.key)
    return db.one_on_ones.get(pair.id) or pair


def end(db: UnitOfWork, acting: Acting, one_on_one_id: str) -> OneOnOne:
    """Ends a one-on-one for both; what they kept of it stays theirs. The other one hears of it. Doing it twice is the
    same as once. Raises DomainError `core.outsider`, `core.stale`."""
    require_member(acting.me)
    db.workspace.lock()
    known = db.one_on_ones.get(one_on_one_id)
    if known is not None and known.is_of(acting.me.id) and not known.active:
        return known
    pair = own_pair(db, acting, one_on_one_id)
    two = read_two(db, pair, acting.now, acting.company)
    ahead = _ahead(db, pair, acting)
    db.one_on_ones.change(pair.id, active=False)
    db.schedules.set_active(schedule_of(db, pair).id, False)
    partner = pair.partner_of(acting.me.id)
    telling.turn(db, pair, ahead, acting.now, acting.key, acting.me.id)
    telling.tell_end(db, pair, partner, acting.me.id, two.calendars[partner].next_moment(acting.now))
    return pair


def add_point(db: UnitOfWork, acting: Acting, one_on_one_id: str, text: str) -> PointAdded:
    """Notes something to talk about. Its author alone sees it, until an agenda goes out; where that of the coming
    meeting is out already, both see it at once, on it.

    Raises DomainError `core.outsider`, `core.stale`, `oneonones.is_over`, `oneonones.point_empty`,
    `oneonones.point_long`, `oneonones.points_full`.
    """
    pair = own_pair(db, acting, one_on_one_id)
    text = named(text).strip()
    if not text:
        raise DomainError("oneonones.point_empty")
    if len(text) > POINT_LENGTH:
        raise DomainError("oneonones.point_long", most=POINT_LENGTH)
    if len(db.one_on_ones.open_points(pair.id)) >= MOST_POINTS:
        raise DomainError("oneonones.points_full", most=MOST_POINTS)
    coming = next(iter(_ahead(db, pair, acting)), None)
    is_shown = coming is not None and planning.agenda_is_out(db, coming)
    point = Point(new_id(), pair.id, acting.me.id, text, acting.now, acting.now if is_shown else None)
    if db.handled.first_time(acting.key, acting.now):
        db.one_on_ones.add_point(point)
        if coming is not None and is_shown:
            telling.turn(db, pair, [coming], acting.now, acting.key, acting.me.id)
    return PointAdded(pair, point, is_shown)


def take_back(db: UnitOfWork, acting: Acting, point_id: str) -> OneOnOne:
    """Takes one's own point off the list. Doing it twice is the same as once. Raises DomainError `core.outsider`,
    `oneonones.is_over`, and `core.stale` for another's point as for one that never was."""
    point = db.one_on_ones.point(point_id)
    if point is None or point.by != acting.me.id:
        raise DomainError("core.stale")
    pair = own_pair(db, acting, point.one_on_one_id)
    db.one_on_ones.close_points([point.id], acting.now)
    coming = next(iter(_ahead(db, pair, acting)), None)
    if coming is not None:
        telling.turn(db, pair, [coming], acting.now, acting.key, acting.me.id)
    return pair


def _ahead(db: UnitOfWork, pair: OneOnOne, acting: Acting) -> list[Meeting]:
    """The meetings that are still to come, the next one first."""
    since = acting.now - timedelta(minutes=1)
    found = db.one_on_ones.beginning_since(since, pair.id)
    return [each for each in found if each.starts_at > acting.now and each.state in _OPEN]


def _require_minutes(minutes: int) -> None:
    if not SHORTEST <= minutes <= LONGEST:
        raise DomainError("oneonones.minutes", least=SHORTEST, most=LONGEST)


def _require_common_days(two: Two, now: datetime) -> None:
    """Whether at least one of the next dates is no day off of them: else every one would have to be moved."""
    first = due = next_due(two.rule, now)
    for _ in range(_DATES_LOOKED_AT):
        if due is None:
            break
        if all(each.is_working_day(each.today(due.at)) for each in two.calendars.values()):
            return
        due = next_due(two.rule, due.at)
    raise DomainError("oneonones.never_together", day=first.local_date if first else two.rule.anchor)
