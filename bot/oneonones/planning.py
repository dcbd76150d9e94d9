"""What comes of a one-on-one by itself as time goes by: its next dates are planned, around days off; both get the
agenda before and are asked after; what nobody answered comes to an end. Each public function works within one
transaction, and done twice, or by two replicas at once, has its effect once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.meeting_slots import (
    AHEAD,
    ANSWER_BEFORE,
    FORGOTTEN_AFTER,
    STILL_USEFUL,
    Placing,
    agenda_is_due,
    ends_at,
    place,
    replace_around_days_off,
)
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.schedules import due_between
from bot.oneonones import telling
from bot.oneonones.pairs import Company, Two, read_all_two, read_two, schedule_of
from storage import UnitOfWork

LOOK_BACK = timedelta(days=100)
"""Meetings that began longer ago are decided, also those that were moved to long before their date."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """What is to be done for one one-on-one now. `gone` is who has left the workspace."""

    two: Two
    new: tuple[Placing, ...] = ()
    replaced: tuple[tuple[Meeting, Placing], ...] = ()
    over: tuple[Meeting, ...] = ()
    agendas: tuple[tuple[Meeting, str], ...] = ()
    after: tuple[tuple[Meeting, str], ...] = ()
    gone: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.replaced or self.over or self.agendas or self.after or self.gone)


def pairs_to_do(db: UnitOfWork, now: datetime, company: Company) -> list[str]:
    """The ids of the one-on-ones for which something is to be done."""
    by_pair: dict[str, list[Meeting]] = {}
    for meeting in db.one_on_ones.beginning_since(now - LOOK_BACK):
        by_pair.setdefault(meeting.one_on_one_id, []).append(meeting)
    every = read_all_two(db, now, company)
    return [two.pair.id for two in every if not _to_do(db, two, by_pair.get(two.pair.id, []), now).is_empty]


def do_all(db: UnitOfWork, one_on_one_id: str, now: datetime, company: Company) -> None:
    """Does for a one-on-one what is to be done now."""
    pair = db.one_on_ones.get(one_on_one_id)
    if pair is None or not pair.active:
        return
    meetings = db.one_on_ones.beginning_since(now - LOOK_BACK, pair.id)
    to_do = _to_do(db, read_two(db, pair, now, company), meetings, now)
    if to_do.gone:
        end_for_the_gone(db, to_do.two, to_do.gone, now)
        return
    two = to_do.two
    for placing in to_do.new:
        plan(db, two, placing, now)
    for was, placing in to_do.replaced:
        _replace(db, two, was, placing, now)
    for meeting in to_do.over:
        _end(db, pair, meeting, now)
    for meeting, member_id in to_do.agendas:
        show_agenda(db, meeting, member_id, now)
    for meeting in {each.local_date: each for each, _ in to_do.after}.values():
        telling.begun(db, meeting, now)
    for meeting, member_id in to_do.after:
        telling.ask_after(db, meeting, member_id, two.calendars[member_id], now)


def plan_ahead(db: UnitOfWork, two: Two, now: datetime) -> None:
    """Plans the next dates of a one-on-one that was just set up or changed."""
    for due in due_between(two.rule, now, now + AHEAD):
        if db.one_on_ones.meeting(two.pair.id, due.local_date) is None:
            plan(db, two, place(two.pair.id, due, two.rule, two.calendars, now), now)


def plan(db: UnitOfWork, two: Two, placing: Placing, now: datetime) -> None:
    """Records a meeting, and asks or tells the two where it cannot be on its own date."""
    if db.one_on_ones.plan(placing.meeting) and placing.because:
        telling.propose(db, two, placing.meeting, placing.was, placing.because, now)


def show_agenda(db: UnitOfWork, meeting: Meeting, member_id: str, now: datetime) -> None:
    """Owes somebody the agenda. From the first of the two on both see each other's points."""
    points = db.one_on_ones.open_points(meeting.one_on_one_id)
    db.one_on_ones.show_points([point.id for point in points], now)
    telling.owe_agenda(db, meeting, member_id, now)


