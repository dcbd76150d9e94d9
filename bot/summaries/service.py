"""Summaries: set, changed, stopped, listed, and what a schedule's date causes. One transaction a function; what a post
says is read in `reading` at the moment it is sent."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain import audit
from bot.domain.deliveries import NewDelivery, Verb
from bot.domain.errors import DomainError, LiveMention
from bot.domain.members import Member
from bot.domain.schedules import Cadence, Due, Rule, Schedule, ScheduleKind
from bot.domain.summaries import Summary, SummaryDefinition, is_posted_on, next_post
from bot.domain.workdays import Workdays
from bot.notices import SERIES
from bot.scoreboard import workdays_in
from bot.services import Services
from bot.summaries.purposes import DETAILS, NOT_IN_CHANNEL, POST
from bot.summaries.standings import Deed, Standing
from bot.summaries.wishes import Wish, has_same_dates
from bot.summaries.wishes import rule_of as rule_wished
from storage import UnitOfWork, new_id

STILL_USEFUL = timedelta(hours=48)
"""How long after its moment a summary that could not be sent is still worth posting."""
DAILY_STILL_USEFUL = timedelta(hours=12)
"""... and a daily one: after that, the next one is nearer."""
DAY_OFF = "day_off"
"""Why a date of a daily summary was skipped."""


def set_summary(
    db: UnitOfWork,
    now: datetime,
    author: Member,
    channel_id: str,
    wish: Wish,
    zone: str,
    language: str,
    key: str,
    country: str,
) -> Standing:
    """Gives a channel a summary in the rhythm of the wish; one that it has in that rhythm comes by the new rule and
    otherwise stays what it is. `zone` and `language` are the author's, `key` tells the same command delivered twice,
    `country` (ISO 3166) is that of the holidays. A date that was posted before is not posted again under the new rule.

    Raises DomainError `core.outsider`, `summaries.not_yours`, `summaries.several_alike`.
    """
    require_member(author)
    db.workspace.lock()  # of two who set one up for a channel at once, the second changes the first, if they may
    there = db.summaries.in_channel(channel_id)
    alike = [each for each in there if rule_of(db, each).cadence is wish.cadence]
    if not db.handled.first_time(key, now) and alike:
        deed = Deed.ADDED if len(there) > 1 else Deed.SET
        return replace(standing(db, now, alike[-1], author, country), deed=deed)
    if len(alike) > 1:
        raise DomainError("summaries.several_alike", channel=LiveMention.channel(channel_id))
    if alike:
        summary = alike[0]
        require_owner(summary, author)
        schedule = _schedule(db, summary)
        rule = rule_wished(wish, now, zone, schedule.rule)
        changed = replace(summary, language=wish.language or summary.language)
        return _change(db, now, author, changed, rule, country)
    rule = rule_wished(wish, now, zone)
    summary = Summary(new_id(), channel_id, wish.language or language, author.id, now)
    return _add(db, now, author, summary, rule, len(there), country)


def save_summary(
    db: UnitOfWork,
    now: datetime,
    author: Member,
    wished: Summary,
    wish: Wish,
    zone: str,
    key: str,
    country: str,
) -> Standing:
    """What a form asks for: a new summary where `wished` has no id, else that one as it is wished from now on. `zone`
    is the one the rule lives in, `key` tells the same form sent twice, `country` is as for `set_summary`.

    Raises DomainError `core.outsider`, `summaries.not_yours`, `summaries.no_such_lead`, `summaries.same_time` for a
    new one that comes whenever another of the channel does, and `core.stale` for one that was stopped meanwhile.
    """
    require_member(author)
    check_lead(db, wished.definition)
    db.workspace.lock()
    is_first = db.handled.first_time(key, now)
    there = db.summaries.in_channel(wished.channel_id)
    if wished.id:
        summary = find(db, wished.id)
        require_owner(summary, author)
        if not summary.active:
            raise DomainError("core.stale")
        rule = rule_wished(wish, now, zone, _schedule(db, summary).rule)
        changed = replace(summary, channel_id=wished.channel_id, language=wished.language, definition=wished.definition)
        return _change(db, now, author, changed, rule, country)
    same = [each for each in there if each.created_by == author.id and each.definition == wished.definition]
    if not is_first and same:
        deed = Deed.ADDED if len(there) > 1 else Deed.SET
        return replace(standing(db, now, same[-1], author, country), deed=deed)
    rule = rule_wished(wish, now, zone)
    if any(has_same_dates(rule, rule_of(db, each)) for each in there):
        raise DomainError("summaries.same_time")
    summary = replace(wished, id=new_id(), created_by=author.id, created_at=now)
    return _add(db, now, author, summary, rule, len(there), country)


def stop(db: UnitOfWork, now: datetime, member: Member, summary_id: str) -> Summary:
    """Ends a summary; nothing more of it is posted. Doing it twice is the same as once.

    Raises DomainError `core.outsider`, `summaries.not_yours`, and `core.stale` when there never was one.
    """
    db.workspace.lock()  # who changes it in the same moment hears that it is over
    summary = find(db, summary_id)
    require_owner(summary, member)
    db.summaries.deactivate(summary.id)
    db.schedules.set_active(_schedule(db, summary).id, False)
    if summary.active:
        _note(db, now, member, audit.Deed.SUMMARY_REMOVED, summary)
    return summary


def find(db: UnitOfWork, summary_id: str) -> Summary:
    """A summary by id, also a stopped one. Raises DomainError `core.stale` for an id nobody gave out."""
    summary = db.summaries.get(summary_id)
    if summary is None:
        raise DomainError("core.stale")
    return summary


def find_in(db: UnitOfWork, channel_id: str, cadence: Cadence | None) -> Summary:
    """The channel's only active summary, or its only one in a rhythm. Raises DomainError `summaries.none_there`,
    `summaries.several_there`."""
    found = [each for each in db.summaries.in_channel(channel_id) if cadence in (None, rule_of(db, each).cadence)]
    if not found:
        raise DomainError("summaries.none_there", channel=LiveMention.channel(channel_id))
    if len(found) > 1:
        raise DomainError("summaries.several_there", channel=LiveMention.channel(channel_id))
    return found[0]


def standings(db: UnitOfWork, now: datetime, member: Member, country: str) -> list[Standing]:
    """All channels' summaries, the one that comes first first."""
    require_member(member)
    found = [standing(db, now, summary, member, country) for summary in db.summaries.all()]
    return sorted(found, key=lambda each: (each.next_at is None, each.next_at, each.summary.channel_id))


