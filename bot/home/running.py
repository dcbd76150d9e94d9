"""What a person has running: their surveys, and the summaries of their channels, each with its next date."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.schedules import Schedule, ScheduleKind, next_due
from bot.domain.summaries import next_post
from bot.domain.surveys import Round, SurveyState
from bot.domain.workdays import Workdays
from bot.home.facts import NextSummary, RunSurvey, WaitingFacts
from bot.i18n import Translator
from bot.waiting import survey_title
from storage import UnitOfWork

MOST_SURVEYS = 5
MOST_SUMMARIES = 3
_INSTANT = timedelta(microseconds=1)

Schedules = Mapping[tuple[ScheduleKind, str], Schedule]
"""The active schedules by kind and subject."""


def schedules_by_subject(schedules: Iterable[Schedule]) -> Schedules:
    return {(each.kind, each.subject_id): each for each in schedules}


def next_at(schedule: Schedule | None, now: datetime) -> datetime | None:
    """When a schedule is due next after a moment (UTC); None where nothing comes."""
    due = next_due(schedule.rule, now) if schedule is not None else None
    return due.at if due is not None else None


def read_surveys(
    db: UnitOfWork, member_id: str, schedules: Schedules, now: datetime, t: Translator
) -> tuple[RunSurvey, ...]:
    """The surveys that a person runs: those asking right now first, then by when they come next."""
    mine = [survey for survey in db.surveys.all() if survey.created_by == member_id]
    if not mine:
        return ()
    running = {each.survey_id: each for each in db.rounds.open()}
    found = []
    for survey in mine:
        now_open = running.get(survey.id)
        schedule = schedules.get((ScheduleKind.SURVEY, survey.id)) if survey.state is SurveyState.ACTIVE else None
        upcoming = next_at(schedule, now if now_open is None else max(now, now_open.closes_at - _INSTANT))
        title = survey_title(survey, survey.definition, t)
        found.append(
            RunSurvey(survey.id, title, survey.definition.audience.only_channel, survey.state, upcoming, now_open)
        )
    found.sort(key=lambda each: (each.running is None, each.next_at is None, each.next_at or now))
    return tuple(_counted(db, each, each.running) for each in found[:MOST_SURVEYS])


def _counted(db: UnitOfWork, each: RunSurvey, running: Round | None) -> RunSurvey:
    if running is None:
        return each
    return replace(each, answered=db.rounds.answered_count(running.id))


def read_summaries(
    db: UnitOfWork, member_id: str, waiting: WaitingFacts, schedules: Schedules, now: datetime, workdays: Workdays
) -> tuple[NextSummary, ...]:
    """The next dates of a person's summaries: those they set up or lead, and those of channels that ask them something
    now. Which other channels somebody is in, only Slack knows."""
    asking = {each.channel_id for each in waiting.surveys} | {each.definition.channel_id for each in waiting.runs}
    found: dict[str, datetime] = {}
    for summary in db.summaries.all():
        if member_id in (summary.created_by, summary.lead_id) or summary.channel_id in asking:
            schedule = schedules.get((ScheduleKind.SUMMARY, summary.id))
            due = next_post(schedule.rule, now, workdays) if schedule is not None else None
            if due is not None:
                found[summary.channel_id] = min(due.at, found.get(summary.channel_id, due.at))
    soonest = sorted(found.items(), key=lambda item: (item[1], item[0]))
    return tuple(NextSummary(channel_id, at) for channel_id, at in soonest[:MOST_SUMMARIES])
