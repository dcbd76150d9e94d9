"""Surveys and when their rounds start and end: one transaction each, never waiting for Slack.

How surveys are made: `drafts` and `enps_surveys`. Who is asked once Slack has said who is there: `launching`. Who is
asked once more: `reminding`. When everybody has answered: `early_close`. Answers: `answering`. What came out:
`results`.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.domain.audit import Act, Deed
from bot.domain.deliveries import DeliveryState, NewDelivery, Verb
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.privacy import thresholds
from bot.domain.schedules import Cadence, Due, Rule, Schedule, ScheduleKind, next_due
from bot.domain.surveys import Round, RoundState, Survey, SurveyState
from bot.surveys.asking.prompts import PROMPT_CLOSED, PROMPTS
from bot.surveys.outcomes import Closing, Overview
from bot.surveys.results import publishing
from bot.surveys.transitions import may_leave
from storage import UnitOfWork, new_id

QUESTION = "enps"
WEEKLY_WINDOW = timedelta(days=7)
WINDOW = timedelta(days=14)
MOST_NAMED = 10
"""Surveys that a question back names."""
_INSTANT = timedelta(microseconds=1)
_SWITCHED = {
    SurveyState.PAUSED: Deed.SURVEY_PAUSED,
    SurveyState.ACTIVE: Deed.SURVEY_RESUMED,
    SurveyState.DELETED: Deed.SURVEY_DELETED,
}
STILL_GOING_OUT = timedelta(minutes=2)
"""A prompt that was being sent at the moment of closing gets its closing words this much later."""


def overview(db: UnitOfWork, now: datetime, survey: Survey) -> Overview:
    """Where a survey stands at an aware moment."""
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    waits = schedule is not None and schedule.active and survey.state is SurveyState.ACTIVE
    running = db.rounds.open_of(survey.id)
    following = next_due(schedule.rule, free_from(now, running)) if schedule and waits else None
    return Overview(
        survey,
        schedule.rule if schedule else None,
        following.at if following else None,
        running,
        db.rounds.answered_count(running.id) if running else 0,
        waits_for_action=_waits_for_action(db, survey),
    )


def overviews(db: UnitOfWork, now: datetime) -> tuple[Overview, ...]:
    """All surveys, by handle."""
    return tuple(overview(db, now, survey) for survey in db.surveys.all())


def find(db: UnitOfWork, handle: str, channel_id: str | None = None) -> Survey:
    """The survey a person means by its handle or its channel, or by nothing at all when there is just one.

    Raises DomainError `surveys.none_yet`, `surveys.which_one`, `surveys.did_you_mean`, `surveys.unknown`,
    `surveys.none_in_channel`.
    """
    known = {survey.handle: survey for survey in db.surveys.all()}
    if not known:
        raise DomainError("surveys.none_yet")
    if channel_id:
        return _of_channel(known.values(), channel_id)
    wanted = handle.strip().casefold()
    if wanted in known:
        return known[wanted]
    if not wanted:
        if len(known) == 1:
            return next(iter(known.values()))
        raise DomainError("surveys.which_one", handles=", ".join(list(known)[:MOST_NAMED]))
    close = get_close_matches(wanted, known, n=1, cutoff=0.6)
    close = close or get_close_matches(f"enps-{wanted}", known, n=1, cutoff=0.8)
    if close:
        raise DomainError("surveys.did_you_mean", word=handle, handle=close[0])
    raise DomainError("surveys.unknown", word=handle)


def _of_channel(surveys: Collection[Survey], channel_id: str) -> Survey:
    """The one that asks exactly that channel, else the one that asks it among others."""
    exactly = [each for each in surveys if each.channel_id == channel_id]
    found = exactly or [each for each in surveys if channel_id in each.definition.audience.channels]
    if not found:
        raise DomainError("surveys.none_in_channel")
    if len(found) > 1:
        raise DomainError("surveys.which_one", handles=", ".join([each.handle for each in found][:MOST_NAMED]))
    return found[0]


def send(db: UnitOfWork, now: datetime, member: Member, survey: Survey, key: str) -> Overview:
    """Start a round now; who is asked is looked up right after. It closes at the latest when the survey's next date is
    due, which would start none while it is open. Raises DomainError `surveys.not_yours`, `surveys.unknown`,
    `surveys.is_paused`, `surveys.already_open`."""
    survey = held(db, survey)
    require_owner(survey, member)
    if not db.handled.first_time(key, now):
        return overview(db, now, survey)
    if survey.state is SurveyState.PAUSED:
        raise DomainError("surveys.is_paused", handle=survey.handle)
    if db.rounds.open_of(survey.id):
        raise DomainError("surveys.already_open")
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    rule = schedule.rule if schedule else None
    following = next_due(rule, now) if rule else None
    _start(db, survey, member.id, now, closing(rule, now, following.at if following else None))
    note(db, now, member, Deed.SURVEY_LAUNCHED, survey)
    return overview(db, now, survey)


def plan_occurrence(db: UnitOfWork, schedule: Schedule, due: Due, now: datetime) -> None:
    """What a survey's date causes: a new round, unless one is still running. A round closes at the latest when the
    next one is due, so that a weekly survey does not stand in its own way."""
    survey = db.surveys.get(schedule.subject_id)
    if survey is None or survey.state is not SurveyState.ACTIVE:
        return
    running = db.rounds.open_of(survey.id)
    if running is not None:
        if running.state is not RoundState.OPEN or running.closes_at > now:
            return
        close_round(db, now, running)
    following = next_due(schedule.rule, due.at)
    closes_at = closing(schedule.rule, now, following.at if following else None)
    _start(db, survey, survey.created_by, now, closes_at)


def close(db: UnitOfWork, now: datetime, member: Member, survey: Survey) -> Closing:
    """End the running round now. Raises DomainError `surveys.not_yours`, `surveys.nothing_open`."""
    require_owner(survey, member)
    running = db.rounds.open_of(survey.id)
    if running is None:
        raise DomainError("surveys.nothing_open", handle=survey.handle)
    if running.state is RoundState.LAUNCHING:
        if not may_leave(db, now, running):  # it was opened this moment
            return close(db, now, member, survey)
        db.rounds.update(replace(running, state=RoundState.FAILED, closed_at=now))
        note(db, now, member, Deed.SURVEY_CLOSED, survey)
        return Closing(survey, 0, 0, was_asking=False)
    closed = close_round(db, now, running)
    if closed is None:
        raise DomainError("surveys.nothing_open", handle=survey.handle)
    note(db, now, member, Deed.SURVEY_CLOSED, survey)
    return Closing(survey, closed.asked, closed.answered or 0, was_asking=True)


def close_round(db: UnitOfWork, now: datetime, running: Round) -> Round | None:
    """Close an open round: nobody can answer any more, and every prompt turns into the same closing words. Prompts that
    were not sent yet will not be: they find the round closed. What may be shown of it is decided next (`publishing`).
    The round as it is then; None, and nothing changes, where somebody else has closed it this moment."""
    if not may_leave(db, now, running):
        return None
    closed = publishing.close(db, now, running)
    owed = []
    for prompt in (each for purpose in PROMPTS for each in db.deliveries.of(purpose, running.id)):
        if prompt.state in (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS):
            due_at = now if prompt.state is DeliveryState.SENT else now + STILL_GOING_OUT
            which = f"{running.id}:{prompt.purpose}"
            owed.append(
                NewDelivery(PROMPT_CLOSED, which, prompt.receiver, due_at, verb=Verb.UPDATE, target_id=prompt.id)
            )
    db.deliveries.add_many(owed)
    return closed


def pause(db: UnitOfWork, now: datetime, member: Member, survey: Survey) -> Overview:
    """No new rounds until it is resumed; a running one goes on."""
    return _switch(db, now, member, survey, SurveyState.PAUSED)


def resume(db: UnitOfWork, now: datetime, member: Member, survey: Survey) -> Overview:
    """New rounds again, from the next date on: what fell into the pause is not made up."""
    return _switch(db, now, member, survey, SurveyState.ACTIVE)


def delete(db: UnitOfWork, now: datetime, member: Member, survey: Survey) -> Overview:
    """Remove a survey from sight and stop its schedule. Raises DomainError `surveys.close_first` while it asks."""
    survey = held(db, survey)
    require_owner(survey, member)
    if db.rounds.open_of(survey.id):
        raise DomainError("surveys.close_first", handle=survey.handle)
    return _switch(db, now, member, survey, SurveyState.DELETED)


def free_from(now: datetime, running: Round | None) -> datetime:
    """The moment after which dates start rounds again: a date on which another round still runs starts none. As far as
    one can tell, since that one may close early."""
    return now if running is None else max(now, running.closes_at - _INSTANT)


def upcoming(rule: Rule | None, now: datetime, count: int, running: Round | None = None) -> tuple[datetime, ...]:
    """The next moments (UTC) at which rounds start by themselves, while one is `running`."""
    moments: list[datetime] = []
    after = free_from(now, running)
    while rule is not None and len(moments) < count:
        following = next_due(rule, after)
        if following is None:
            break
        after = following.at
        moments.append(after)
    return tuple(moments)


def held(db: UnitOfWork, survey: Survey) -> Survey:
    """The survey as it is now: nobody else decides anything about it until this transaction ends. Raises DomainError
    `surveys.unknown` where it was deleted since it was found."""
    db.workspace.lock()
    now = db.surveys.get(survey.id)
    if now is None or now.state is SurveyState.DELETED:
        raise DomainError("surveys.unknown", word=survey.handle)
    return now


def require_owner(survey: Survey, member: Member) -> None:
    """Only the survey's author and admins may go on; DomainError `surveys.not_yours` for everybody else."""
    require_member(member)
    if member.id != survey.created_by and not member.is_admin:
        raise DomainError("surveys.not_yours", handle=survey.handle)


