"""Asking once more: reminders, "not now, ask me tomorrow", and a reminder by hand. One transaction each.

None of this depends on answers: reminders are owed to everybody who is asked, from the start, and those who have
answered by then are passed over when one is to be sent (`deliveries`). So answering writes nothing here, and no row
tells when it happened. What is written at a click is that somebody wished to be asked later: it has no time of its own
but the start of their next working day, and who made the wish had not answered; of their answer it says nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.calendars import calendars_of
from bot.domain.audit import Deed
from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.surveys import Round, RoundState, Survey
from bot.domain.workdays import Workdays
from bot.surveys.answers.answering import Asked, open_asked
from bot.surveys.asking.prompts import ASK, ASK_AGAIN, BY_HAND, FIRST_REMINDER, PROMPTS, SECOND_REMINDER, reached_at
from bot.surveys.outcomes import Reminding
from bot.surveys.service import note, require_owner
from bot.waiting import has_finished
from storage import UnitOfWork

WORKING_DAYS_LATER = {FIRST_REMINDER: 1, SECOND_REMINDER: 3}
"""When somebody is reminded, in their own working days since they were asked. After the second there is silence."""
TOLD_FROM = 5
"""From so many people on the author is told how many are reminded: fewer could be guessed by name."""
ON = "on"


@dataclass(frozen=True, slots=True)
class Postponed:
    """What became of "ask me tomorrow". `again_at` (UTC) is when they are asked again, None if the round closes before;
    `has_answered` that there is nothing left to ask."""

    asked: Asked
    again_at: datetime | None = None
    has_answered: bool = False


def reminders(
    opened: Round, asked: Mapping[str, datetime], calendars: Mapping[str, OwnCalendar]
) -> Iterator[NewDelivery]:
    """The reminders of a round that is opened: for each member id the moment they are `asked`, the same time of day on
    later working days of their own. None that would come after the close."""
    later: dict[tuple[OwnCalendar, datetime, int], datetime] = {}  # many share a calendar and a moment
    for member_id, asked_at in asked.items():
        for purpose, days in WORKING_DAYS_LATER.items():
            key = (calendars[member_id], asked_at, days)
            due_at = later[key] = later.get(key) or calendars[member_id].days_later(asked_at, days)
            if due_at < opened.closes_at:
                yield NewDelivery(purpose, opened.id, member_id, due_at, expires_at=opened.closes_at)


def next_asking(
    db: UnitOfWork, now: datetime, round_id: str, member: Member, workdays: Workdays, default_zone: str
) -> datetime:
    """The start of a member's next working day (UTC). Raises DomainError `surveys.round_closed`, `core.stale`."""
    asked = open_asked(db, round_id)
    calendars = calendars_of(db, [member], now, asked.round.closes_at, workdays, default_zone)
    return calendars[member.id].next_day(now)


def postpone(db: UnitOfWork, round_id: str, member_id: str, again_at: datetime) -> Postponed:
    """Ask a member again at a moment (UTC), once in a round; wishing it twice before then changes nothing.

    Raises DomainError `surveys.round_closed`, `surveys.not_invited`, `surveys.postponed_once`.
    """
    asked = open_asked(db, round_id)
    invitation = db.rounds.invitation(round_id, member_id)
    if invitation is None:
        raise DomainError("surveys.not_invited")
    if has_finished(db, asked.round, invitation):
        return Postponed(asked, has_answered=True)
    before = db.deliveries.find(ASK_AGAIN, round_id, member_id)
    if before is not None and before.state is not DeliveryState.DUE:
        raise DomainError("surveys.postponed_once")
    if before is not None:
        return Postponed(asked, before.due_at)
    if again_at >= asked.round.closes_at:
        return Postponed(asked)
    db.deliveries.add(NewDelivery(ASK_AGAIN, round_id, member_id, again_at, expires_at=asked.round.closes_at))
    return Postponed(asked, again_at)


def remind(
    db: UnitOfWork,
    now: datetime,
    today: date,
    member: Member,
    survey: Survey,
    workdays: Workdays,
    default_zone: str,
    key: str,
) -> Reminding:
    """Remind by hand: everybody asked who has not answered when it is their turn, in their own working hours, and never
    on a day on which they get another prompt. `today` is the date where `member` is, `key` tells a repeated command.

    Raises DomainError `surveys.not_yours`, `surveys.nothing_open`, `surveys.progress.launching`,
    `surveys.reminded_today`, `surveys.reminded_twice`, `surveys.too_late_to_remind`.
    """
    require_owner(survey, member)
    running = _open_round(db, survey, now)
    earlier = [sent for purpose in BY_HAND if (sent := db.deliveries.of(purpose, running.id))]
    if db.handled.first_time(key, now):
        if len(earlier) == len(BY_HAND):
            raise DomainError("surveys.reminded_twice", handle=survey.handle)
        if any(each.facts.get(ON) == today.isoformat() for sent in earlier for each in sent[:1]):
            raise DomainError("surveys.reminded_today", handle=survey.handle)
        owed = _by_hand(db, now, running, BY_HAND[len(earlier)], today, workdays, default_zone)
        if not owed:
            raise DomainError("surveys.too_late_to_remind", handle=survey.handle)
        db.deliveries.add_many(owed)
        note(db, now, member, Deed.SURVEY_REMINDED, survey)
        earlier.append([])
    left = running.asked - db.rounds.answered_count(running.id)
    return Reminding(survey, left if left >= TOLD_FROM else None, len(earlier) == len(BY_HAND))


def _open_round(db: UnitOfWork, survey: Survey, now: datetime) -> Round:
    running = db.rounds.open_of(survey.id)
    if running is not None and running.state is RoundState.LAUNCHING:
        raise DomainError("surveys.progress.launching")
    if running is None or running.closes_at <= now:
        raise DomainError("surveys.nothing_open", handle=survey.handle)
    return running


def _by_hand(
    db: UnitOfWork, now: datetime, running: Round, purpose: str, today: date, workdays: Workdays, default_zone: str
) -> list[NewDelivery]:
    """A reminder to everybody asked, answered or not, for whom there is a day left."""
    invited = [invitation.member_id for invitation in db.rounds.invitations(running.id)]
    known = db.members.get_many(invited)
    people = [known.get(member_id) or Member(member_id) for member_id in invited]
    calendars = calendars_of(db, people, now, running.closes_at, workdays, default_zone)
    prompts: defaultdict[str, list[Delivery]] = defaultdict(list)
    for each in (prompt for kind in PROMPTS for prompt in db.deliveries.of(kind, running.id)):
        prompts[each.receiver].append(each)
    due = {member_id: _free_moment(calendars[member_id], prompts[member_id], now) for member_id in invited}
    facts = {ON: today.isoformat()}
    return [
        NewDelivery(purpose, running.id, member_id, due_at, expires_at=running.closes_at, facts=facts)
        for member_id, due_at in due.items()
        if due_at < running.closes_at
    ]


def _free_moment(own: OwnCalendar, prompts: list[Delivery], now: datetime) -> datetime:
    """When somebody is at work on a day without another prompt. Reminders to come do not count: they give way."""
    at_once = own.next_moment(now)
    taken = [moment for each in prompts if (moment := _takes_day(each)) and own.is_same_day_or_later(moment, at_once)]
    return own.next_day(max(taken)) if taken else at_once


def _takes_day(prompt: Delivery) -> datetime | None:
    is_to_come = prompt.state in (DeliveryState.DUE, DeliveryState.SENDING)
    return prompt.due_at if is_to_come and prompt.purpose in (ASK, ASK_AGAIN, *BY_HAND) else reached_at(prompt)
