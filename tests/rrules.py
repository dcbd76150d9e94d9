"""When a schedule is due, by others: local dates from dateutil's RRULEs, instants from `tests.zone_files`. The
reference that schedules and their planner are compared with; nothing here knows `bot.domain.schedules`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule

from tests.zone_files import wall_of, zone

_DAYS = {"daily": (DAILY, 1), "weekly": (WEEKLY, 1), "two_weeks": (WEEKLY, 2)}
_MONTHS = {"monthly": 1, "quarterly": 3}


def recurring(cadence: str, anchor: date, until: date) -> list[date]:
    """The dates of a rule as RFC 5545 says them. The end of a month stands for a day that it does not have: the last of
    the days up to the wished one."""
    first, last = (datetime.combine(day, time()) for day in (anchor, until))
    if cadence == "once":
        return [anchor] if anchor <= until else []
    if cadence in _DAYS:
        frequency, interval = _DAYS[cadence]
        return [each.date() for each in rrule(frequency, first, interval=interval, until=last)]
    days = list(range(28, anchor.day + 1)) or [anchor.day]
    rule = rrule(MONTHLY, first, interval=_MONTHS[cadence], until=last, bymonthday=days, bysetpos=-1)
    return [each.date() for each in rule]


def at_instants(days: Iterable[date], at: time, name: str) -> list[tuple[date, datetime]]:
    """Each of these dates that the zone has, and when it is that time there (UTC)."""
    there = zone(name)
    instants = ((day, there.instant(wall_of(day, at))) for day in days)
    return [(day, datetime.fromtimestamp(second, UTC)) for day, second in instants if second is not None]


def due_dates(
    cadence: str, anchor: date, at: time, name: str, until: date | None, last: date
) -> list[tuple[date, datetime]]:
    """All dates of a rule up to `last`, and their instants."""
    return at_instants(recurring(cadence, anchor, min(until or last, last)), at, name)
