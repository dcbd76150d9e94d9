"""Whom a person meets next, and whom a lead has not met for a month. When and with whom only: what two people talk
about is nobody else's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.one_on_ones_due import lapsed
from bot.domain.schedules import ScheduleKind
from bot.home.facts import NextMeeting, Unmet, Visit
from bot.home.running import Schedules, next_at
from storage import UnitOfWork

MANAGER = "manager"
"""The attribute that says who leads somebody, by member id."""
_COMING = (MeetingState.PLANNED, MeetingState.PROPOSED)


def read_meetings(
    db: UnitOfWork, visit: Visit, schedules: Schedules
) -> tuple[tuple[NextMeeting, ...], tuple[Unmet, ...]]:
    """A person's next meetings, the soonest first, and those whom they lead and have not met for a month."""
    pairs = db.one_on_ones.of(visit.member.id)
    meetings = db.one_on_ones.meetings([each.id for each in pairs]) if pairs else []
    coming = [found for pair in pairs if (found := _next(pair, meetings, visit, schedules)) is not None]
    coming.sort(key=lambda each: each.starts_at)
    unmet = _unmet(db, visit, pairs, meetings)
    known = db.members.get_many({each.partner_id for each in coming} | {each.member_id for each in unmet})
    names = {member_id: member.name for member_id, member in known.items()}
    named = tuple(replace(each, partner=names.get(each.partner_id, "")) for each in coming)
    return named, tuple(replace(each, name=names.get(each.member_id, "")) for each in unmet)


def _next(pair: OneOnOne, meetings: Sequence[Meeting], visit: Visit, schedules: Schedules) -> NextMeeting | None:
    """The one that is agreed on or proposed, until it is over; else the next date of its schedule."""
    partner = pair.partner_of(visit.member.id)
    for each in meetings:
        is_ahead = each.starts_at + timedelta(minutes=pair.minutes) > visit.now
        if each.one_on_one_id == pair.id and each.state in _COMING and is_ahead:
            return NextMeeting(pair.id, partner, each.starts_at, each.state is MeetingState.PROPOSED)
    at = next_at(schedules.get((ScheduleKind.ONE_ON_ONE, pair.id)), visit.now)
    return NextMeeting(pair.id, partner, at) if at is not None else None


def _unmet(db: UnitOfWork, visit: Visit, pairs: Sequence[OneOnOne], meetings: Sequence[Meeting]) -> list[Unmet]:
    me = visit.member.id
    led = [pair for pair in pairs if pair.lead_id == me]
    held: dict[str, date] = {}
    for each in meetings:
        if each.state is MeetingState.HELD:
            on = each.starts_at.astimezone(ZoneInfo(visit.zone)).date()
            held[each.one_on_one_id] = max(on, held.get(each.one_on_one_id, on))
    found = [Unmet(pair.other_id, held.get(pair.id), pair.id) for pair in lapsed(led, held, visit.today)]
    found.sort(key=lambda each: each.last_held or datetime.min.replace(tzinfo=UTC).date())
    met = {pair.partner_of(me) for pair in pairs}
    reports = [member for member, lead in db.members.attributes(MANAGER).items() if lead == me and member not in met]
    known = db.members.get_many(reports) if reports else {}
    return [*found, *(Unmet(each) for each in sorted(reports) if each in known and known[each].left_out is None)]
