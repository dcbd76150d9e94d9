"""When somebody may be asked, over all surveys: at most two prompts a day, a budget of questions a week, and prompts
spread over a window. Pure: which working days a person has and what they are owed already is handed in. What a prompt
says, and which of two reminders gives way, does not belong here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.domain.schedules import instant

MOST_A_DAY = 2
WEEKLY_QUESTIONS = 10
WEEK = 7
"""The days that are counted together. They are the person's own local dates, so that what comes every Monday never
shares a week with itself, not at clock changes and not when it goes out an hour earlier than the last time."""

_HASHED_BYTES = 8


class Spread(StrEnum):
    """Over how long a round's prompts go out: all at once, over one working day, or over three."""

    NONE = "none"
    DAY = "day"
    THREE_DAYS = "three_days"


_SPREAD_DAYS = {Spread.NONE: 0, Spread.DAY: 1, Spread.THREE_DAYS: 3}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A message that was sent or is owed to a person, of whatever survey, and how many questions it asks them. A
    reminder has none: it counts as a prompt, but asks nothing new. Raises ValueError for a naive moment and for fewer
    questions than none."""

    at: datetime
    questions: int

    def __post_init__(self) -> None:
        _require_aware(self.at)
        _require_count(self.questions)


@dataclass(frozen=True, slots=True)
class Slot:
    """When a prompt goes out (UTC). `is_moved`: on a later day than was wished. `is_over_budget`: no moment in time was
    free, so that at this one a rule is broken: the week's budget or, where every day was full, the number a day."""

    at: datetime
    is_moved: bool
    is_over_budget: bool


def next_free(
    wished: datetime,
    questions: int,
    owed: Sequence[Prompt],
    zone: str,
    next_day: Callable[[datetime], datetime],
    before: datetime,
    *,
    keeps_time: bool = False,
    budget: int = WEEKLY_QUESTIONS,
) -> Slot:
    """The first moment for a prompt at which it breaks no rule: `wished` (aware, within the person's working hours), or
    on a later working day of theirs that begins before `before` (aware; the close of the round, or when it is too late
    for an answer).

    The rules: at most `MOST_A_DAY` prompts on one of the person's local dates (`zone`), and in any seven such dates
    running at most `budget` questions, before as well as after the new prompt, so that nothing owed later goes over
    the budget. A prompt with more questions than that goes out where there are no others in the seven days; one without
    any (a reminder) only minds the number a day.

    `owed` is everything of the same person from six days before `wished` to six days after `before`, without the prompt
    itself; more does no harm. `next_day` gives the start of their first working day after the date of a moment
    (`Workdays.next_day`). A moved prompt goes out at that start, or at the time of day of `wished` if it `keeps_time`,
    as those do that were spread.

    Where nothing is free in time, asking matters more than the budget: the prompt goes out on the last day with fewer
    than `MOST_A_DAY`, or else just when it was wished. Raises ValueError for naive moments and for fewer questions than
    none, zoneinfo.ZoneInfoNotFoundError for an unknown zone.
    """
    _require_aware(before)
    _require_count(questions)
    wished = _in_utc(wished)
    days = _Days(owed, ZoneInfo(zone), budget)
    time_of_day = _local(wished, ZoneInfo(zone)).time() if keeps_time else None
    last_with_room: datetime | None = None
    for moment in _moments(wished, zone, next_day, before, time_of_day):
        if not days.has_room(moment):
            continue
        if days.has_budget(moment, questions):
            return Slot(moment, is_moved=moment != wished, is_over_budget=False)
        last_with_room = moment
    moment = last_with_room or wished
    return Slot(moment, is_moved=moment != wished, is_over_budget=True)


def spread_offset(spread: Spread, seed: str, workday: timedelta) -> timedelta:
    """How much working time into the window of a spread one prompt goes out; `workday` is the working time of a day.

    Evenly spread over seeds, always less than the window, and the same whenever it is asked: with a seed made of round
    and member, a launch that is repeated after a crash comes to the same moments.
    """
    window = _SPREAD_DAYS[spread] * workday
    number = int.from_bytes(sha256(seed.encode()).digest()[:_HASHED_BYTES])
    # In whole microseconds, rounded down: a float could round up to the end of the window.
    return timedelta(microseconds=window // timedelta(microseconds=1) * number >> 8 * _HASHED_BYTES)


def spread_moment(
    first: datetime,
    spread: Spread,
    seed: str,
    zone: str,
    next_day: Callable[[datetime], datetime],
    before: datetime,
    start: time = time(9),
    end: time = time(17),
) -> datetime:
    """When a prompt that is spread goes out (UTC): `spread_offset` after `first`, counted in the person's working time
    (`start` to `end` in their zone, on the days that `next_day` knows).

    `first` (aware) is the first moment at which they may be asked, as `Workdays.next_moment` gives it. Working days
    count in full: who may be asked from 16:00 on has the rest of their DAY on the next one. Where that would not come
    `before` the close, it is `first` after all. Raises ValueError for naive moments and for hours that end before they
    start, zoneinfo.ZoneInfoNotFoundError for an unknown zone.
    """
    _require_aware(before)
    first, there = _in_utc(first), ZoneInfo(zone)
    workday = datetime.combine(date.min, end) - datetime.combine(date.min, start)
    if workday <= timedelta(0):
        raise ValueError(f"working hours from {start} to {end}")
    at, left = first, spread_offset(spread, seed, workday)
    while left and at < before:
        closes = instant(_local(at, there).date(), end, zone) or at
        if left < closes - at:
            return at + left if at + left < before else first
        left -= max(timedelta(0), closes - at)
        at = next_day(at)
    return at if at < before else first


class _Days:
    """What a person is owed, by local date."""

    def __init__(self, owed: Sequence[Prompt], zone: ZoneInfo, budget: int) -> None:
        self._zone = zone
        self._budget = budget
        self._prompts: Counter[int] = Counter()
        self._questions: Counter[int] = Counter()
        for prompt in owed:
            self._prompts[self._day(prompt.at)] += 1
            self._questions[self._day(prompt.at)] += prompt.questions

    def has_room(self, moment: datetime) -> bool:
        """Whether one more prompt may come that day."""
        return self._prompts[self._day(moment)] < MOST_A_DAY

    def has_budget(self, moment: datetime, questions: int) -> bool:
        """Whether so many more questions fit into each seven days running that the day is part of."""
        if not questions:
            return True
        day = self._day(moment)
        fullest = max(
            sum(self._questions[each] for each in range(first, first + WEEK))
            for first in range(day - WEEK + 1, day + 1)
        )
        return fullest + questions <= max(self._budget, questions)

    def _day(self, moment: datetime) -> int:
        return _local(moment, self._zone).toordinal()


def _moments(
    wished: datetime,
    zone: str,
    next_day: Callable[[datetime], datetime],
    before: datetime,
    time_of_day: time | None,
) -> Iterator[datetime]:
    """The wished moment, whenever it is, and then one on each working day that begins before the close."""
    yield wished
    opens = next_day(wished) if wished < before else before
    while opens < before:
        at = opens
        if time_of_day is not None:
            at = instant(_local(opens, ZoneInfo(zone)).date(), time_of_day, zone) or opens
        yield _in_utc(at if opens <= at < before else opens)
        opens = next_day(opens)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in a zone; at the end of the calendar, where those are who are away for good, as it is."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def _in_utc(moment: datetime) -> datetime:
    _require_aware(moment)
    return moment.astimezone(UTC)


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")


def _require_count(questions: int) -> None:
    if questions < 0:
        raise ValueError(f"{questions} questions")
