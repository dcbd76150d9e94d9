"""What a target's owner was last told of it, and what is news since then: only a change is told, and of each period
only once how it ended. Who is told and in which words does not belong here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.pacing import Status, Transition, transition
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.scoreboard import Progress
from bot.domain.targets import Target, target_period
from bot.domain.workdays import Workdays

LONGEST_PAUSE = 31
"""Days without work that are looked back over; and how long ago a deadline may have been for its verdict to be news."""

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """The status that was told or noted last, in the target's period that began on `period_first`. `told_on` is the
    owner's local date of the latest alert; None where there was none yet."""

    target_id: str
    period_first: date
    status: Status
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class News:
    """A change worth telling, and where the target stood when it was found."""

    transition: Transition
    progress: Progress


@dataclass(frozen=True, slots=True)
class Followed:
    """What is news of a target, in order, and what is to be remembered of it (None: nothing was ever known)."""

    news: tuple[News, ...]
    standing: Standing | None


def verdict_period(target: Target, today: date, workdays: Workdays) -> Period | None:
    """The latest period of a target that is over and may be judged as of `today`: one working day has gone by since its
    end, on which its last numbers could still be logged. A single day is judged on the next working day, a period in
    which nobody worked not at all. None where the target did not hold yet, and where there is no such period."""
    latest = _working_day_before(today, workdays)
    if target.period is None:
        whole = target_period(target, today)
        is_lately = whole.last < latest and (today - whole.last).days <= LONGEST_PAUSE
        return whole if is_lately else None
    own = containing(latest, target.period)
    over = own if target.period is PeriodKind.DAY else _before_with_work(own, workdays)
    return over if over.last >= target.starts else None


def owed_verdict(replaced: Target, successor: Target, today: date, workdays: Workdays) -> Period | None:
    """The period of a replaced target that may be judged as of `today` and was over when its successor began: how it
    ended is news still. Not once the successor itself is judged, and not for ever."""
    judged = verdict_period(replaced, today, workdays)
    if judged is None or judged.last >= successor.starts or (today - judged.last).days > LONGEST_PAUSE:
        return None
    return judged


def last_day_before(successor: Target) -> date:
    """The day on which another target must have held for its verdict to be owed still: the last of the period before
    the one in which `successor` began; the day before its beginning where it has a deadline."""
    if successor.period is None:
        return successor.starts - _ONE_DAY
    return before(containing(successor.starts, successor.period)).last


def running_period(target: Target, today: date, workdays: Workdays) -> Period | None:
    """The period of a target that is running on `today`; None once its deadline is past, and while the period before
    it cannot be judged yet: what is noted of this one would hide how that ended (`follow`)."""
    period = target_period(target, today)
    if not period.contains(today):
        return None
    if target.period in (None, PeriodKind.DAY) or before(period).last < target.starts:
        return period
    return period if _working_day_before(today, workdays) >= period.first else None


def follow(target_id: str, standing: Standing | None, found: Sequence[Progress], today: date) -> Followed:
    """What is news on `today`, the local date of who is told: `found` is where the target stood in its periods, the
    earlier one first.

    Periods are compared with themselves, so that a new one begins afresh; only single days with the one before, or
    every day would be news. What was known of a later period is not gone back from, and nothing is told twice a day.
    """
    if standing is not None and standing.told_on == today:
        return Followed((), standing)
    news: list[News] = []
    for each in found:
        status, first = each.pace.status, each.period.first
        if status is None or (standing is not None and first < standing.period_first):
            continue
        goes_on = standing is not None and (first == standing.period_first or each.period.kind is PeriodKind.DAY)
        change = transition(standing.status if standing is not None and goes_on else None, status)
        if change is not None:
            news.append(News(change, each))
        told_on = today if change is not None else standing.told_on if standing is not None else None
        standing = Standing(target_id, first, status, told_on)
    return Followed(tuple(news), standing)


def _before_with_work(period: Period, workdays: Workdays) -> Period:
    """The period before, leaving out those in which nobody worked; just the one before where that was for long."""
    earlier = before(period)
    while workdays.count(earlier.first, earlier.last) == 0:
        if (period.first - earlier.first).days > LONGEST_PAUSE:
            return before(period)
        earlier = before(earlier)
    return earlier


def _working_day_before(today: date, workdays: Workdays) -> date:
    """The last working day before `today`; yesterday where there was none for long."""
    yesterday = today - _ONE_DAY
    days = (yesterday - number * _ONE_DAY for number in range(LONGEST_PAUSE))
    return next((day for day in days if workdays.is_working_day(day)), yesterday)
