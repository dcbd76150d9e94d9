"""What the scheduler does on every pass before it sends: make the questions of new dates, and look once more at those
that are due: is the value there by now, is the person at work? Each change is a transaction of its own."""

from datetime import datetime, timedelta
from functools import partial

from bot.calendars import Calendars
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.members import Member
from bot.domain.schedules import Occurrence, Schedule, ScheduleKind
from bot.kpis.asking.service import make_asks, why_never, why_not
from bot.logging_values import asks_of
from bot.services import Services
from bot.waiting import KPI_ASKED, KPI_REMINDED, ask_subject, asked_in, has_declined, has_value
from storage import UnitOfWork

ON_TIME = timedelta(hours=1)
"""A question that reached somebody within this time of when it was due is reminded of at that time of day."""
VALUE_IS_THERE = "the value is there"
NOTHING_TO_REPORT = "nothing to report"


async def ask_owners(services: Services, now: datetime) -> None:
    """Make what new dates cause, then settle what is due."""
    workspace_id = services.workspace_id
    new, due = await services.storage.read(workspace_id, partial(_waiting, now=now))
    for schedule, made in new:
        await services.storage.write(workspace_id, partial(_make, schedule, made, now, services))
    if new or due:
        await services.storage.write(workspace_id, partial(_settle_all, now=now, services=services))


def _make(schedule: Schedule, made: Occurrence, now: datetime, services: Services, db: UnitOfWork) -> None:
    make_asks(db, schedule, made, now, _calendars(db, services))


def _calendars(db: UnitOfWork, services: Services) -> Calendars:
    return Calendars.of(db, services.settings.country, services.settings.timezone)


def _waiting(db: UnitOfWork, now: datetime) -> tuple[list[tuple[Schedule, Occurrence]], bool]:
    """The dates whose questions are still to be made, and whether any question is due."""
    new, due = [], False
    for schedule, made in _latest_dates(db):
        asks = asks_of(db, ask_subject(schedule.subject_id, made.local_date))
        due = due or any(_is_due(ask, now) for ask in asks)
        kpis = db.catalogue.read()
        if not asks and schedule.subject_id in kpis and kpis.settings(schedule.subject_id).owners:
            new.append((schedule, made))
    return new, due


def _latest_dates(db: UnitOfWork) -> list[tuple[Schedule, Occurrence]]:
    kpis = [schedule for schedule in db.schedules.active() if schedule.kind is ScheduleKind.KPI]
    return [(schedule, made) for schedule in kpis if (made := db.schedules.latest(schedule.id))]


def _is_due(ask: Delivery, now: datetime) -> bool:
    return ask.state is DeliveryState.DUE and ask.due_at <= now


def _settle_all(db: UnitOfWork, now: datetime, services: Services) -> None:
    """Every question that is due is left to be sent, put off, or given up with the reason."""
    calendars = _calendars(db, services)
    for schedule, made in _latest_dates(db):
        for ask in asks_of(db, ask_subject(schedule.subject_id, made.local_date)):
            if _is_due(ask, now):
                _settle(db, ask, now, calendars)


def _settle(db: UnitOfWork, ask: Delivery, now: datetime, calendars: Calendars) -> None:
    reason = why_silent(db, ask)
    if reason:
        db.deliveries.skipped(ask.id, reason)
        return
    until = ask.expires_at or now
    own = calendars.own(db, db.members.get(ask.receiver) or Member(ask.receiver), now, until)
    earliest = own.next_moment(now)
    reached = _reached_at(db, ask, now) if ask.purpose == KPI_REMINDED else None
    if reached is not None:
        earliest = max(earliest, own.days_later(reached, 1))
    asked = asked_in(ask.facts, db.catalogue.read())
    never = why_never(ask.facts["cadence"], asked.on, earliest, until, own.zone) if asked else "retired"
    if never:
        db.deliveries.skipped(ask.id, never)
    elif earliest > now:
        db.deliveries.postpone(ask.id, earliest)


def _reached_at(db: UnitOfWork, reminder: Delivery, now: datetime) -> datetime | None:
    """When the question itself reached the person, or now where it is just on its way; None where it never went out:
    then the reminder is the question."""
    ask = db.deliveries.find(KPI_ASKED, reminder.subject, reminder.receiver)
    if ask is None or ask.state in (DeliveryState.SKIPPED, DeliveryState.FAILED):
        return None
    if ask.state is DeliveryState.DUE:
        return max(now, ask.due_at)
    began = ask.started_at or ask.due_at
    return began if began - ask.due_at > ON_TIME else ask.due_at


def why_silent(db: UnitOfWork, ask: Delivery) -> str:
    """Why a question is not to be sent; "" if it is."""
    asked = asked_in(ask.facts, db.catalogue.read())
    if asked is None:
        return "retired"
    reason = why_not(db, asked, db.members.get(ask.receiver))
    if reason:
        return reason
    if has_value(db, asked):
        return VALUE_IS_THERE
    return NOTHING_TO_REPORT if has_declined(db, asked, ask.receiver) else ""
