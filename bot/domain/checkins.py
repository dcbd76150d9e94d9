"""A team check-in: one scheduled thing that asks everybody for their numbers, how sure they are, what moved and what is
in the way, and shows the channel what came together. Who is asked when is the calendars' matter.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.audiences import Audience
from bot.domain.calendar_periods import Period, PeriodKind, before, containing
from bot.domain.calendars import OwnCalendar
from bot.domain.entries import Confidence
from bot.domain.schedules import Cadence, Due, Rule, instant, next_due
from bot.domain.workdays import Workdays

MAX_QUESTIONS = 10
LAST_ASKED = timedelta(minutes=30)
"""So long before the post somebody is asked at the latest: later is no time to answer in."""
REMINDED = timedelta(minutes=45)
"""So long before the post those who have not answered are reminded, once."""
LEAST_WINDOW = timedelta(hours=1)
"""The shortest time between asking and the post."""
STILL_USEFUL = timedelta(hours=4)
"""How long after its moment a post that could not be made is still worth making."""
LATEST_HELD = timedelta(days=14)
"""So long at most after a date on a day off it is held."""
DAYS_OF_A_WEEK = 7
_HALF_A_WEEK = 3
_DATES_JUDGED = 8
_LOOKED_AT = 60  # dates: more than the days that LATEST_HELD goes back, and all the days off that come in a row
ANSWER_LENGTH = 500
"""The most characters of one answer in words."""


class ItemKind(StrEnum):
    """What a check-in asks for: a KPI's value, one choice of how sure somebody is, or a sentence. A BLOCKER is a
    sentence that others can pick up."""

    KPI = "kpi"
    CONFIDENCE = "confidence"
    PROGRESS = "progress"
    BLOCKER = "blocker"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `kpi_key` is that of a KPI; `text` is a TEXT's question as its author wrote it (to be escaped),
    and may replace the words of the other kinds. `id` is unique within the check-in."""

    id: str
    kind: ItemKind
    kpi_key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckinDefinition:
    """What a check-in asks whom. `channel_id` is where it is posted; an empty audience means that channel's members.
    `title` is as its author wrote it ("": that of its `template`). People are asked at the schedule's time in their own
    zone; `posts_at` is the wall-clock time of the post, in the schedule's zone, on the same date. `period` is whose
    figures the post shows. `posts_when_empty`: one line tells that nobody answered; else nothing is posted then."""

    channel_id: str
    items: tuple[Item, ...]
    posts_at: time
    language: str
    audience: Audience = field(default_factory=Audience)
    title: str = ""
    template: str = ""
    period: PeriodKind = PeriodKind.WEEK
    posts_when_empty: bool = True

    @property
    def asks(self) -> Audience:
        """Whose answers are wished for."""
        return Audience(channels=(self.channel_id,)) if self.audience.is_empty else self.audience

    @property
    def kpi_keys(self) -> tuple[str, ...]:
        """The KPIs whose figures are shown, in order."""
        return tuple(item.kpi_key for item in self.items if item.kind is ItemKind.KPI)

    def item(self, item_id: str) -> Item | None:
        return next((each for each in self.items if each.id == item_id), None)


@dataclass(frozen=True, slots=True)
class Checkin:
    """A team check-in. When it comes is its schedule's matter; one that is not active was stopped for good."""

    id: str
    definition: CheckinDefinition
    created_by: str
    created_at: datetime
    active: bool = True


class RunState(StrEnum):
    """OPEN: people are asked, and may answer. POSTED: the channel was shown what came. EMPTY: nobody answered, and
    nothing was posted. MISSED: it could not be posted while that was of use, as nobody could be asked in time or the
    bot did not run; or it was stopped."""

    OPEN = "open"
    POSTED = "posted"
    EMPTY = "empty"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Run:
    """One date of a check-in, with its definition as it was then. `closes_at` is UTC: until then answers can be given
    and changed. `asked` is who was asked."""

    id: str
    checkin_id: str
    local_date: date
    definition: CheckinDefinition
    closes_at: datetime
    asked: frozenset[str]
    state: RunState = RunState.OPEN


@dataclass(frozen=True, slots=True)
class CheckinAnswer:
    """What one person answered: how sure they are, and their sentences by item id, as typed (to be escaped). The values
    of KPIs are entries. Check-ins show names, and say so before anybody answers."""

    run_id: str
    member_id: str
    answered_at: datetime
    confidence: Confidence | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def blocker_id(run_id: str, member_id: str) -> str:
    """What an action that picks up somebody's blocker refers to."""
    return f"{run_id}:{member_id}"


def held_on(rule: Rule, due: Due, workdays: Workdays) -> Due | None:
    """A date of a rule as it is held: on a day off not at all, but a monthly or quarterly one on the next working day:
    its following date is too far away to wait for."""
    if workdays.is_working_day(due.local_date):
        return due
    if rule.cadence not in (Cadence.MONTHLY, Cadence.QUARTERLY):
        return None
    days = (due.local_date + timedelta(days=ahead) for ahead in range(1, LATEST_HELD.days + 1))
    day = next((each for each in days if workdays.is_working_day(each)), None)
    at = instant(day, rule.at, rule.zone) if day is not None else None
    return Due(day, at) if day is not None and at is not None else None


