"""Keeping the schedule by which a KPI's owners are asked, making the questions of one of its dates, and what people
answer besides a value. Each public function is one transaction; the pass that calls them is in `jobs`.

A date of the schedule begins where the day begins first on earth, so that every owner can be asked at the wished time
where they are. Until when a question is of use: the next date's.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.calendars import Calendars
from bot.domain.catalogue import KpiSettings, Viewer
from bot.domain.deliveries import Delivery, NewDelivery, Verb
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.schedules import (
    Cadence,
    Due,
    Occurrence,
    OccurrenceState,
    Rule,
    Schedule,
    ScheduleKind,
    dates,
    instant,
)
from bot.domain.waiting import AskedKpi
from bot.domain.workdays import Workdays
from bot.kpis.acting import Acting
from bot.logging_values import asks_of, turn
from bot.waiting import (
    KPI_ASK_CHANGED,
    KPI_ASKED,
    KPI_REMINDED,
    ask_subject,
    asked_in,
    decline_subject,
    facts_of,
)
from storage import UnitOfWork, new_id

FIRST_ZONE = "Etc/GMT-14"
"""Where a day begins first (UTC+14)."""
ONE_DAY = timedelta(days=1)
_MONTHLY = {Cadence.MONTHLY: PeriodKind.MONTH, Cadence.QUARTERLY: PeriodKind.QUARTER}
_ON_A_WEEKDAY = (Cadence.WEEKLY, Cadence.TWO_WEEKS)


def keep_schedule(db: UnitOfWork, kpi_key: str, settings: KpiSettings, acting: Acting) -> None:
    """Makes, changes or stops the schedule by which a KPI's owners are asked, as its settings now say. Where they say
    the same as before, nothing is changed."""
    schedule = db.schedules.of_subject(ScheduleKind.KPI, kpi_key)
    kpi = db.catalogue.read().get(kpi_key)
    is_asked = settings.cadence not in (None, Cadence.ONCE) and settings.owners and settings.retired_on is None
    if not is_asked or settings.cadence is None or kpi is None or kpi.is_derived:
        if schedule is not None and schedule.active:
            db.schedules.set_active(schedule.id, False)
        return
    if schedule is not None and schedule.active and _says_the_same(schedule.rule, settings):
        return
    rule = Rule(settings.cadence, _anchor(settings.cadence, settings, acting), time.min, FIRST_ZONE)
    begins = instant(rule.anchor, rule.at, FIRST_ZONE)
    assert begins is not None
    planned_until = min(acting.now, begins - timedelta(seconds=1))
    if schedule is None:
        made = Schedule(new_id(), ScheduleKind.KPI, kpi_key, rule, acting.by.id, planned_until)
        db.schedules.add(made)
        return
    db.schedules.replace_rule(schedule.id, rule, planned_until)
    db.schedules.set_active(schedule.id, True)


def _says_the_same(rule: Rule, settings: KpiSettings) -> bool:
    same_weekday = settings.cadence not in _ON_A_WEEKDAY or rule.anchor.weekday() == settings.ask_on
    return rule.cadence is settings.cadence and same_weekday


def _anchor(cadence: Cadence, settings: KpiSettings, acting: Acting) -> date:
    """The first date after today on which it is asked: the day after a month or quarter, the wished weekday, or any."""
    if cadence in _MONTHLY:
        return containing(acting.today, _MONTHLY[cadence]).last + ONE_DAY
    ahead = (settings.ask_on - acting.today.weekday() - 1) % 7 + 1 if cadence in _ON_A_WEEKDAY else 1
    return acting.today + timedelta(days=ahead)


def plan_date(db: UnitOfWork, schedule: Schedule, due: Due, now: datetime) -> None:
    """That a date is decided is all there is to do at once: whom to ask when depends on the calendar of the country,
    which the job knows (`jobs`). What was asked on the date before is over now."""
    made = [each for each in db.schedules.occurrences(schedule.id) if each.state is OccurrenceState.PLANNED]
    for earlier in (each for each in made[-2:] if each.local_date < due.local_date):
        for ask in asks_of(db, ask_subject(schedule.subject_id, earlier.local_date)):
            turn(db, ask, "over", now, over="yes")


def period_asked(cadence: Cadence, on: date, workdays: Workdays) -> Period:
    """The period that a date asks about: the whole one before it; daily, the working day before."""
    if cadence in _MONTHLY:
        return before(containing(on, _MONTHLY[cadence]))
    last_week = before(containing(on, PeriodKind.WEEK))
    if cadence is Cadence.WEEKLY:
        return last_week
    if cadence is Cadence.TWO_WEEKS:
        return Period(before(last_week).first, last_week.last, PeriodKind.CUSTOM)
    day = on - ONE_DAY
    while not workdays.is_working_day(day):
        day -= ONE_DAY
    return containing(day, PeriodKind.DAY)


def make_asks(db: UnitOfWork, schedule: Schedule, made: Occurrence, now: datetime, calendars: Calendars) -> None:
    """Owes every owner the question of one date and its reminder, each at the wished time where they are, or when they
    are next at work. Who is not asked has it recorded why. Doing it again changes nothing."""
    kpi = db.catalogue.read().get(schedule.subject_id)
    if kpi is None:
        return
    period = period_asked(schedule.rule.cadence, made.local_date, calendars.workdays)
    asked = AskedKpi(kpi, made.local_date, period)
    for owner in db.catalogue.read().settings(kpi.key).owners:
        _make_ask(db, asked, schedule.rule, owner, now, calendars)


def _make_ask(db: UnitOfWork, asked: AskedKpi, rule: Rule, owner: str, now: datetime, calendars: Calendars) -> None:
    member = db.members.get(owner)
    zone = calendars.zone_of(member or Member(owner))
    ask_at = db.catalogue.read().settings(asked.kpi.key).ask_at
    until = _until(rule, asked.on, ask_at, zone)
    own = calendars.own(db, member or Member(owner), now, until)
    wished = max(instant(asked.on, ask_at, zone) or now, now)
    at = own.next_moment(wished)
    reason = why_not(db, asked, member) or why_never(rule.cadence, asked.on, at, until, zone)
    subject, facts = ask_subject(asked.kpi.key, asked.on), {**facts_of(asked), "cadence": rule.cadence}
    ask = NewDelivery(KPI_ASKED, subject, owner, min(at, until), expires_at=until, facts=facts)
    added = db.deliveries.add(ask)
    if added and reason:
        db.deliveries.skipped(added, reason)
    elif added:
        again_at = own.days_later(at, 1)
        if again_at < until:
            db.deliveries.add(NewDelivery(KPI_REMINDED, subject, owner, again_at, expires_at=until, facts=facts))


def _until(rule: Rule, on: date, ask_at: time, zone: str) -> datetime:
    """When the next date asks: a few dates are missing from some zones."""
    return next(at for day in dates(rule, on + ONE_DAY) if (at := instant(day, ask_at, zone)))


def why_not(db: UnitOfWork, asked: AskedKpi, member: Member | None) -> str:
    """Why somebody is not asked for a KPI (any more), for the record; "" if they are."""
    kpis = db.catalogue.read()
    settings = kpis.settings(asked.kpi.key)
    if asked.kpi.key not in kpis or settings.retired_on is not None:
        return "retired"
    if member is None or member.left_out is not None:
        return "gone"
    if member.id not in settings.owners:
        return "owns it no more"
    if asked.kpi.key not in kpis.seen_by(Viewer.of(member, db.teams.of(member.id))):
        return "may not see it"
    return ""


def why_never(cadence: str, on: date, at: datetime, until: datetime, zone: str) -> str:
    """Why a question that would go out `at` a moment has come too late; "" if it has not."""
    if at >= until:
        return "away"
    if cadence == Cadence.DAILY and at.astimezone(ZoneInfo(zone)).date() != on:
        return "day off"
    return ""


def decline(db: UnitOfWork, kpi_key: str, on: date, acting: Acting) -> AskedKpi:
    """Somebody has nothing to report for the period they are asked about: they are not reminded, and all their messages
    of it say so. Doing it again changes nothing. DomainError `core.stale` for who was not asked."""
    asked, ask = find_ask(db, kpi_key, on, acting)
    subject, me = ask_subject(kpi_key, on), acting.by.id
    declined = NewDelivery(
        KPI_ASK_CHANGED,
        decline_subject(asked),
        me,
        acting.now,
        verb=Verb.UPDATE,
        target_id=ask.id,
        facts=dict(ask.facts),
    )
    if db.deliveries.add(declined):
        reminded = db.deliveries.find(KPI_REMINDED, subject, me)
        if reminded is not None:
            turn(db, reminded, "declined", acting.now)
    return asked


def find_ask(db: UnitOfWork, kpi_key: str, on: date, acting: Acting) -> tuple[AskedKpi, Delivery]:
    """What this person was asked for on a date, and the message that did. DomainError `core.stale` where they were
    not, or may not see the KPI any more."""
    ask = db.deliveries.find(KPI_ASKED, ask_subject(kpi_key, on), acting.by.id)
    asked = asked_in(ask.facts, acting.kpis) if ask else None
    if ask is None or asked is None:
        raise DomainError("core.stale")
    return asked, ask
