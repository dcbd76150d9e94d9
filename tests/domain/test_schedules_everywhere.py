"""Schedules in every time zone from 2000 to 2037, against a reference of their own: local dates from dateutil's RRULEs,
instants from `tests.zone_files`, which reads the zones by itself and applies RFC 5545 section 3.3.5.

In a normal run the odd zones and a tenth of the others, another tenth each day; all of them with DENYUT_SOAK=1 (three
minutes), and then also every day of the 38 years, not only those around changes.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.domain.schedules import Cadence, Due, Rule, due_between, next_due
from tests.rrules import at_instants, recurring
from tests.soak import IS_SOAK, times
from tests.zone_files import DAY, all_zones, wall_of, zone

ODD = (
    "Africa/Casablanca",  # back for Ramadan
    "Africa/Cairo",  # changes at midnight
    "America/Asuncion",
    "America/Caracas",  # half an hour, twice
    "America/Havana",
    "America/Nuuk",  # a gap that ends at midnight
    "America/Sao_Paulo",
    "America/St_Johns",  # changed at 00:01
    "Antarctica/Casey",  # three hours, within months
    "Antarctica/Troll",  # two hours
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Jakarta",  # never
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",  # half an hour
    "Europe/Dublin",  # its summer is the standard
    "Pacific/Apia",  # had no 2011-12-30
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
TIMES = (time(0), time(0, 30), time(1, 30), time(2, 30), time(9), time(23, 59, 59))
FIRST, LAST = date(2000, 1, 1), date(2037, 12, 31)
AROUND = timedelta(days=3)
TENTHS = 10


def zones() -> list[str]:
    if IS_SOAK:
        return all_zones()
    today = datetime.now(UTC).toordinal()
    others = [name for number, name in enumerate(all_zones()) if (number + today) % TENTHS == 0]
    return sorted({*ODD, *others})


def utc(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def changed_dates(name: str) -> list[date]:
    """The local dates on which a zone changes."""
    found = [utc(change.at + change.before).date() for change in zone(name).changes]
    return [day for day in found if FIRST <= day <= LAST]


def expected(name: str, at: time, days: Iterable[date]) -> list[Due]:
    """What is due on these dates: nothing on one that the zone never had."""
    return [Due(day, moment) for day, moment in at_instants(days, at, name)]


def found(rule: Rule, first: date, last: date) -> list[Due]:
    """What the bot finds due from one local date to another."""
    after, until = utc(wall_of(first, time()) - 2 * DAY), utc(wall_of(last, time()) + 3 * DAY)
    return [due for due in due_between(rule, after, until) if first <= due.local_date <= last]


@cache
def sampled() -> tuple[str, ...]:
    return tuple(zones())


def test_around_every_change_each_date_is_due_once_at_the_instant_of_rfc_5545() -> None:
    number = changes = 0
    for name in sampled():
        for day in changed_dates(name):
            changes += 1
            first, last = day - AROUND, day + AROUND
            days = recurring(Cadence.DAILY, first, last)
            for at in TIMES:
                due = found(Rule(Cadence.DAILY, date(1999, 1, 1), at, name), first, last)
                assert due == expected(name, at, days), (name, day, at)
                number += len(due)
    assert changes > times(1500, 17_000)
    assert number > times(50_000, 720_000)


def test_over_the_years_instants_only_go_forward_and_no_existing_date_is_missing() -> None:
    """Every date of the 38 years in a soak; in a normal run of the odd zones those around the one that is missing."""
    first, last = (FIRST, LAST) if IS_SOAK else (date(2011, 1, 1), date(2012, 12, 31))
    days = recurring(Cadence.DAILY, first, last)
    for turn, name in enumerate(sampled() if IS_SOAK else ODD):
        at = TIMES[turn % len(TIMES)]
        due = found(Rule(Cadence.DAILY, date(1999, 1, 1), at, name), first, last)
        assert due == expected(name, at, days), name
        assert all(before.at < after.at for before, after in pairwise(due)), name


@pytest.mark.parametrize(
    ("cadence", "anchor"),
    [
        (Cadence.WEEKLY, date(2000, 1, 2)),
        (Cadence.TWO_WEEKS, date(2000, 1, 9)),
        (Cadence.MONTHLY, date(2000, 1, 31)),
        (Cadence.MONTHLY, date(2000, 1, 29)),
        (Cadence.MONTHLY, date(2000, 3, 15)),
        (Cadence.QUARTERLY, date(2000, 3, 31)),
        (Cadence.QUARTERLY, date(2000, 11, 30)),
    ],
)
def test_longer_rhythms_are_those_of_their_rrule_for_38_years(cadence: Cadence, anchor: date) -> None:
    days = recurring(cadence, anchor, LAST)
    for turn, name in enumerate(sampled()):
        at = TIMES[turn % len(TIMES)]
        due = found(Rule(cadence, anchor, at, name), FIRST, LAST)
        assert due == expected(name, at, days), (name, at)


def test_the_next_one_is_the_same_from_every_moment_between_two() -> None:
    """As a planner asks: what follows does not depend on when it is asked."""
    for name in ODD:
        for day in changed_dates(name)[:: 1 if IS_SOAK else 7]:
            rule = Rule(Cadence.DAILY, date(1999, 1, 1), TIMES[day.toordinal() % len(TIMES)], name)
            due = found(rule, day - AROUND, day + AROUND)
            for before, after in pairwise(due):
                third = (after.at - before.at) / 3
                asked = (before.at, before.at + third, before.at + 2 * third, after.at - timedelta(microseconds=1))
                assert [next_due(rule, moment) for moment in asked] == [after] * 4, (name, day)


def test_the_sample_has_changes_of_every_kind() -> None:
    sizes = {change.after - change.before for name in ODD for change in zone(name).changes}
    assert sizes >= {3600, -3600, 1800, -1800, 7200, -7200, 10800, DAY}


# --- that the comparison bites ------------------------------------------------------------------------------------


def disagreements(name: str, planned: Callable[[str, time, date, date], Counter[date]]) -> int:
    """On how many dates around a zone's changes another way to plan makes not exactly one of each existing date."""
    wrong = 0
    for day in changed_dates(name):
        first, last = day - AROUND, day + AROUND
        for at in TIMES:
            made = planned(name, at, first, last)
            due = {each.local_date for each in expected(name, at, recurring(Cadence.DAILY, first, last))}
            wrong += sum(made[each] != (each in due) for each in {*due, *made})
    return wrong