def require_member(member: Member) -> None:
    """Guests, people of other companies in shared channels, bots and deactivated people manage no surveys."""
    if member.left_out:
        raise DomainError("surveys.members_only")


def _start(db: UnitOfWork, survey: Survey, started_by: str, now: datetime, closes_at: datetime) -> None:
    """Asked and thresholds are frozen later, when the audience is known; until then they are those of nobody."""
    limits = thresholds(0)
    db.rounds.add(
        Round(
            id=new_id(),
            survey_id=survey.id,
            number=db.rounds.next_number(survey.id),
            state=RoundState.LAUNCHING,
            definition=survey.definition,
            opened_at=now,
            closes_at=closes_at,
            asked=0,
            min_score=limits.min_score,
            min_comments=limits.min_comments,
            started_by=started_by,
        )
    )


def _switch(db: UnitOfWork, now: datetime, member: Member, survey: Survey, state: SurveyState) -> Overview:
    survey = held(db, survey)
    require_owner(survey, member)
    schedule = db.schedules.of_subject(ScheduleKind.SURVEY, survey.id)
    if schedule:
        if state is SurveyState.ACTIVE and not schedule.active:
            db.schedules.planned_until(schedule.id, now)
        db.schedules.set_active(schedule.id, state is SurveyState.ACTIVE)
    db.surveys.set_state(survey.id, state)
    if state is not survey.state:
        note(db, now, member, _SWITCHED[state], survey)
    return overview(db, now, replace(survey, state=state))


def note(db: UnitOfWork, now: datetime, member: Member, deed: Deed, survey: Survey) -> None:
    """Writes into the audit log who did what to a survey."""
    db.audit.note(Act(now, member.id, deed, survey.id, {"name": survey.handle}))


def _waits_for_action(db: UnitOfWork, survey: Survey) -> bool:
    """Whether nobody has said yet what follows from the newest round that people answered."""
    newest = db.rounds.previous_closed(survey.id, db.rounds.next_number(survey.id))
    return newest is not None and bool(newest.answered) and db.rounds.follow_up_of(newest.id) is None


def closing(rule: Rule | None, starts_at: datetime, following: datetime | None) -> datetime:
    """When a round closes (UTC) that starts at a moment, if nothing ends it before; `following` is when the next one
    starts. A weekly one closes just then, also in the week that has an hour more as the clocks go back."""
    if following is None:
        return starts_at + window(rule)
    if rule is not None and rule.cadence is Cadence.WEEKLY:
        return following
    return min(starts_at + window(rule), following)


def window(rule: Rule | None) -> timedelta:
    """How long a round is open, if nothing ends it before."""
    return WEEKLY_WINDOW if rule and rule.cadence is Cadence.WEEKLY else WINDOW