def next_held(rule: Rule, after: datetime, workdays: Workdays, begun: Collection[date]) -> Due | None:
    """The first date that is held after a moment (aware), as `held_on`, and has not begun before; None where none of
    the next ones is."""
    due = next_due(rule, after - LATEST_HELD)
    for _ in range(_LOOKED_AT):
        held = held_on(rule, due, workdays) if due is not None else None
        if held is not None and held.at > after and held.local_date not in begun:
            return held
        due = next_due(rule, due.at) if due is not None else None
    return None


def keeping_weeks(rule: Rule, weekday: int, after: datetime, begun: Collection[date]) -> Rule:
    """An every-two-weeks rule on another weekday (0 is Monday): in the same weeks, Monday to Sunday, as before, first
    on the next such day after a moment (aware), but never in a week in which a date has `begun`."""
    monday = _monday(rule.anchor)
    moved = replace(rule, anchor=monday + timedelta(days=weekday))
    taken = {_monday(day) for day in begun}
    due = next_due(moved, after)
    while due is not None and _monday(due.local_date) in taken:
        due = next_due(moved, due.at)
    return moved if due is None else replace(moved, anchor=due.local_date)


def falls_on_days_off(rule: Rule, after: datetime, workdays: Workdays) -> bool:
    """Whether a rule of weeks has a weekday on which as a rule nobody works: most of its next dates are days off."""
    if rule.cadence not in (Cadence.WEEKLY, Cadence.TWO_WEEKS):
        return False
    found: list[bool] = []
    due = next_due(rule, after)
    while due is not None and len(found) < _DATES_JUDGED:
        found.append(workdays.is_working_day(due.local_date))
        due = next_due(rule, due.at)
    return 2 * sum(found) < len(found)


def on_weekday(rule: Rule, weekday: int, after: datetime) -> Rule:
    """A rule of weeks on the nearest day that is this weekday (0 is Monday), from its first date after a moment
    (aware) on."""
    shift = (weekday - rule.anchor.weekday() + _HALF_A_WEEK) % DAYS_OF_A_WEEK - _HALF_A_WEEK
    moved = replace(rule, anchor=rule.anchor + timedelta(days=shift))
    due = next_due(moved, after)
    return moved if due is None else replace(moved, anchor=due.local_date)


def nearest_working_days(rule: Rule, after: datetime, workdays: Workdays) -> list[Rule]:
    """What can be offered instead of a rule that falls on days off: the same on the nearest weekday before and after
    it on which people work, the earlier date first. Empty where there is none."""
    found: dict[int, Rule] = {}
    for direction in (-1, 1):
        for step in range(1, DAYS_OF_A_WEEK):
            weekday = (rule.anchor.weekday() + direction * step) % DAYS_OF_A_WEEK
            moved = on_weekday(rule, weekday, after)
            if not falls_on_days_off(moved, after, workdays):
                found[weekday] = moved
                break
    return sorted(found.values(), key=lambda each: each.anchor)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def posts_at(definition: CheckinDefinition, local_date: date, zone: str) -> datetime | None:
    """When a date is posted (UTC), in the schedule's `zone`; None where the zone never had that date."""
    return instant(local_date, definition.posts_at, zone)


def begins_at(rule: Rule, due: Due, zones: frozenset[str]) -> datetime:
    """When a date begins: at the schedule's moment, or where that time of day comes first among the `zones` in which
    people live."""
    moments = (instant(due.local_date, rule.at, zone) for zone in zones)
    return min((due.at, *(moment for moment in moments if moment is not None)))


def ask_moment(
    own: OwnCalendar, local_date: date, at: time, now: datetime, scheduled: datetime, closes_at: datetime
) -> datetime | None:
    """When somebody is asked (UTC): at the wished time where they are, or when they are next at work; where that is too
    late for the post, as soon as they are at work after the `scheduled` moment of the date. None for those who are at
    work only when it is too late. `now` is aware."""
    latest = closes_at - LAST_ASKED
    wished = instant(local_date, at, own.zone) or scheduled
    for moment in (max(wished, now), max(scheduled, now)):
        asked = own.next_moment(moment)
        if asked <= latest:
            return asked
    return None


def remind_moment(own: OwnCalendar, asked_at: datetime, closes_at: datetime) -> datetime | None:
    """When somebody who has not answered is reminded (UTC): REMINDED before the post. None where they were asked only
    just before, or are not at work then."""
    moment = closes_at - REMINDED
    return moment if asked_at + LAST_ASKED <= moment and own.next_moment(moment) == moment else None


def period_of(kind: PeriodKind, local_date: date) -> Period:
    """The period whose figures a date is about: its own, or the one before where it has only just begun. A review on
    Monday is about last week, one on the first about last month; from the middle on it is about this one."""
    own = containing(local_date, kind)
    gone = (local_date - own.first).days
    return before(own) if kind is not PeriodKind.DAY and gone * 2 < own.days - 1 else own


def value_day(definition: CheckinDefinition, local_date: date, today: date) -> date:
    """The day for which values count that are answered on somebody's local date `today`: the run's, or the last of the
    period it is about; never a day to come."""
    return min(local_date, period_of(definition.period, local_date).last, today)
