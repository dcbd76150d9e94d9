"""What this feature's messages say, made from the database at the moment they are sent: to one of the two, in their own
language and zone, and to nobody else. None where there is nothing left to say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.deliveries import Delivery
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.oneonones import meeting_views, telling, views
from bot.oneonones.facts import PairFacts
from bot.oneonones.reading import read_agenda, read_pair
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who is written to, about which one-on-one, and which meeting as it is now."""

    db: UnitOfWork
    services: Services
    pair: OneOnOne
    facts: PairFacts
    spoken: views.Spoken
    meeting: Meeting | None
    now: datetime


def set_up(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    return _worded(db, delivery, services, now, lambda to: _invited(to, to.pair.lead_id, changed=False))


def rhythm(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    return _worded(db, delivery, services, now, lambda to: _invited(to, delivery.facts["by"], changed=True))


def ended(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    to = _reader(db, delivery, services, now)
    if to is None:
        return None
    return views.ended_message(to.facts.partner, delivery.facts["by"], delivery.receiver, to.spoken.t)


def proposed(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Only while it is open: who decided meanwhile has told the other one."""
    return _worded(db, delivery, services, now, lambda to: _asked(to, delivery) if _is_open(to, delivery) else None)


def no_slot(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    def word(to: _Reader) -> Message | None:
        if to.meeting is None or to.meeting.state is not MeetingState.SKIPPED:
            return None
        because, partner = delivery.facts["because"], to.facts.partner
        return views.no_slot_message(to.meeting, because, delivery.receiver, partner, to.spoken)

    return _worded(db, delivery, services, now, word)


def told(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What the other one decided; None where it was decided otherwise meanwhile."""

    def word(to: _Reader) -> Message | None:
        what, by = delivery.facts["what"], delivery.facts["by"]
        state = MeetingState.SKIPPED if what == "skipped" else MeetingState.PLANNED
        if to.meeting is None or to.meeting.state is not state or not _is_same_moment(to, delivery):
            return None
        return views.told_message(to.meeting, what, by, to.spoken)

    return _worded(db, delivery, services, now, word)


def agenda(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    return _worded(db, delivery, services, now, lambda to: _agenda(to) if _is_on(to, delivery) else None)


def after(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The question, or where the other one was faster what came of it."""
    return _worded(db, delivery, services, now, lambda to: _after(to, "", None))


def changed(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What a message that was sent before says now."""
    facts, to = delivery.facts, _reader(db, delivery, services, now)
    if to is None:
        return None
    if not to.pair.active:
        return views.ended_message(to.facts.partner, facts["by"], delivery.receiver, to.spoken.t)
    match facts["purpose"]:
        case telling.SET_UP:
            return _invited(to, to.pair.lead_id, changed=False)
        case telling.AFTER:
            return _after(to, facts["by"], datetime.fromisoformat(facts["at"]))
        case telling.AGENDA if _is_on(to, delivery):
            return _agenda(to)
        case telling.PROPOSED if _is_open(to, delivery):
            return _asked(to, delivery)
        case telling.AGENDA | telling.PROPOSED as purpose if to.meeting is not None and _has_begun(to.meeting, now):
            what = "agenda" if purpose == telling.AGENDA else "slot"
            return views.over_message(to.meeting, what, to.facts.partner, to.spoken)
        case _:
            was = datetime.fromisoformat(facts["starts"]) if facts["purpose"] == telling.AGENDA else None
            return views.turned_message(to.meeting, to.facts.partner, to.spoken, to.facts.next_at, was)


def _worded(
    db: UnitOfWork,
    delivery: Delivery,
    services: Services,
    now: datetime,
    word: Callable[[_Reader], Message | None],
) -> Message | None:
    to = _reader(db, delivery, services, now)
    return word(to) if to is not None and to.pair.active else None


def _reader(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> _Reader | None:
    """None for anybody but the two: whatever a delivery says, nobody else is written to."""
    pair = db.one_on_ones.get(delivery.facts["pair"])
    member = db.members.get(delivery.receiver)
    if pair is None or member is None or not pair.is_of(member.id) or member.left_out:
        return None
    zone = services.zone_of(member)
    on = delivery.facts.get("on")
    meeting = db.one_on_ones.meeting(pair.id, date.fromisoformat(on)) if on else None
    facts = read_pair(db, pair, member, zone, now)
    return _Reader(db, services, pair, facts, views.Spoken(services.language_of(member), zone), meeting, now)


def _invited(to: _Reader, by: str, *, changed: bool) -> Message:
    return views.invited_message(to.facts, by, to.spoken.t, changed=changed)


def _agenda(to: _Reader) -> Message | None:
    if to.meeting is None:
        return None
    settings, member = to.services.settings, to.db.members.get(to.facts.viewer)
    if member is None:
        return None
    found = read_agenda(to.db, to.pair, to.meeting, member, to.facts.zone, to.now, settings.country, settings.currency)
    return meeting_views.agenda_message(found, to.spoken.t, has_begun=_has_begun(to.meeting, to.now))


def _asked(to: _Reader, delivery: Delivery) -> Message | None:
    """The slot that is offered instead. The day it stands for is that of its date in the rule."""
    if to.meeting is None:
        return None
    was = datetime.fromisoformat(delivery.facts["instead_of"])
    because, partner = delivery.facts["because"], to.facts.partner
    return views.proposed_message(to.meeting, was, because, delivery.receiver, partner, to.spoken)


def _after(to: _Reader, by: str, at: datetime | None) -> Message | None:
    if to.meeting is None:
        return None
    if to.meeting.state is MeetingState.PLANNED:
        return meeting_views.after_message(to.facts, to.meeting, to.spoken.t)
    return meeting_views.outcome_message(to.facts, to.meeting, by, at, to.spoken.t)


def _has_begun(meeting: Meeting, now: datetime) -> bool:
    return meeting.starts_at <= now


def _is_same_moment(to: _Reader, delivery: Delivery) -> bool:
    return to.meeting is not None and to.meeting.starts_at == datetime.fromisoformat(delivery.facts["starts"])


def _is_open(to: _Reader, delivery: Delivery) -> bool:
    """Whether the slot of a proposal still waits for an answer."""
    return to.meeting is not None and to.meeting.state is MeetingState.PROPOSED and _is_same_moment(to, delivery)


def _is_on(to: _Reader, delivery: Delivery) -> bool:
    """Whether the meeting of an agenda takes place on that day; within the day it may have moved."""
    was = datetime.fromisoformat(delivery.facts["starts"])
    meeting = to.meeting
    return meeting is not None and meeting.state is MeetingState.PLANNED and meeting.starts_at.date() == was.date()