def agenda_is_out(db: UnitOfWork, meeting: Meeting) -> bool:
    """Whether any of the two got the agenda of a meeting, so that both see what is added now."""
    return bool(db.deliveries.of(telling.AGENDA, telling.about_day(meeting)))


def end_for_the_gone(db: UnitOfWork, two: Two, gone: str, now: datetime) -> None:
    """Ends the one-on-one of somebody who has left; the other one hears of it."""
    db.one_on_ones.change(two.pair.id, active=False)
    db.schedules.set_active(schedule_of(db, two.pair).id, False)
    left = two.pair.partner_of(gone)
    if two.members[left].left_out is None:
        telling.tell_end(db, two.pair, left, "", two.calendars[left].next_moment(now))


def _to_do(db: UnitOfWork, two: Two, meetings: list[Meeting], now: datetime) -> ToDo:
    gone = next((each for each in two.pair.people if two.members[each].left_out is not None), "")
    if gone:
        return ToDo(two, gone=gone)
    replaced = [(each, placing) for each in meetings if (placing := _moved_around(each, two, now))]
    touched = {was.local_date for was, _ in replaced}
    quiet = [each for each in meetings if each.local_date not in touched]
    return ToDo(
        two,
        tuple(_new(two, meetings, now)),
        tuple(replaced),
        tuple(each for each in quiet if _is_over(each, now)),
        tuple((each, who) for each in quiet for who in _agenda_for(db, each, two, now)),
        tuple((each, who) for each in quiet for who in _asked_after(db, each, two, now)),
    )


def _new(two: Two, meetings: list[Meeting], now: datetime) -> list[Placing]:
    """Dates that have no meeting yet. Of those gone by while nothing ran, the one after which it is still of use to ask
    how it went, unless it was on a day off."""
    found = []
    planned = {meeting.local_date for meeting in meetings}
    for due in due_between(two.rule, now - STILL_USEFUL, now + AHEAD):
        if due.local_date not in planned:
            placing = place(two.pair.id, due, two.rule, two.calendars, now)
            if due.at > now or not placing.because:
                found.append(placing)
    return found


def _moved_around(meeting: Meeting, two: Two, now: datetime) -> Placing | None:
    if meeting.state not in (MeetingState.PLANNED, MeetingState.PROPOSED) or meeting.starts_at <= now:
        return None
    return replace_around_days_off(meeting, two.rule, two.calendars, now)


def _is_over(meeting: Meeting, now: datetime) -> bool:
    """Whether nobody took a slot in time, or nobody said for a week how it went."""
    if meeting.state is MeetingState.PROPOSED:
        return meeting.starts_at - ANSWER_BEFORE <= now
    return meeting.state is MeetingState.PLANNED and meeting.starts_at + FORGOTTEN_AFTER <= now


def _agenda_for(db: UnitOfWork, meeting: Meeting, two: Two, now: datetime) -> list[str]:
    if meeting.state is not MeetingState.PLANNED:
        return []
    due = [who for who, calendar in two.calendars.items() if agenda_is_due(meeting.starts_at, calendar, now)]
    return [who for who in due if db.deliveries.find(telling.AGENDA, telling.about_day(meeting), who) is None]


def _asked_after(db: UnitOfWork, meeting: Meeting, two: Two, now: datetime) -> list[str]:
    ended = ends_at(meeting, two.pair.minutes)
    if meeting.state is not MeetingState.PLANNED or not ended <= now <= ended + STILL_USEFUL:
        return []
    subject = telling.about(meeting)
    return [who for who in two.pair.people if db.deliveries.find(telling.AFTER, subject, who) is None]


def _replace(db: UnitOfWork, two: Two, was: Meeting, placing: Placing, now: datetime) -> None:
    if not db.one_on_ones.change_meeting(placing.meeting, was.state, was.starts_at):
        return
    telling.turn(db, two.pair, [was], now, f"{placing.meeting.state}:{now.isoformat()}")
    telling.propose(db, two, placing.meeting, placing.was, placing.because, now)


def _end(db: UnitOfWork, pair: OneOnOne, meeting: Meeting, now: datetime) -> None:
    if db.one_on_ones.change_meeting(replace(meeting, state=MeetingState.SKIPPED), meeting.state):
        telling.turn(db, pair, [meeting], now, "over")
