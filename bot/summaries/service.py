"""Summaries: set, changed, stopped, listed, and what a schedule's date causes. One transaction a function; what a post
says is read in `reading` at the moment it is sent."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.schedules import Due, Rule, Schedule, ScheduleKind, next_due
from bot.domain.summaries import Summary
from bot.summaries.facts import Standing
from storage import UnitOfWork, new_id

POST = "summaries.post"
NOT_IN_CHANNEL = "summaries.not_in_channel"
STILL_USEFUL = timedelta(hours=48)
"""How long after its moment a summary that could not be sent is still worth posting."""


def set_summary(
    db: UnitOfWork, now: datetime, author: Member, channel_id: str, rule: Rule, language: str, key: str
) -> Standing:
    """Gives a channel its summary, or the one it has another rule and language. `language` is the one it is written in,
    `key` tells the same command delivered twice. A date that was posted before is not posted again under the new rule.

    Raises DomainError `core.outsider`, `summaries.not_yours`.
    """
    require_member(author)
    there = db.summaries.for_channel(channel_id)
    if not db.handled.first_time(key, now) and there is not None:
        return standing(db, now, there, author)
    if there is not None:
        require_owner(there, author)
        schedule = _schedule(db, there)
        db.schedules.replace_rule(schedule.id, rule, planned_until=now)
        db.summaries.set_language(there.id, language)
        return replace(standing(db, now, replace(there, language=language), author), changed=True)
    summary = Summary(new_id(), channel_id, language, author.id, now)
    db.summaries.add(summary)
    db.schedules.add(Schedule(new_id(), ScheduleKind.SUMMARY, summary.id, rule, author.id, planned_until=now))
    return standing(db, now, summary, author)


def stop(db: UnitOfWork, member: Member, summary_id: str) -> Summary:
    """Ends a summary; nothing more of it is posted. Doing it twice is the same as once.

    Raises DomainError `core.outsider`, `summaries.not_yours`, and `core.stale` when there never was one.
    """
    summary = find(db, summary_id)
    require_owner(summary, member)
    db.summaries.deactivate(summary.id)
    db.schedules.set_active(_schedule(db, summary).id, False)
    return summary


def find(db: UnitOfWork, summary_id: str) -> Summary:
    """A summary by id, also a stopped one. Raises DomainError `core.stale` for an id nobody gave out."""
    summary = db.summaries.get(summary_id)
    if summary is None:
        raise DomainError("core.stale")
    return summary


def standings(db: UnitOfWork, now: datetime, member: Member) -> list[Standing]:
    """All channels' summaries, the one that comes first first."""
    require_member(member)
    found = [standing(db, now, summary, member) for summary in db.summaries.all()]
    return sorted(found, key=lambda each: (each.next_at is None, each.next_at, each.summary.channel_id))


def standing(db: UnitOfWork, now: datetime, summary: Summary, member: Member) -> Standing:
    """A summary's rule and its next moment, as of `now` (aware), for somebody who asks."""
    schedule = _schedule(db, summary)
    following = _next(db, schedule, now) if schedule.active else None
    return Standing(summary, schedule.rule, following.at if following else None, may_stop=may_change(summary, member))


def rule_of(db: UnitOfWork, summary: Summary) -> Rule:
    """When a summary comes."""
    return _schedule(db, summary).rule


def plan_occurrence(db: UnitOfWork, schedule: Schedule, due: Due, now: datetime) -> None:
    """What a summary's date causes: one post, owed to its channel from now on and for as long as it is useful."""
    summary = db.summaries.get(schedule.subject_id)
    if summary is None or not summary.active:
        return
    db.deliveries.add(
        NewDelivery(
            purpose=POST,
            subject=f"{summary.id}:{due.local_date}",
            receiver=summary.channel_id,
            due_at=now,
            expires_at=due.at + STILL_USEFUL,
            facts={"owner": summary.created_by, "day": due.local_date.isoformat()},
        )
    )


def tell_unreachable(db: UnitOfWork, now: datetime, author: Member, summary: Summary, why: str, key: str) -> None:
    """Owes the author a note that the channel cannot be posted to. `why` is the last part of its text's key."""
    db.deliveries.add(
        NewDelivery(
            purpose=NOT_IN_CHANNEL,
            subject=f"{summary.id}:{key}",
            receiver=author.id,
            due_at=now,
            facts={"channel": summary.channel_id, "why": why},
        )
    )


def require_member(member: Member) -> None:
    """Guests, people of other companies in shared channels, bots and deactivated people see no team figures here."""
    if member.left_out:
        raise DomainError("core.outsider")


def require_owner(summary: Summary, member: Member) -> None:
    require_member(member)
    if not may_change(summary, member):
        raise DomainError("summaries.not_yours")


def may_change(summary: Summary, member: Member) -> bool:
    """Whether somebody may change or stop a summary: whoever set it up, and admins."""
    return not member.left_out and (member.id == summary.created_by or member.is_admin)


def _schedule(db: UnitOfWork, summary: Summary) -> Schedule:
    schedule = db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id)
    if schedule is None:
        raise LookupError(f"summary {summary.id} has no schedule")  # both are written in one transaction
    return schedule


def _next(db: UnitOfWork, schedule: Schedule, now: datetime) -> Due | None:
    """The next date that was not decided before: a rule changed after its post does not post again that day."""
    decided: set[date] = {occurrence.local_date for occurrence in db.schedules.occurrences(schedule.id)}
    following = next_due(schedule.rule, now)
    while following is not None and following.local_date in decided:
        following = next_due(schedule.rule, following.at)
    return following
