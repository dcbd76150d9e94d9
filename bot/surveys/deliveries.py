"""The messages surveys owe, worded at the moment they are sent: by then a round may have closed."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot import waiting
from bot.commands import Registry
from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.domain.surveys import FollowUp, Round, RoundState, Survey
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message
from bot.surveys import author_views, views
from bot.surveys.answers.answering import what_followed
from bot.surveys.asking.launching import LAUNCHED, NOT_LAUNCHED
from bot.surveys.asking.prompts import (
    ASK,
    ASK_AGAIN,
    BY_HAND,
    FIRST_REMINDER,
    PROMPT_CLOSED,
    SECOND_REMINDER,
    day_is_full,
    gives_way,
    has_tomorrow,
    prompts_to,
)
from storage import UnitOfWork

REMINDERS = {
    FIRST_REMINDER: "surveys.reminder.first",
    SECOND_REMINDER: "surveys.reminder.last",
    **dict.fromkeys(BY_HAND, "surveys.reminder.by_hand"),
}


@dataclass(frozen=True, slots=True)
class _Prompt:
    """A prompt that may be sent: whom it is for, whether they have answered all that has to be answered, and what
    followed from the round before."""

    survey: Survey
    asking: Round
    t: Translator
    zone: str
    has_finished: bool
    followed: FollowUp | None

    def message(self, words: str = "", *, may_postpone: bool = False) -> Message:
        """The same for everybody, half-way or not: prompts do not depend on answers."""
        return views.question_message(
            self.survey,
            self.asking,
            self.t,
            self.zone,
            words=words,
            may_postpone=may_postpone,
            followed=self.followed,
        )


def register(registry: Registry) -> None:
    registry.delivery(ASK, question)
    for purpose, words in REMINDERS.items():
        registry.delivery(purpose, partial(reminder, words=words))
    registry.delivery(ASK_AGAIN, question_again)
    registry.delivery(PROMPT_CLOSED, prompt_closed)
    registry.delivery(LAUNCHED, launched)
    registry.delivery(NOT_LAUNCHED, not_launched)


def question(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Nothing once the round is closed, or when the member was left out after all."""
    prompt = _prompt(db, delivery, services, now)
    if prompt is None:
        return None
    return prompt.message(may_postpone=has_tomorrow(prompt.asking, now))


def reminder(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime, *, words: str) -> Message | None:
    """Nothing for those who have finished, are away today, or get another prompt around now."""
    prompt = _prompt(db, delivery, services, now)
    if prompt is None or prompt.has_finished or _is_away(db, delivery.receiver, prompt.zone, now):
        return None
    others = [each for each in prompts_to(db, prompt.asking.id, delivery.receiver) if each.id != delivery.id]
    if gives_way(delivery, others, now) or day_is_full(db, delivery, prompt.zone, now):
        return None
    purposes = {each.purpose for each in others}
    if delivery.purpose == FIRST_REMINDER and SECOND_REMINDER not in purposes:
        words = REMINDERS[SECOND_REMINDER]
    is_first = delivery.purpose == FIRST_REMINDER and ASK_AGAIN not in purposes
    return prompt.message(words, may_postpone=is_first and has_tomorrow(prompt.asking, now))


def question_again(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Nothing for those who finished in the meantime, or are away after all: their prompts let them answer too."""
    prompt = _prompt(db, delivery, services, now)
    if prompt is None or prompt.has_finished or _is_away(db, delivery.receiver, prompt.zone, now):
        return None
    return prompt.message("surveys.question.again")


def prompt_closed(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    """For every prompt of a closed round: its subject is the round, and which prompt it was."""
    closed = db.rounds.get(delivery.subject.partition(":")[0])
    t, _ = _reader(db, delivery.receiver, services)
    return views.closed_message(closed, t) if closed is not None else None


def launched(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    """Nothing to who has left: there is nothing for them to do about it."""
    found, author = _round(db, delivery), db.members.get(delivery.receiver)
    if found is None or (author is not None and author.left_out):
        return None
    t, zone = _reader(db, delivery.receiver, services)
    return author_views.launched_message(*found, delivery.facts, t, zone)


def not_launched(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:  # noqa: ARG001
    found = _round(db, delivery)
    if found is None:
        return None
    t, _ = _reader(db, delivery.receiver, services)
    return author_views.not_launched_message(found[0], delivery.facts, t)


def _prompt(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> _Prompt | None:
    """None when the round is closed, or its receiver is not asked in it or has left."""
    found = _round(db, delivery)
    if found is None or found[1].state is not RoundState.OPEN or found[1].closes_at <= now:
        return None
    survey, asking = found
    invitation = db.rounds.invitation(asking.id, delivery.receiver)
    member = db.members.get(delivery.receiver)
    left_out = member.left_out if member is not None else None
    if invitation is None or (left_out is not None and left_out not in asking.definition.audience.included):
        return None
    t, zone = _reader(db, delivery.receiver, services)
    has_finished = waiting.has_finished(db, asking, invitation)
    return _Prompt(survey, asking, t, zone, has_finished, what_followed(db, asking))


def _is_away(db: UnitOfWork, member_id: str, zone: str, now: datetime) -> bool:
    """Whether somebody said, after their reminders were planned, that they are away today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return bool(db.members.absences(today, today, [member_id]))


def _round(db: UnitOfWork, delivery: Delivery) -> tuple[Survey, Round] | None:
    found = db.rounds.get(delivery.subject)
    survey = db.surveys.get(found.survey_id) if found else None
    return (survey, found) if survey and found else None


def _reader(db: UnitOfWork, member_id: str, services: Services) -> tuple[Translator, str]:
    """The language and the zone of the one who reads it."""
    member = db.members.get(member_id) or Member(member_id)
    return services.language_of(member), services.zone_of(member)