def by_cron_trigger(name: str, at: time, first: date, last: date) -> Counter[date]:
    """The dates on which APScheduler's CronTrigger fires."""
    there = ZoneInfo(name)
    trigger = CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=there)
    moment, fired = _start_of(first, there), Counter[date]()
    while True:
        fires = trigger.get_next_fire_time(None, moment)
        if fires is None or fires.date() > last:
            return fired
        fired[fires.date()] += 1
        moment = fires.astimezone(UTC) + timedelta(microseconds=1)
        moment = moment.astimezone(there)


def by_utc_instant(name: str, at: time, first: date, last: date) -> Counter[date]:
    """The dates of every instant at which the wall clock shows the time, each instant once."""
    there, made = zone(name), Counter[date]()
    for day in recurring(Cadence.DAILY, first, last):
        wall = wall_of(day, at)
        offsets = {there.wall(wall + shift) - wall - shift for shift in (-2 * DAY, 0, 2 * DAY)}
        made[day] += len({wall - offset for offset in offsets if there.wall(wall - offset) == wall})
    return +made


def _start_of(day: date, there: tzinfo) -> datetime:
    return datetime.combine(day, time(), there).astimezone(UTC).astimezone(there)


@pytest.mark.parametrize("name", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_a_cron_trigger_loses_and_doubles_dates(name: str) -> None:
    assert disagreements(name, by_cron_trigger) > 30


@pytest.mark.parametrize("name", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
def test_occurrences_known_by_their_instant_are_lost_and_doubled(name: str) -> None:
    assert disagreements(name, by_utc_instant) > 30


def test_our_own_rules_disagree_nowhere() -> None:
    def ours(name: str, at: time, first: date, last: date) -> Counter[date]:
        return Counter(due.local_date for due in found(Rule(Cadence.DAILY, FIRST, at, name), first, last))

    assert disagreements("America/New_York", ours) == 0
