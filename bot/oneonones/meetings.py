"""What the two decide about a single meeting: taken, moved, skipped, and what they keep of it. Each function is one
transaction, and asks first whether it is one of the two who acts. Where the other one or another replica was faster,
nothing changes and the meeting is given back as it is."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.actions import ACTION_LENGTH, Action, ActionSource
from bot.domain.errors import DomainError, LiveMention
from bot.domain.meeting_slots import DAY_OFF, following, place, why_not
from bot.domain.one_on_ones import NOTE_LENGTH, Meeting, MeetingState, OneOnOne
from bot.domain.schedules import due_between
from bot.domain.words import named
from bot.oneonones import planning, telling
from bot.oneonones.facts import Agreed, Outcome
from bot.oneonones.pairs import Acting, Two, own_meeting, own_pair, read_two, seen_by
from storage import UnitOfWork, new_id

FURTHEST = timedelta(days=100)
"""How far ahead a single meeting can be decided about: the next one of any rhythm."""


def take(db: UnitOfWork, acting: Acting, one_on_one_id: str, on: date) -> Meeting:
    """Takes the slot that was offered instead of a day off; the other one hears of it. Raises DomainError
    `core.outsider`, `core.stale`, `oneonones.is_over`."""
    pair = own_pair(db, acting, one_on_one_id)
    meeting = _ahead(db, acting, pair, on)
    if meeting.state is not MeetingState.PROPOSED or meeting.starts_at <= acting.now:
        return meeting
    return _decide(db, acting, pair, meeting, replace(meeting, state=MeetingState.PLANNED), "taken")


def skip(db: UnitOfWork, acting: Acting, one_on_one_id: str, on: date) -> Meeting:
    """Leaves out a meeting that is ahead; the other one hears of it. Raises DomainError `core.outsider`, `core.stale`,
    `oneonones.is_over`, and `oneonones.has_begun` for one that is not ahead."""
    pair = own_pair(db, acting, one_on_one_id)
    meeting = _ahead(db, acting, pair, on)
    if meeting.state in (MeetingState.SKIPPED, MeetingState.HELD):
        return meeting
    _require_ahead(meeting, acting)
    return _decide(db, acting, pair, meeting, replace(meeting, state=MeetingState.SKIPPED), "skipped")


def move(db: UnitOfWork, acting: Acting, one_on_one_id: str, on: date, to: datetime) -> Meeting:
    """Moves a meeting that is ahead, or was skipped, to another moment (UTC) before the following date; the other one
    hears of it.

    Raises DomainError `core.outsider`, `core.stale`, `oneonones.is_over`, `oneonones.has_begun`, `oneonones.past`,
    `oneonones.too_far` and `oneonones.day_off`.
    """
    pair = own_pair(db, acting, one_on_one_id)
    meeting = _ahead(db, acting, pair, on)
    _require_ahead(meeting, acting)
    if meeting.state is MeetingState.HELD:
        return meeting
    two = read_two(db, pair, acting.now, acting.company)
    _require_possible(two, meeting, to, acting)
    moved = replace(meeting, starts_at=to, state=MeetingState.PLANNED)
    return meeting if moved == meeting else _decide(db, acting, pair, meeting, moved, "moved")


def write_down(db: UnitOfWork, acting: Acting, one_on_one_id: str, on: date, outcome: Outcome) -> Meeting:
    """Keeps what came of a meeting: whether it took place, notes, points that are done, actions. Both may do it, also
    again: the later notes count, actions are added.

    Raises DomainError `core.outsider`, `core.stale`, `oneonones.is_over`, `oneonones.not_begun`,
    `oneonones.notes_long`, `oneonones.action_long`, `oneonones.action_owner`, `oneonones.action_past`.
    """
    pair = own_pair(db, acting, one_on_one_id)
    meeting = own_meeting(db, pair, on)
    if meeting.starts_at > acting.now or meeting.state is MeetingState.PROPOSED:
        raise DomainError("oneonones.not_begun")
    _require_sound(pair, outcome, acting)
    if not db.handled.first_time(acting.key, acting.now):
        return meeting
    notes = named(outcome.notes).strip()
    changed = replace(
        meeting,
        state=MeetingState.HELD if outcome.took_place else MeetingState.SKIPPED,
        notes=notes,
        notes_by=meeting.notes_by if notes == meeting.notes else acting.me.id,
    )
    if not db.one_on_ones.change_meeting(changed, meeting.state):
        meeting = own_meeting(db, pair, on)  # another replica was faster: the later notes count
        db.one_on_ones.change_meeting(replace(changed, starts_at=meeting.starts_at), meeting.state)
    visible = {point.id for point in seen_by(db.one_on_ones.open_points(pair.id), acting.me.id)}
    db.one_on_ones.close_points(visible & set(outcome.done), acting.now)
    for agreed in outcome.actions:
        db.actions.add(_action(pair, agreed, acting))
    telling.turn(db, pair, [meeting], acting.now, acting.key, acting.me.id)
    return own_meeting(db, pair, on)


def _decide(db: UnitOfWork, acting: Acting, pair: OneOnOne, was: Meeting, now: Meeting, what: str) -> Meeting:
    if not db.one_on_ones.change_meeting(now, was.state):
        return own_meeting(db, pair, was.local_date)
    two = read_two(db, pair, acting.now, acting.company)
    telling.turn(db, pair, [now], acting.now, acting.key, acting.me.id)
    telling.tell(db, two, now, what, acting.me.id, acting.now, acting.key)
    return now


def _ahead(db: UnitOfWork, acting: Acting, pair: OneOnOne, on: date) -> Meeting:
    """A date of a one-on-one; one further ahead than meetings are planned is planned now. Raises DomainError
    `core.stale` for a day that is none of its dates."""
    two = read_two(db, pair, acting.now, acting.company)
    due = next(
        (each for each in due_between(two.rule, acting.now, acting.now + FURTHEST) if each.local_date == on), None
    )
    if due is not None and db.one_on_ones.meeting(pair.id, on) is None:
        planning.plan(db, two, place(pair.id, due, two.rule, two.calendars, acting.now), acting.now)
    return own_meeting(db, pair, on)


def _require_ahead(meeting: Meeting, acting: Acting) -> None:
    if meeting.starts_at <= acting.now:
        raise DomainError("oneonones.has_begun")


def _require_possible(two: Two, meeting: Meeting, to: datetime, acting: Acting) -> None:
    if to <= acting.now:
        raise DomainError("oneonones.past")
    until = following(meeting.local_date, two.rule)
    mine = two.calendars[acting.me.id]
    if mine.today(to) >= until:
        raise DomainError("oneonones.too_far", day=until)
    because = why_not(to, two.calendars)
    if because == DAY_OFF:
        raise DomainError("oneonones.day_off", day=mine.today(to))
    if because:
        raise DomainError("oneonones.not_at_work", day=mine.today(to), person=LiveMention.person(because))


def _require_sound(pair: OneOnOne, outcome: Outcome, acting: Acting) -> None:
    if len(outcome.notes) > NOTE_LENGTH:
        raise DomainError("oneonones.notes_long", most=NOTE_LENGTH)
    for agreed in outcome.actions:
        if len(agreed.text) > ACTION_LENGTH:
            raise DomainError("oneonones.action_long", most=ACTION_LENGTH)
        if not pair.is_of(agreed.owner_id):
            raise DomainError("oneonones.action_owner")
        if agreed.due_on is not None and agreed.due_on < acting.today:
            raise DomainError("oneonones.action_past", day=agreed.due_on)


def _action(pair: OneOnOne, agreed: Agreed, acting: Acting) -> Action:
    partner = pair.partner_of(agreed.owner_id)
    return Action(
        new_id(), agreed.text, agreed.owner_id, agreed.due_on, ActionSource.ONE_ON_ONE, pair.id, acting.me.id,
        acting.now, partner_id=partner,
    )  # fmt: skip
