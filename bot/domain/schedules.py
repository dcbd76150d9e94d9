"""When something recurs: rules of local date, wall-clock time and zone name, and the UTC instants that follow.

Pure: `now` is always an argument. Who stores occurrences and what is done when one is due does not belong here.
Local times become instants as in RFC 5545 section 3.3.5: in a gap the time moves forward by the gap, in an overlap the
first of the two counts. PEP 495 defines exactly that for fold=0.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo


class Cadence(StrEnum):
    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    TWO_WEEKS = "two_weeks"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


_DAYS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.TWO_WEEKS: 14}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3}
_LAST_MOMENT = time(23, 59, 59, 999999)
_CARRIED_DAYS = 1  # a gap that ends at midnight carries an occurrence into the local date after its own
_ONE_CYCLE = 62  # days within which each weekday and each day of a month comes at least once


@dataclass(frozen=True, slots=True)
class Rule:
    """What recurs when. `anchor` is the first local date and fixes the rest: the weekday of WEEKLY, the parity of
    TWO_WEEKS, the day of the month of MONTHLY and QUARTERLY (clamped to the end of shorter months); ONCE is just it.
    `at` is the naive wall-clock time, `zone` an IANA name. `until` is the last local date on which it may fall (None:
    it goes on for good); a rule that ends before its anchor has no dates."""

    cadence: Cadence
    anchor: date
    at: time
    zone: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: the local date that identifies it, and its instant (UTC)."""

    local_date: date
    at: datetime


class ScheduleKind(StrEnum):
    SURVEY = "survey"
    SUMMARY = "summary"
    KPI = "kpi"
    CHECKIN = "checkin"
    ONE_ON_ONE = "one_on_one"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule for a survey, a summary, … (`subject_id`). Whatever was due up to `planned_until` (UTC) is decided."""

    id: str
    kind: ScheduleKind
    subject_id: str
    rule: Rule
    created_by: str
    planned_until: datetime
    active: bool = True


class OccurrenceState(StrEnum):
    PLANNED = "planned"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What was decided for a schedule's local date: once, for good. `reason` says why it was skipped."""

    schedule_id: str
    local_date: date
    due_at: datetime
    state: OccurrenceState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now: at most one occurrence to make, and those to record as skipped, each with "missed" or "late"."""

    make: Due | None
    skip: tuple[tuple[Due, str], ...]


def instant(day: date, at: time, zone: str) -> datetime | None:
    """The UTC instant of a wall-clock time on a local date, or None if the zone never had that date (Samoa skipped
    2011-12-30) or the calendar ends there.

    Raises zoneinfo.ZoneInfoNotFoundError or ValueError for a name that is no zone.
    """
    there = _zone(zone)
    wall = datetime.combine(day, at.replace(fold=0, tzinfo=None))
    try:
        moment = wall.replace(tzinfo=there).astimezone(UTC)
        if moment.astimezone(there).replace(tzinfo=None) != wall and not _has_date(day, there):
            return None
    except OverflowError:
        return None
    return moment


def dates(rule: Rule, first: date) -> Iterator[date]:
    """The local dates of a rule from `first` on to its last one, in order, without walking through those before or
    after. Dates that the rule's zone does not have are among them: `instant` is None there."""
    found = _endless_dates(rule, first)
    return found if rule.until is None else takewhile(rule.until.__ge__, found)


def next_due(rule: Rule, after: datetime) -> Due | None:
    """The first occurrence strictly after an aware moment; None if there is none. Raises ValueError for a naive one."""
    return next(_due_after(rule, after), None)


def due_between(rule: Rule, after: datetime, until: datetime) -> list[Due]:
    """All occurrences with after < at <= until, in order. The work is in proportion to their number, however long ago
    the rule began. Raises ValueError for a naive moment."""
    _require_aware(until)
    found = []
    for due in _due_after(rule, after):
        if due.at > until:
            break
        found.append(due)
    return found


