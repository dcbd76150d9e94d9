"""Reminding people of what they promised: on the morning of its date, once more a week later, and then no more. All
of a morning's in one message."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from bot.actions.service import DUE
from bot.calendars import calendars_of
from bot.domain.actions import Action
from bot.domain.calendars import OwnCalendar
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.domain.schedules import instant
from bot.scoreboard import workdays_in
from bot.services import Services
from storage import UnitOfWork

AGAIN_AFTER = timedelta(days=7)
LOOK_BACK = timedelta(days=35)
"""Reminders that went out longer ago than this are not asked for: what was due then was reminded of twice, or never."""
LONGEST_HOURS = timedelta(hours=12)
MOST_AHEAD = timedelta(hours=14)
"""In the easternmost zone it is that much later than in UTC."""


async def remind(services: Services, now: datetime) -> None:
    """Owe everybody who is at work now the reminder of what is due today."""
    workspace_id = services.workspace_id
    owed = await services.storage.read(workspace_id, partial(reminders, now=now, services=services))
    if owed:
        await services.storage.write(workspace_id, partial(_owe, owed=owed))


def _owe(db: UnitOfWork, owed: list[NewDelivery]) -> int:
    return db.deliveries.add_many(owed)


def reminders(db: UnitOfWork, now: datetime, services: Services) -> list[NewDelivery]:
    """The reminders to be owed now, one a person; none on a day off, outside their hours, or twice on a date."""
    due = [
        each for each in db.actions.due_by((now + MOST_AHEAD).date()) if each.due_on and each.due_on > _first_day(now)
    ]
    if not due:
        return []
    people = [each for each in db.members.get_many({each.owner_id for each in due}).values() if not each.left_out]
    workdays = workdays_in(services.settings.country, db.catalogue.policy().days_off)
    calendars = calendars_of(db, people, now, now, workdays, services.settings.timezone)
    earlier = db.deliveries.of_purposes([DUE], now - LOOK_BACK)
    found = []
    for owner_id, calendar in calendars.items():
        own = [each for each in earlier if each.receiver == owner_id]
        today = calendar.today(now).isoformat()
        if any(each.subject == today for each in own):
            continue
        mine = [each for each in due if each.owner_id == owner_id]
        wanted = wanted_today(mine, calendar, now, _marks(own))
        if wanted:
            facts = {"actions": ",".join(sorted(mark(each, again) for each, again in wanted.items()))}
            found.append(NewDelivery(DUE, today, owner_id, now, _end_of_hours(calendar, now), facts=facts))
    return found


def wanted_today(
    actions: Iterable[Action], calendar: OwnCalendar, now: datetime, reminded: frozenset[str]
) -> Mapping[Action, bool]:
    """Which of somebody's open actions they are to be reminded of now, and whether it is the second time. `reminded`
    are the marks of earlier reminders. What was promised only today for today is fresh in mind: nobody is reminded of
    it before the next morning."""
    if calendar.next_moment(now) != now:
        return {}
    today = calendar.today(now)
    wanted = {}
    for each in actions:
        if each.due_on is None or each.due_on > today or calendar.today(each.created_at) == today:
            continue
        again = each.due_on + AGAIN_AFTER <= today and mark(each, False) in reminded
        if mark(each, again) not in reminded:
            wanted[each] = again
    return wanted


def mark(action: Action, again: bool) -> str:
    """What a reminder remembers of an action: a date that was moved is reminded of anew."""
    return f"{action.id}/{action.due_on}/{2 if again else 1}"


def _end_of_hours(calendar: OwnCalendar, now: datetime) -> datetime:
    """Until when a morning's reminder is of use: what could not be sent in somebody's hours is owed anew when they are
    next at work."""
    ends = instant(calendar.today(now), calendar.ends, calendar.zone)
    return ends if ends is not None and ends > now else now + LONGEST_HOURS


def _first_day(now: datetime) -> date:
    return (now - LOOK_BACK + AGAIN_AFTER).date()


def _marks(reminders: Iterable[Delivery]) -> frozenset[str]:
    """Of what somebody was reminded. One that nobody received, as the hours were over, does not count."""
    sent = (each for each in reminders if each.state is not DeliveryState.SKIPPED)
    return frozenset(mark for each in sent for mark in each.facts["actions"].split(","))
