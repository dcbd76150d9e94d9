"""What follows from a round: said by its author, read by the people asked with the next round's question. One
transaction each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.surveys import FollowUp, FollowUpKind, Round, RoundState, Survey, SurveyState
from bot.domain.workdays import Workdays
from bot.surveys.outcomes import ACTION_LENGTH
from bot.surveys.results.owing import RESULTS
from bot.surveys.results.reading import newest_closed
from storage import UnitOfWork

ACTION_WANTED = "surveys.action_wanted"
RESULTS_ACTED = "surveys.results_acted"
WANTED_SETTLED = "surveys.action_settled"
OUTCOMES = {RESULTS: RESULTS_ACTED, ACTION_WANTED: WANTED_SETTLED}
"""The messages that ask what follows, and those they turn into."""

WANTED_AFTER = 3
"""So many working days of their own after the close the author is asked once more."""
WANTED_WITHIN = timedelta(days=21)
"""Rounds that closed longer ago are not asked about any more."""
STILL_GOING_OUT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Acted:
    """What was said, of which survey."""

    survey: Survey
    action: FollowUp


def require_may_act(db: UnitOfWork, member: Member, round_id: str) -> tuple[Survey, Round]:
    """The round and its survey, for its author and admins, as long as it can be said (`is_open_to_words`).

    Raises DomainError `core.stale`, `surveys.members_only`, `surveys.not_yours`, `surveys.action.too_late`.
    """
    closed = db.rounds.get(round_id)
    survey = db.surveys.get(closed.survey_id) if closed else None
    if closed is None or survey is None or closed.state is not RoundState.CLOSED:
        raise DomainError("core.stale")
    if member.left_out:
        raise DomainError("surveys.members_only")
    if member.id != survey.created_by and not member.is_admin:
        raise DomainError("surveys.not_yours", handle=survey.handle)
    if not is_open_to_words(db, closed):
        raise DomainError("surveys.action.too_late", handle=survey.handle)
    return survey, closed


def is_open_to_words(db: UnitOfWork, closed: Round) -> bool:
    """Whether it can still be said, or said better, what follows from a round. What the next round opened with stays,
    as people have read it. If nothing was said by then, as when one round opens the moment the other closes, there is
    time until the next one closes too: its reminders and the round after it still quote it."""
    later = [
        each
        for each in db.rounds.of_survey(closed.survey_id)
        if each.number > closed.number and each.state is not RoundState.FAILED
    ]
    if not later:
        return True
    said = db.rounds.follow_up_of(closed.id)
    following = min(later, key=lambda each: each.number)
    is_newest = len(later) == 1 and following.state is not RoundState.CLOSED
    return is_newest and (said is None or said.at >= following.opened_at)


def newest_to_act_on(db: UnitOfWork, survey: Survey) -> Round:
    """The round that `/pulse act` is about. Raises DomainError `surveys.results.none_closed`."""
    closed = newest_closed(db, survey)
    if closed is None:
        raise DomainError("surveys.results.none_closed", handle=survey.handle)
    return closed


def said_text(db: UnitOfWork, member: Member, round_id: str, kind: FollowUpKind) -> str:
    """What was said before, to be changed; "" if it was nothing of that kind. Raises what `require_may_act` raises."""
    require_may_act(db, member, round_id)
    said = db.rounds.follow_up_of(round_id)
    return said.text if said and said.kind is kind else ""


def say_action(
    db: UnitOfWork, now: datetime, member: Member, round_id: str, kind: FollowUpKind, text: str, key: str
) -> Acted:
    """Record what follows; said again, the later words count. The messages that asked for it turn into it.

    Raises what `require_may_act` raises, and `surveys.action.empty`, `surveys.action.too_long`.
    """
    survey, closed = require_may_act(db, member, round_id)
    words = " ".join(text.split())
    if not words:
        raise DomainError("surveys.action.empty", handle=survey.handle)
    if len(words) > ACTION_LENGTH:
        raise DomainError("surveys.action.too_long", most=ACTION_LENGTH)
    action = FollowUp(closed.id, kind, words, member.id, now)
    if db.handled.first_time(key, now):
        db.rounds.set_follow_up(action)
        asking = [each for purpose in OUTCOMES for each in db.deliveries.of(purpose, closed.id)]
        db.deliveries.add_many(_turning(each, now, key) for each in asking if _is_out(each))
    return Acted(survey, db.rounds.follow_up_of(closed.id) or action)


def wanted(db: UnitOfWork, now: datetime, workdays: Workdays, default_zone: str) -> list[NewDelivery]:
    """The authors to be asked once more by now what follows: once for each round whose results they were sent, and in
    their own working hours."""
    owed = []
    newest = {each.survey_id: each for each in db.rounds.closed_since(now - WANTED_WITHIN)}
    for closed in newest.values():  # of those before nothing can be said any more
        survey = db.surveys.get(closed.survey_id)
        if survey is None or not survey.created_by or not closed.answered or survey.state is SurveyState.DELETED:
            continue
        author = db.members.get(survey.created_by)
        zone = author.zone_or(default_zone) if author else default_zone
        if _due(closed, zone, workdays) > now or not _is_to_be_asked(db, closed, survey.created_by):
            continue
        owed.append(NewDelivery(ACTION_WANTED, closed.id, survey.created_by, workdays.next_moment(now, zone)))
    return owed


def is_unsaid(db: UnitOfWork, closed: Round) -> bool:
    """Whether nobody said what follows, and it can still be said."""
    return db.rounds.follow_up_of(closed.id) is None and is_open_to_words(db, closed)


def _is_to_be_asked(db: UnitOfWork, closed: Round, author_id: str) -> bool:
    """Looked at on every pass, for every round of three weeks: the cheapest answer first."""
    if db.deliveries.find(ACTION_WANTED, closed.id, author_id) is not None:
        return False
    return is_unsaid(db, closed) and bool(db.deliveries.of(RESULTS, closed.id))


def _due(closed: Round, zone: str, workdays: Workdays) -> datetime:
    later = workdays.days_later(closed.closed_at or closed.closes_at, zone, WANTED_AFTER)
    return workdays.next_moment(later, zone)


def _turning(asking: Delivery, now: datetime, key: str) -> NewDelivery:
    due_at = now if asking.state is DeliveryState.SENT else now + STILL_GOING_OUT
    subject = f"{asking.subject}:{key}"
    return NewDelivery(
        OUTCOMES[asking.purpose],
        subject,
        asking.receiver,
        due_at,
        verb=Verb.UPDATE,
        target_id=asking.id,
        facts=asking.facts,
    )


def _is_out(asking: Delivery) -> bool:
    return asking.state in (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
