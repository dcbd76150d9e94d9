"""From a channel's members to a round that asks them: who is left out, who is asked and reminded when. One transaction.

Reading the channel from Slack is in `jobs`, as it takes time and may fail.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.deliveries import NewDelivery
from bot.domain.members import Member
from bot.domain.privacy import FLOOR, thresholds
from bot.domain.surveys import RoundState
from bot.domain.workdays import Workdays
from bot.surveys.calendars import calendars_of
from bot.surveys.prompts import ASK
from bot.surveys.reminding import reminders
from storage import UnitOfWork

LAUNCHED = "surveys.launched"
NOT_LAUNCHED = "surveys.not_launched"
TOO_FEW = "too_few"
UNREACHABLE = "unreachable"
AWAY = "away"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is in the channel: people as known, and how many Slack would not tell anything about."""

    members: Sequence[Member]
    unknown: int = 0


def open_round(
    db: UnitOfWork, now: datetime, round_id: str, audience: Audience, workdays: Workdays, default_zone: str
) -> None:
    """Ask everybody who is to be asked, each in their own working hours, and tell the author. A group below the floor
    is not asked at all. Does nothing when the round was opened or stopped meanwhile."""
    waiting = db.rounds.get(round_id)
    if waiting is None or waiting.state is not RoundState.LAUNCHING:
        return
    left_out = Counter(member.left_out.value for member in audience.members if member.left_out)
    left_out[UNKNOWN] += audience.unknown
    people = [member for member in audience.members if not member.left_out]
    calendars = calendars_of(db, people, now, waiting.closes_at, workdays, default_zone)
    due = {member_id: own.next_moment(now) for member_id, own in calendars.items()}
    left_out[AWAY] += sum(moment >= waiting.closes_at for moment in due.values())
    asked = {member_id: moment for member_id, moment in due.items() if moment < waiting.closes_at}
    facts = {reason: str(count) for reason, count in left_out.items() if count}
    if len(asked) < FLOOR:
        fail_round(db, now, round_id, TOO_FEW, {**facts, "asked": str(len(asked))})
        return
    limits = thresholds(len(asked))
    db.rounds.update(
        replace(
            waiting,
            state=RoundState.OPEN,
            opened_at=now,
            asked=len(asked),
            min_score=limits.min_score,
            min_comments=limits.min_comments,
        )
    )
    db.answers.start(round_id)
    db.rounds.invite(round_id, asked)
    at_once = sum(moment <= now for moment in asked.values())
    facts.update(asked=str(len(asked)), now=str(at_once), later=str(len(asked) - at_once))
    owed = [
        NewDelivery(ASK, round_id, member_id, moment, expires_at=waiting.closes_at)
        for member_id, moment in asked.items()
    ]
    owed += reminders(waiting, asked, calendars)
    if waiting.started_by:
        owed.append(NewDelivery(LAUNCHED, round_id, waiting.started_by, now, facts=facts))
    db.deliveries.add_many(owed)


def fail_round(db: UnitOfWork, now: datetime, round_id: str, reason: str, facts: dict[str, str] | None = None) -> None:
    """The round cannot be launched: nobody is asked, and its author hears why. `reason` is TOO_FEW, UNREACHABLE or
    Slack's own error code."""
    waiting = db.rounds.get(round_id)
    if waiting is None or waiting.state is not RoundState.LAUNCHING:
        return
    db.rounds.update(replace(waiting, state=RoundState.FAILED, closed_at=now))
    if waiting.started_by:
        told = {**(facts or {}), "reason": reason}
        db.deliveries.add(NewDelivery(NOT_LAUNCHED, round_id, waiting.started_by, now, facts=told))
