"""What follows from a round: said by its author, read by the people asked with the next round's question. One
transaction each."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.calendars import calendars_of
from bot.domain.actions import ACTION_LENGTH, Action, ActionSource, ActionState, action_id
from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.errors import DomainError, LiveMention
from bot.domain.members import Member
from bot.domain.surveys import FollowUp, FollowUpKind, Round, RoundState, Survey, SurveyState
from bot.domain.workdays import Workdays
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
ONE_DAY = timedelta(days=1)
AWAY_AHEAD = timedelta(days=60)
"""Days away that begin later than this put off nothing that is due today."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Who does it ("": whoever says so), and until when (a local date; None: some time)."""

    owner_id: str = ""
    due_on: date | None = None


NO_PROMISE = Promise()


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
    db: UnitOfWork,
    now: datetime,
    member: Member,
    round_id: str,
    kind: FollowUpKind,
    text: str,
    key: str,
    promise: Promise = NO_PROMISE,
) -> Acted:
    """Record what follows; said again, the later words count. What will be done is an action of somebody's, and is so
    no more where nothing will. The messages that asked for it turn into it.

    Raises what `require_may_act` raises, `surveys.action.empty`, `surveys.action.too_long`, and
    `surveys.action.owner_unknown` where a guest, an app or a stranger is to do it.
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
        _keep_promise(db, now, action, survey, promise)
        asking = [each for purpose in OUTCOMES for each in db.deliveries.of(purpose, closed.id)]
        db.deliveries.add_many(_turning(each, now, key) for each in asking if _is_out(each))
    return Acted(survey, db.rounds.follow_up_of(closed.id) or action)


def promised(db: UnitOfWork, round_id: str) -> Action | None:
    """The action that follows from a round, where one was promised."""
    return db.actions.get(_promise_id(round_id))


def _promise_id(round_id: str) -> str:
    return action_id("survey", round_id)


def _keep_promise(db: UnitOfWork, now: datetime, said: FollowUp, survey: Survey, promise: Promise) -> None:
    """What follows is on its owner's list; who said it before keeps owner and date unless they say others."""
    before = promised(db, said.round_id)
    if said.kind is FollowUpKind.NONE:
        if before is not None and before.state is ActionState.OPEN:
            db.actions.change(replace(before, state=ActionState.DROPPED, settled_at=now, settled_by=said.by))
        return
    owner_id = promise.owner_id or (before.owner_id if before else said.by)
    owner = db.members.get(owner_id)
    if owner is None or owner.left_out:
        raise DomainError("surveys.action.owner_unknown", person=LiveMention.person(owner_id))
    if before is None:
        source, here = (ActionSource.SURVEY, said.round_id), _promise_id(said.round_id)
        db.actions.add(Action(here, said.text, owner_id, promise.due_on, *source, said.by, now, survey.channel_id))
        return
    changed = replace(before, text=said.text, owner_id=owner_id, due_on=promise.due_on or before.due_on)
    if before.text != said.text:
        changed = replace(changed, state=ActionState.OPEN, settled_at=None, settled_by="")
    db.actions.change(changed)


def wanted(db: UnitOfWork, now: datetime, workdays: Workdays, default_zone: str) -> list[NewDelivery]:
    """The authors to be asked once more by now what follows: once for each round whose results they were sent, and in
    their own working hours."""
    owed = []
    newest = {each.survey_id: each for each in db.rounds.closed_since(now - WANTED_WITHIN)}
    for closed in newest.values():  # of those before nothing can be said any more
        survey = db.surveys.get(closed.survey_id)
        if survey is None or not survey.created_by or not closed.answered or survey.state is SurveyState.DELETED:
            continue
        ended = closed.closed_at or closed.closes_at
        # So many working days are at least as many days: most rounds are not looked at any further.
        if ended + (WANTED_AFTER - 1) * ONE_DAY > now or not _is_to_be_asked(db, closed, survey.created_by):
            continue
        author = db.members.get(survey.created_by) or Member(survey.created_by)
        own = calendars_of(db, [author], ended, now + AWAY_AHEAD, workdays, default_zone)[author.id]
        if _due(ended, own) <= now:
            owed.append(NewDelivery(ACTION_WANTED, closed.id, author.id, own.next_moment(now)))
    return owed


def is_unsaid(db: UnitOfWork, closed: Round) -> bool:
    """Whether nobody said what follows, and it can still be said."""
    return db.rounds.follow_up_of(closed.id) is None and is_open_to_words(db, closed)


def _is_to_be_asked(db: UnitOfWork, closed: Round, author_id: str) -> bool:
    """Looked at on every pass, for every round of three weeks: the cheapest answer first."""
    if db.deliveries.find(ACTION_WANTED, closed.id, author_id) is not None:
        return False
    return is_unsaid(db, closed) and bool(db.deliveries.of(RESULTS, closed.id))


def _due(ended: datetime, own: OwnCalendar) -> datetime:
    return own.next_moment(own.days_later(ended, WANTED_AFTER))


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
