"""From an audience to a round that asks it: who is left out, what is asked, who is asked and reminded when. Worked out
by reading, then written in one transaction.

Reading the audience from Slack is in `bot.audiences`, as it takes time and may fail; when each person is asked in
`budget`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audiences import Found
from bot.calendars import calendars_of
from bot.domain.audiences import select
from bot.domain.bank import draw
from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import NewDelivery
from bot.domain.privacy import FLOOR, thresholds
from bot.domain.prompting import Slot
from bot.domain.surveys import Definition, Round, RoundState, SurveyState, frozen
from bot.domain.workdays import Workdays
from bot.surveys.asking.budget import Asking, moments, owed_to
from bot.surveys.asking.prompts import ASK
from bot.surveys.asking.reminding import reminders
from bot.surveys.asking.segments import segments_of
from bot.surveys.transitions import may_leave
from storage import UnitOfWork

LAUNCHED = "surveys.launched"
NOT_LAUNCHED = "surveys.not_launched"
TOO_FEW = "too_few"
UNREACHABLE = "unreachable"
AWAY = "away"
LEAST_NAMED = 1
_WERE_ASKED = (RoundState.OPEN, RoundState.CLOSED)


@dataclass(frozen=True, slots=True)
class Launch:
    """What a round is to be: its definition with the drawn questions, when each person is asked, their calendars and
    groups, and how many people were left out why."""

    definition: Definition
    slots: Mapping[str, Slot]
    calendars: Mapping[str, OwnCalendar]
    segments: Mapping[str, str]
    left_out: Mapping[str, int]


def prepare(
    db: UnitOfWork, now: datetime, waiting: Round, found: Found, workdays: Workdays, default_zone: str
) -> Launch:
    """Work out a launch, by reading alone: with thousands of people and several surveys that takes a while, in which
    nobody who answers should have to wait."""
    selection = select(waiting.definition.audience, found.present, found.known)
    calendars = calendars_of(db, selection.members, now, waiting.closes_at, workdays, default_zone)
    definition = questions_of(db, waiting)
    asking = Asking.of(replace(waiting, definition=definition))
    slots = moments(asking, calendars, owed_to(db, calendars, now), now)
    people = [member for member in selection.members if member.id in slots]
    segments = segments_of(db, definition, found.present, people, default_zone)
    left_out = {**selection.left_out, AWAY: len(calendars) - len(slots)}
    return Launch(definition, slots, calendars, segments, left_out)


def open_round(db: UnitOfWork, now: datetime, round_id: str, launch: Launch) -> None:
    """Ask everybody who is to be asked, each in their own working hours, and tell the author. A group below the floor
    is not asked at all, nor is anybody of a survey that was deleted. Does nothing when the round was opened or stopped
    meanwhile."""
    waiting = db.rounds.get(round_id)
    if waiting is None or waiting.state is not RoundState.LAUNCHING:
        return
    slots = launch.slots
    facts = {reason: str(count) for reason, count in launch.left_out.items() if count}
    least = least_asked(launch.definition)
    if len(slots) < least:
        fail_round(db, now, round_id, TOO_FEW, {**facts, "asked": str(len(slots)), "least": str(least)})
        return
    if not may_leave(db, now, waiting):
        return
    survey = db.surveys.get(waiting.survey_id)
    if survey is None or survey.state is SurveyState.DELETED:  # deleted in the moment in which a date began the round
        db.rounds.update(replace(waiting, state=RoundState.FAILED, closed_at=now))
        return
    limits = thresholds(len(slots))
    opened = replace(
        waiting,
        definition=launch.definition,
        state=RoundState.OPEN,
        opened_at=now,
        asked=len(slots),
        min_score=limits.min_score,
        min_comments=limits.min_comments,
    )
    db.rounds.update(opened)
    db.answers.start(round_id)
    db.rounds.invite(round_id, launch.segments)
    asked = {member_id: slot.at for member_id, slot in slots.items()}
    owed = [
        NewDelivery(ASK, round_id, member_id, moment, expires_at=opened.closes_at)
        for member_id, moment in asked.items()
    ]
    owed += reminders(opened, asked, launch.calendars)
    if opened.started_by:
        owed.append(NewDelivery(LAUNCHED, round_id, opened.started_by, now, facts={**facts, **_told(slots, now)}))
    db.deliveries.add_many(owed)


def least_asked(definition: Definition) -> int:
    """How many people a survey needs: a floor below which nobody would be anonymous; a named one asks anybody."""
    return LEAST_NAMED if definition.is_named else FLOOR


def questions_of(db: UnitOfWork, waiting: Round) -> Definition:
    """The definition of a round with the questions drawn for it: none comes again before all of its drivers' were
    asked in earlier rounds."""
    definition = waiting.definition
    earlier = [each for each in reversed(db.rounds.of_survey(waiting.survey_id)) if each.state in _WERE_ASKED]
    asked = [question.bank for each in earlier for question in each.questions if question.bank]
    besides = [question.bank for question in definition.questions if question.bank]
    return frozen(definition, draw(definition.drivers, definition.draws, asked, besides))


def fail_round(
    db: UnitOfWork, now: datetime, round_id: str, reason: str, facts: Mapping[str, str] | None = None
) -> None:
    """The round cannot be launched: nobody is asked, and its author hears why. `reason` is TOO_FEW, UNREACHABLE or
    Slack's own error code; the fact "place" is the channel or group it is about."""
    waiting = db.rounds.get(round_id)
    if waiting is None or waiting.state is not RoundState.LAUNCHING or not may_leave(db, now, waiting):
        return
    db.rounds.update(replace(waiting, state=RoundState.FAILED, closed_at=now))
    if waiting.started_by:
        told = {**(facts or {}), "reason": reason}
        db.deliveries.add(NewDelivery(NOT_LAUNCHED, round_id, waiting.started_by, now, facts=told))


def _told(slots: Mapping[str, Slot], now: datetime) -> dict[str, str]:
    """What the author hears of the moments: how many are asked at once, later, and on a later day than they would have
    been, so that nobody is asked too much."""
    at_once = sum(slot.at <= now for slot in slots.values())
    counts = {
        "asked": len(slots),
        "now": at_once,
        "later": len(slots) - at_once,
        "moved": sum(slot.is_moved for slot in slots.values()),
    }
    return {name: str(count) for name, count in counts.items()}
