"""Team check-ins: set up, changed, paused, stopped, listed. One transaction a function. Asking and posting are in
`running`, answers in `answering`, what stands in somebody's way in `blockers`."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.checkins.team.facts import Standing, Wish
from bot.checkins.team.running import turn_messages
from bot.checkins.team.templates import OWN, PERIODS, TEMPLATES, later, started
from bot.checkins.team.wishes import Typed, read_rule
from bot.domain.audit import Act, Deed
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import (
    LATEST_HELD,
    LEAST_WINDOW,
    MAX_QUESTIONS,
    Checkin,
    ItemKind,
    RunState,
    falls_on_days_off,
    nearest_working_days,
    next_held,
    on_weekday,
)
from bot.domain.errors import DomainError, LiveMention
from bot.domain.members import Member
from bot.domain.schedules import Rule, Schedule, ScheduleKind
from bot.domain.workdays import Workdays
from storage import UnitOfWork, new_id

_DEEDS = {"pause": Deed.CHECKIN_PAUSED, "resume": Deed.CHECKIN_RESUMED, "stop": Deed.CHECKIN_STOPPED}


def typed_wish(
    db: UnitOfWork, typed: Typed, channel_id: str, language: str, zone: str, now: datetime, weekday: int | None = None
) -> Wish:
    """What a line asks for: a channel's check-in changed, or a new one as its template has it, the stand-up where none
    was named. `zone` and `language` are the author's. `weekday` was chosen instead of the one in the line.

    DomainErrors: those of `wishes.read_rule`, `checkins.team.past_midnight`, `checkins.team.which`.
    """
    db.workspace.lock()  # of two who set one up for a channel at once, the second changes the first, if they may
    there = _named(db, channel_id, typed.template) if in_channel(db, channel_id, typed.template) else None
    if there is not None:
        definition, usual = there.definition, schedule_of(db, there).rule
    else:
        template = TEMPLATES[typed.template or "standup"]
        known = frozenset(askable(db.catalogue.read()))
        definition, usual = started(template, channel_id, language, known, zone, now)
    begun = {on for _, on in db.checkins.begun([there.id], (now - LATEST_HELD).date())} if there is not None else ()
    rule = read_rule(typed.when, usual, now, is_there=there is not None, begun=begun)
    if weekday is not None:
        rule = on_weekday(rule, weekday, now)
    window = _minutes(definition.posts_at) - _minutes(usual.at)
    posts_at = typed.posts_at or later(rule.at, timedelta(minutes=window))
    if posts_at is None:
        raise DomainError("checkins.team.past_midnight")
    definition = replace(definition, posts_at=posts_at, period=PERIODS[rule.cadence])
    return Wish(definition, rule, there.id if there else "")


def check(wish: Wish, kpis: Catalogue) -> None:
    """DomainError for what cannot be: `checkins.team.nothing_asked`, `checkins.team.too_many`,
    `checkins.team.window_short`, `checkins.team.no_such_cadence`. `kpis` are those of everybody."""
    items = wish.definition.items
    if wish.rule.cadence not in PERIODS:
        raise DomainError("checkins.team.no_such_cadence")
    if not any(item.kind is not ItemKind.KPI or _is_typed(item.kpi_key, kpis) for item in items):
        raise DomainError("checkins.team.nothing_asked")
    if len(items) > MAX_QUESTIONS:
        raise DomainError("checkins.team.too_many", most=MAX_QUESTIONS)
    if _minutes(wish.definition.posts_at) - _minutes(wish.rule.at) < LEAST_WINDOW.total_seconds() / 60:
        raise DomainError("checkins.team.window_short", minutes=int(LEAST_WINDOW.total_seconds() / 60))


def instead_of_days_off(wish: Wish, now: datetime, workdays: Workdays) -> list[Rule] | None:
    """None where a check-in can be as it is wished for; where it falls on a weekday that is off, what can be offered
    instead, so that nobody waits for what never comes."""
    if not falls_on_days_off(wish.rule, now, workdays):
        return None
    return nearest_working_days(wish.rule, now, workdays)


def askable(kpis: Catalogue) -> list[str]:
    """The KPIs a check-in may have: those that everybody in the workspace may see, and that are not retired."""
    return [kpi.key for kpi in kpis.public().current]


def set_up(db: UnitOfWork, now: datetime, author: Member, wish: Wish, key: str, workdays: Workdays) -> Standing:
    """Keeps a check-in as it is wished for. What is being answered just now stays as it began. `key` tells the same
    thing delivered twice.

    DomainErrors: those of `check`, `core.stale`, `checkins.team.not_yours`, `checkins.team.changed_since` where
    somebody changed it since the form was opened, and `checkins.team.day_off` for a weekday on which nobody works.
    """
    db.workspace.lock()  # what is stopped in the same moment stays stopped
    check(wish, db.catalogue.read().public())
    if falls_on_days_off(wish.rule, now, workdays):
        raise DomainError("checkins.team.day_off", day=wish.rule.anchor)
    if wish.checkin_id:
        there = find(db, wish.checkin_id)
        require_owner(there, author)
        schedule = schedule_of(db, there)
        if (there.definition, schedule.rule) == (wish.definition, wish.rule):
            return standing(db, now, there, author, workdays)
        if wish.seen_at is not None and db.audit.has(Deed.CHECKIN_CHANGED, there.id, after=wish.seen_at):
            raise DomainError("checkins.team.changed_since")
        changed = replace(there, definition=wish.definition)
        db.checkins.update(changed)
        db.schedules.replace_rule(schedule.id, wish.rule, planned_until=now)
        _note(db, now, author, Deed.CHECKIN_CHANGED, changed)
        return standing(db, now, changed, author, workdays)
    if not db.handled.first_time(f"checkin:{key}", now):
        made = [each for each in db.checkins.all() if each.definition == wish.definition]
        if made:
            return standing(db, now, made[-1], author, workdays)
    checkin = Checkin(new_id(), wish.definition, author.id, now)
    db.checkins.add(checkin)
    db.schedules.add(Schedule(new_id(), ScheduleKind.CHECKIN, checkin.id, wish.rule, author.id, planned_until=now))
    _note(db, now, author, Deed.CHECKIN_SET_UP, checkin)
    return standing(db, now, checkin, author, workdays)


def act(db: UnitOfWork, now: datetime, member: Member, checkin_id: str, deed: str, workdays: Workdays) -> Standing:
    """Pauses, resumes or stops (`deed`) a check-in. What is being answered is still posted after a pause, not after a
    stop. Doing it again changes nothing. DomainErrors: `core.stale`, `checkins.team.not_yours`."""
    db.workspace.lock()
    checkin = find(db, checkin_id, also_stopped=deed == "stop")
    require_owner(checkin, member)
    schedule = schedule_of(db, checkin)
    if checkin.active and (deed == "stop" or schedule.active is not (deed == "resume")):
        _note(db, now, member, _DEEDS[deed], checkin)
    if deed == "resume":
        db.schedules.planned_until(schedule.id, now)
    db.schedules.set_active(schedule.id, deed == "resume")
    if deed == "stop":
        checkin = replace(checkin, active=False)
        db.checkins.update(checkin)
        for run in db.checkins.open():
            if run.checkin_id == checkin.id and db.checkins.end(run.id, RunState.MISSED):
                turn_messages(db, run, now)
    return standing(db, now, checkin, member, workdays)


def _note(db: UnitOfWork, now: datetime, member: Member, deed: Deed, checkin: Checkin) -> None:
    db.audit.note(Act(now, member.id, deed, checkin.id, {"channel": checkin.definition.channel_id}))


def named(db: UnitOfWork, channel_id: str, template: str) -> Checkin:
    """The check-in of a channel that a line is about. DomainErrors: `checkins.team.none_here`, `checkins.team.which`
    where there are several."""
    if not in_channel(db, channel_id, template):
        raise DomainError("checkins.team.none_here", channel=LiveMention.channel(channel_id))
    return _named(db, channel_id, template)


def in_channel(db: UnitOfWork, channel_id: str, template: str) -> list[Checkin]:
    """The check-ins of a channel, all of them or those of a template."""
    here = [each for each in db.checkins.all() if each.definition.channel_id == channel_id]
    if not template:
        return here
    wanted = "" if template == OWN.key else template
    return [each for each in here if each.definition.template == wanted]


def _named(db: UnitOfWork, channel_id: str, template: str) -> Checkin:
    found = in_channel(db, channel_id, template)
    if len(found) > 1:
        raise DomainError("checkins.team.which", channel=LiveMention.channel(channel_id))
    return found[0]


def find(db: UnitOfWork, checkin_id: str, *, also_stopped: bool = False) -> Checkin:
    checkin = db.checkins.get(checkin_id)
    if checkin is None or not (checkin.active or also_stopped):
        raise DomainError("core.stale")
    return checkin


def standings(db: UnitOfWork, now: datetime, member: Member, workdays: Workdays) -> list[Standing]:
    """All check-ins, the one that comes first first."""
    found = [standing(db, now, each, member, workdays) for each in db.checkins.all()]
    return sorted(found, key=lambda each: (each.next_at is None, each.next_at, each.checkin.id))


def standing(db: UnitOfWork, now: datetime, checkin: Checkin, member: Member, workdays: Workdays) -> Standing:
    """A check-in and when people are asked next, for somebody who asks."""
    schedule = schedule_of(db, checkin)
    begun = {on for _, on in db.checkins.begun([checkin.id], (now - LATEST_HELD).date())}
    due = next_held(schedule.rule, now, workdays, begun) if schedule.active else None
    after = next_held(schedule.rule, due.at, workdays, begun) if due else None
    return Standing(
        checkin,
        schedule.rule,
        due.at if due else None,
        after.at if after else None,
        checkin.active and not schedule.active,
        may_change(checkin, member),
        next((run for run in db.checkins.open() if run.checkin_id == checkin.id and run.asked), None),
    )


def may_change(checkin: Checkin, member: Member) -> bool:
    """Whether somebody may change, pause and stop a check-in: whoever set it up, and admins."""
    return not member.left_out and (member.id == checkin.created_by or member.is_admin)


def require_owner(checkin: Checkin, member: Member) -> None:
    if not may_change(checkin, member):
        raise DomainError("checkins.team.not_yours")


def schedule_of(db: UnitOfWork, checkin: Checkin) -> Schedule:
    schedule = db.schedules.of_subject(ScheduleKind.CHECKIN, checkin.id)
    if schedule is None:
        raise LookupError(f"check-in {checkin.id} has no schedule")  # both are written in one transaction
    return schedule


def _is_typed(kpi_key: str, kpis: Catalogue) -> bool:
    return kpi_key in kpis and not kpis[kpi_key].is_derived


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