def standing(db: UnitOfWork, now: datetime, summary: Summary, member: Member, country: str) -> Standing:
    """A summary's rule and its next moment, as of `now` (aware), for somebody who asks; `country` as for
    `set_summary`."""
    schedule = _schedule(db, summary)
    following = _next(db, schedule, now, workdays_of(db, country)) if schedule.active else None
    return Standing(summary, schedule.rule, following.at if following else None, may_change(summary, member))


def rule_of(db: UnitOfWork, summary: Summary) -> Rule:
    """When a summary comes."""
    return _schedule(db, summary).rule


def workdays_of(db: UnitOfWork, country: str) -> Workdays:
    """The working days on which daily summaries come: the country's, without the company's days off."""
    return workdays_in(country, db.catalogue.policy().days_off)


def passes_over(db: UnitOfWork, schedule: Schedule, due: Due, services: Services) -> str:
    """Why nothing is posted on a date: nobody works that day, and what it would tell is told on the next one."""
    workdays = workdays_of(db, services.settings.country)
    return "" if is_posted_on(schedule.rule.cadence, due.local_date, workdays) else DAY_OFF


def still_useful(cadence: Cadence) -> timedelta:
    """How long after its moment a post of this rhythm is worth making up."""
    return DAILY_STILL_USEFUL if cadence is Cadence.DAILY else STILL_USEFUL


def plan_occurrence(db: UnitOfWork, schedule: Schedule, due: Due, now: datetime) -> None:
    """What a summary's date causes: one post, owed to its channel from now on and for as long as it is useful, and what
    goes into its thread. Whom its lead has yet to hear of follows in `owing`."""
    summary = db.summaries.get(schedule.subject_id)
    if summary is None or not summary.active:
        return
    post = NewDelivery(
        purpose=POST,
        subject=f"{summary.id}:{due.local_date}",
        receiver=summary.channel_id,
        due_at=now,
        expires_at=due.at + still_useful(schedule.rule.cadence),
        facts={"owner": summary.created_by, "day": due.local_date.isoformat(), SERIES: summary.id},
    )
    post_id = db.deliveries.add(post)
    if post_id is not None:
        db.deliveries.add(replace(post, purpose=DETAILS, verb=Verb.REPLY, target_id=post_id))


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


def check_lead(db: UnitOfWork, definition: SummaryDefinition) -> None:
    """Raises DomainError `summaries.no_such_lead` for a lead who is no member: a guest or a bot hears no names."""
    lead = db.members.get(definition.lead_id) if definition.lead_id else None
    if definition.lead_id and (lead is None or lead.left_out):
        raise DomainError("summaries.no_such_lead")


def _add(
    db: UnitOfWork, now: datetime, author: Member, summary: Summary, rule: Rule, others: int, country: str
) -> Standing:
    db.summaries.add(summary)
    db.schedules.add(Schedule(new_id(), ScheduleKind.SUMMARY, summary.id, rule, author.id, planned_until=now))
    _note(db, now, author, audit.Deed.SUMMARY_SET_UP, summary)
    return replace(standing(db, now, summary, author, country), deed=Deed.ADDED if others else Deed.SET)


def _change(db: UnitOfWork, now: datetime, author: Member, summary: Summary, rule: Rule, country: str) -> Standing:
    schedule = _schedule(db, summary)
    if not has_same_dates(rule, schedule.rule):
        db.schedules.replace_rule(schedule.id, rule, planned_until=now)
    db.summaries.change(summary.id, summary.channel_id, summary.language, summary.definition)
    _note(db, now, author, audit.Deed.SUMMARY_CHANGED, summary)
    return replace(standing(db, now, summary, author, country), deed=Deed.CHANGED)


def _note(db: UnitOfWork, now: datetime, member: Member, deed: audit.Deed, summary: Summary) -> None:
    db.audit.note(audit.Act(now, member.id, deed, summary.id, {"channel": summary.channel_id}))


def _schedule(db: UnitOfWork, summary: Summary) -> Schedule:
    schedule = db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id)
    if schedule is None:
        raise LookupError(f"summary {summary.id} has no schedule")  # both are written in one transaction
    return schedule


def _next(db: UnitOfWork, schedule: Schedule, now: datetime, workdays: Workdays) -> Due | None:
    """The next date that was not decided before: a rule changed after its post does not post again that day."""
    decided: set[date] = {occurrence.local_date for occurrence in db.schedules.occurrences(schedule.id)}
    following = next_post(schedule.rule, now, workdays)
    while following is not None and following.local_date in decided:
        following = next_post(schedule.rule, following.at, workdays)
    return following
