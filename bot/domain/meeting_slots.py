"""When a meeting of two people takes place: on its own date, or where that is a day off of one of them on the next slot
that suits both, and when each of them is written to before and after it. Pure; whose calendars these are, and who is
told, belongs to the feature.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendars import OwnCalendar
from bot.domain.one_on_ones import Meeting, MeetingState
from bot.domain.schedules import Due, Rule, dates, instant

DAY_OFF = "day off"
"""Why a meeting cannot be: nobody works on that day. Where one of the two does not, the reason is their id."""
ANSWER_BEFORE = timedelta(hours=2)
"""So long before a slot that was offered somebody has to have taken it."""
LATEST_AGENDA = timedelta(hours=1)
AHEAD = timedelta(days=10)
"""How far ahead meetings are planned."""
STILL_USEFUL = timedelta(hours=24)
"""How long after the end of a meeting it is of use to ask how it went for the first time."""
FORGOTTEN_AFTER = timedelta(days=7)
"""A meeting of which nobody said for so long that it was held counts as skipped."""

_ONE_DAY = timedelta(days=1)
_LONGEST_LOOK = 100  # days: more than a quarter, the longest there is between two dates

People = Mapping[str, OwnCalendar]
"""The calendars of the two, by member id."""


@dataclass(frozen=True, slots=True)
class Placing:
    """What becomes of a meeting, when it was to be (UTC), and why it cannot be then ("" where it can)."""

    meeting: Meeting
    was: datetime
    because: str = ""


def why_not(moment: datetime, people: People) -> str:
    """Why two people cannot meet on the local days of a moment: DAY_OFF, or the id of who does not work then; "" where
    both do."""
    for member_id, calendar in people.items():
        day = calendar.today(moment)
        if not calendar.workdays.is_working_day(day):
            return DAY_OFF
        if not calendar.is_working_day(day):
            return member_id
    return ""


def next_slot(
    after: date,
    before: date,
    at: time,
    zone: str,
    people: People,
    not_before: datetime,
    by_hours: Collection[str],
) -> datetime | None:
    """The same time of day (`at`, in `zone`) on the first local date between `after` and `before`, both excluded, on
    which both work and which is within their hours; None where there is none. What could not be answered in
    time is passed over: a slot is later than `not_before` (aware). `by_hours` are those whose hours count."""
    for ahead in range(1, _LONGEST_LOOK):
        day = after + _ONE_DAY * ahead
        if day >= before:
            return None
        moment = instant(day, at, zone)
        if moment is None or moment <= not_before or why_not(moment, people):
            continue
        if all(_is_within_hours(moment, people[member_id]) for member_id in by_hours):
            return moment
    return None


def place(one_on_one_id: str, due: Due, rule: Rule, people: People, now: datetime) -> Placing:
    """What becomes of a date of a one-on-one's rule: planned, proposed on the next slot before the following date, or
    skipped where there is none."""
    meeting = Meeting(one_on_one_id, due.local_date, due.at, MeetingState.PLANNED)
    return _placed(meeting, rule.at, due.local_date, rule, people, now)


def replace_around_days_off(meeting: Meeting, rule: Rule, people: People, now: datetime) -> Placing | None:
    """What becomes of a meeting that is still ahead, as people enter days away at any time; None where it can stay as
    it is."""
    there = meeting.starts_at.astimezone(ZoneInfo(rule.zone))
    planned = replace(meeting, state=MeetingState.PLANNED)
    placed = _placed(planned, there.time(), there.date(), rule, people, now)
    return placed if placed.because else None


def following(meeting_date: date, rule: Rule) -> date:
    """The next local date of a rule after one of its dates; far away where it was the last one."""
    return next(dates(rule, meeting_date + _ONE_DAY), date.max)


def agenda_is_due(starts_at: datetime, calendar: OwnCalendar, now: datetime) -> bool:
    """Whether somebody is to get the agenda now: from the morning of their working day before the meeting on while they
    are at work, and whatever the hour when only an hour is left. Never once it has begun."""
    if not morning_before(starts_at, calendar) <= now < starts_at:
        return False
    return calendar.next_moment(now) == now or now >= starts_at - LATEST_AGENDA


def morning_before(starts_at: datetime, calendar: OwnCalendar) -> datetime:
    """When somebody's last working day before that of a meeting begins (UTC)."""
    day = calendar.today(starts_at) - _ONE_DAY
    for _ in range(_LONGEST_LOOK):
        if calendar.is_working_day(day):
            break
        day -= _ONE_DAY
    return instant(day, calendar.starts, calendar.zone) or starts_at - _ONE_DAY


def ends_at(meeting: Meeting, minutes: int) -> datetime:
    return meeting.starts_at + timedelta(minutes=minutes)


def _placed(planned: Meeting, at: time, day: date, rule: Rule, people: People, now: datetime) -> Placing:
    because = why_not(planned.starts_at, people)
    if not because:
        return Placing(planned, planned.starts_at)
    until = following(planned.local_date, rule)
    # who meets outside of their hours anyhow, as across zones, does so on another day as well
    by_hours = [each for each, calendar in people.items() if _is_within_hours(planned.starts_at, calendar)]
    slot = next_slot(day, until, at, rule.zone, people, now + ANSWER_BEFORE, by_hours)
    if slot is None:
        return Placing(replace(planned, state=MeetingState.SKIPPED), planned.starts_at, because)
    return Placing(replace(planned, starts_at=slot, state=MeetingState.PROPOSED), planned.starts_at, because)


def _is_within_hours(moment: datetime, calendar: OwnCalendar) -> bool:
    return calendar.starts <= moment.astimezone(ZoneInfo(calendar.zone)).time() < calendar.ends