def plan(schedule: Schedule, now: datetime, grace: timedelta) -> Plan:
    """Decide everything due in (planned_until, now].

    However long the outage, only the latest is made up, and only while it is still useful: at most `grace` old. It is
    otherwise skipped as "late", and all before it as "missed". A clock that went back finds nothing to decide.
    """
    due = due_between(schedule.rule, schedule.planned_until, now) if schedule.active else []
    if not due:
        return Plan(None, ())
    *earlier, latest = due
    missed = tuple((each, "missed") for each in earlier)
    if now - latest.at <= grace:
        return Plan(latest, missed)
    return Plan(None, (*missed, (latest, "late")))


def first_anchor(
    cadence: Cadence, weekday: int | None, day_of_month: int | None, at: time, zone: str, now: datetime
) -> date:
    """The first date from today (in the zone) on at which `at` is still ahead and which is the wished day.

    `day_of_month` (1-31) counts for MONTHLY and QUARTERLY, and is looked for in a month that has it, so that "the 31st"
    keeps meaning the end of every month; otherwise `weekday` (0 is Monday) counts; with neither, any day will do.
    Raises ValueError for days that do not exist and for a naive `now`.
    """
    _require_aware(now)
    if weekday is not None and not 0 <= weekday <= 6:
        raise ValueError(f"no weekday {weekday}")
    if day_of_month is not None and not 1 <= day_of_month <= 31:
        raise ValueError(f"no day {day_of_month} of a month")
    by_month = day_of_month is not None and cadence in _MONTHS
    today = now.astimezone(_zone(zone)).date()
    # One cycle holds every wished day; a second one in case the first time is behind us or its date does not exist.
    for day in (today + timedelta(days=ahead) for ahead in range(2 * _ONE_CYCLE + 1)):
        if by_month and day.day != day_of_month:
            continue
        if not by_month and weekday is not None and day.weekday() != weekday:
            continue
        moment = instant(day, at, zone)
        if moment is not None and moment > now:
            return day
    raise AssertionError("every wished day comes within two cycles")


@cache
def _zone(name: str) -> ZoneInfo:
    """A zone by name, read once: `zoneinfo` itself keeps no more than eight that are not in use just now."""
    return ZoneInfo(name)


def _due_after(rule: Rule, after: datetime) -> Iterator[Due]:
    _require_aware(after)
    local = after.astimezone(_zone(rule.zone)).date()
    first = date.fromordinal(max(1, local.toordinal() - _CARRIED_DAYS))
    for day in dates(rule, first):
        at = instant(day, rule.at, rule.zone)
        if at is not None and at > after:
            yield Due(day, at)


def _endless_dates(rule: Rule, first: date) -> Iterator[date]:
    if rule.cadence is Cadence.ONCE:
        return iter((rule.anchor,) if rule.anchor >= first else ())
    if rule.cadence in _DAYS:
        return _every_days(rule.anchor, _DAYS[rule.cadence], first)
    return _every_months(rule.anchor, _MONTHS[rule.cadence], first)


def _every_days(anchor: date, step: int, first: date) -> Iterator[date]:
    steps = max(0, -((anchor - first).days // step))  # rounds up: the first one not before `first`
    for ordinal in range(anchor.toordinal() + steps * step, date.max.toordinal() + 1, step):
        yield date.fromordinal(ordinal)


def _every_months(anchor: date, step: int, first: date) -> Iterator[date]:
    """Each month is counted from the anchor, so that a short month clamps its own date and none after it."""
    start = anchor.year * 12 + anchor.month - 1
    ahead = max(0, first.year * 12 + first.month - 1 - start)
    for month in range(start + ahead // step * step, (date.max.year + 1) * 12, step):
        year, index = divmod(month, 12)
        day = date(year, index + 1, min(anchor.day, monthrange(year, index + 1)[1]))
        if day >= first:
            yield day


def _has_date(day: date, zone: ZoneInfo) -> bool:
    """Whether the zone had any part of a local date: a date is missing when one gap swallows both its ends."""
    for at in (time.min, _LAST_MOMENT):
        wall = datetime.combine(day, at)
        if wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
            return True
    return False


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
