"""What the two are owed of messages: which there are, what each is about, and that those sent before turn into how
things are now. Words are in the views, when something happens in `service` and `planning`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.calendars import out_of_hours
from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.meeting_slots import ANSWER_BEFORE, FORGOTTEN_AFTER, LATEST_AGENDA
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.oneonones.pairs import Company, Two
from storage import UnitOfWork

SET_UP = "oneonones.set_up"
RHYTHM = "oneonones.rhythm"
ENDED = "oneonones.ended"
PROPOSED = "oneonones.proposed"
NO_SLOT = "oneonones.no_slot"
TOLD = "oneonones.told"
AGENDA = "oneonones.agenda"
AFTER = "oneonones.after"
CHANGED = "oneonones.changed"

MESSAGES = (SET_UP, RHYTHM, ENDED, PROPOSED, NO_SLOT, TOLD, AGENDA, AFTER)
"""Those that are new to people; CHANGED only changes what they have."""
TURNED_FOR = timedelta(days=31)
"""So long after it came an agenda or an offer still follows what becomes of its meeting."""
_THERE = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)


def about_day(meeting: Meeting) -> str:
    """The subject of messages about a meeting at a moment: moved to another day it is another one."""
    return f"{about(meeting)}:{meeting.starts_at.date()}"


def about(meeting: Meeting) -> str:
    """The subject of messages about a meeting, whenever it is."""
    return f"{meeting.one_on_one_id}:{meeting.local_date}"


def facts_of(meeting: Meeting, **more: str) -> dict[str, str]:
    """What a message about a meeting carries."""
    starts = meeting.starts_at.isoformat()
    return {"pair": meeting.one_on_one_id, "on": meeting.local_date.isoformat(), "starts": starts, **more}


def propose(db: UnitOfWork, two: Two, meeting: Meeting, was: datetime, because: str, now: datetime) -> None:
    """Both are asked whether another slot suits them instead of `was`, or told that there is none; `because` as in
    `why_not`."""
    purpose, until = PROPOSED, meeting.starts_at - ANSWER_BEFORE
    if meeting.starts_at <= now:
        return
    if not _is_pending(meeting):
        purpose, until = NO_SLOT, meeting.starts_at
    subject = _about_time(meeting, len(_times(db, purpose, meeting)) + 1)
    for member_id, calendar in two.calendars.items():
        facts = facts_of(meeting, because=because, instead_of=was.isoformat())
        due_at = calendar.next_moment(now)
        db.deliveries.add(NewDelivery(purpose, subject, member_id, due_at, until, facts=facts))


def tell(db: UnitOfWork, two: Two, meeting: Meeting, what: str, by: str, now: datetime, key: str) -> None:
    """The other one hears what somebody decided about a meeting: "taken", "skipped" or "moved"."""
    partner = two.pair.partner_of(by)
    db.deliveries.add(
        NewDelivery(
            purpose=TOLD,
            subject=f"{about(meeting)}:{key}",
            receiver=partner,
            due_at=two.calendars[partner].next_moment(now),
            expires_at=meeting.starts_at,
            facts=facts_of(meeting, what=what, by=by),
        )
    )


def owe_agenda(db: UnitOfWork, meeting: Meeting, member_id: str, now: datetime) -> None:
    facts = facts_of(meeting)
    db.deliveries.add(NewDelivery(AGENDA, about_day(meeting), member_id, now, meeting.starts_at, facts=facts))


def ask_after(db: UnitOfWork, meeting: Meeting, member_id: str, calendar: OwnCalendar, now: datetime) -> None:
    until = meeting.starts_at + FORGOTTEN_AFTER
    due_at = calendar.next_moment(now)
    db.deliveries.add(NewDelivery(AFTER, about(meeting), member_id, due_at, until, facts=facts_of(meeting)))


def tell_rhythm(db: UnitOfWork, two: Two, by: str, now: datetime, key: str = "") -> None:
    """The other one hears of a new one-on-one, or with a `key` of its new rhythm."""
    partner = two.pair.partner_of(by)
    purpose, subject = (RHYTHM, f"{two.pair.id}:{key}") if key else (SET_UP, two.pair.id)
    due_at = two.calendars[partner].next_moment(now)
    db.deliveries.add(NewDelivery(purpose, subject, partner, due_at, facts={"pair": two.pair.id, "by": by}))


def tell_end(db: UnitOfWork, pair: OneOnOne, receiver: str, by: str, due_at: datetime) -> None:
    """Somebody hears that a one-on-one is over; `by` is "" where the other one has left the workspace."""
    db.deliveries.add(NewDelivery(ENDED, pair.id, receiver, due_at, facts={"pair": pair.id, "by": by}))


def to_put_off(db: UnitOfWork, now: datetime, company: Company) -> list[tuple[Delivery, datetime]]:
    """The messages that would reach somebody outside of their hours, and until when they wait. An agenda comes an hour
    before the meeting at the latest, whenever that is."""
    found = []
    for each, moment in out_of_hours(db, MESSAGES, now, company.country, company.default_zone):
        last = datetime.fromisoformat(each.facts["starts"]) - LATEST_AGENDA if each.purpose == AGENDA else moment
        if min(moment, last) > now:
            found.append((each, min(moment, last)))
    return found


def turn(db: UnitOfWork, pair: OneOnOne, meetings: Iterable[Meeting], now: datetime, key: str, by: str = "") -> None:
    """Every message there is of these meetings (as they were), and the one that told of the one-on-one, says from now
    on how things are. `by` is who changed something, `key` tells one change from another."""
    sent = [*db.deliveries.of(SET_UP, pair.id)]
    for meeting in {each.local_date: each for each in meetings}.values():
        sent += [*_before(db, meeting, now), *db.deliveries.of(AFTER, about(meeting))]
    for delivery in sent:
        if delivery.state in _THERE:
            db.deliveries.add(_update(delivery, now, key, by))


def begun(db: UnitOfWork, meeting: Meeting, now: datetime) -> None:
    """The agenda and the offers of a meeting offer nothing to decide any more once it has begun."""
    for delivery in _before(db, meeting, now):
        if delivery.state in _THERE:
            db.deliveries.add(_update(delivery, now, "begun", ""))


def _update(delivery: Delivery, now: datetime, key: str, by: str) -> NewDelivery:
    facts = {**delivery.facts, "purpose": delivery.purpose, "by": by, "at": now.isoformat()}
    subject = f"{delivery.id}:{key}"
    return NewDelivery(CHANGED, subject, delivery.receiver, now, verb=Verb.UPDATE, target_id=delivery.id, facts=facts)


def _before(db: UnitOfWork, meeting: Meeting, now: datetime) -> list[Delivery]:
    """The agendas and offers of a meeting, for whichever day they were: it may have been moved more than once."""
    every = db.deliveries.of_purposes((AGENDA, PROPOSED), now - TURNED_FOR)
    return [each for each in every if each.subject.startswith(f"{about(meeting)}:")]


def _times(db: UnitOfWork, purpose: str, meeting: Meeting) -> list[list[Delivery]]:
    """What was owed each time a slot was offered, or there was none: the same day may be offered again, after the
    meeting was moved back to where somebody is away again."""
    found: list[list[Delivery]] = []
    while some := db.deliveries.of(purpose, _about_time(meeting, len(found) + 1)):
        found.append(some)
    return found


def _about_time(meeting: Meeting, number: int) -> str:
    return about_day(meeting) if number == 1 else f"{about_day(meeting)}:{number}"


def _is_pending(meeting: Meeting) -> bool:
    return meeting.state is MeetingState.PROPOSED
