"""Which days a summary is about, and with which it compares them. Pure. A daily summary comes on working days only: it
is about the working day before it and the days off that followed, so that Monday's tells Friday to Sunday."""

from datetime import date, timedelta

from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.scoreboard import seen_from
from bot.domain.workdays import Workdays

_ONE_DAY = timedelta(days=1)
_LONGEST_BREAK = 60
"""So many days off in a row are looked through for the working day before them."""


def period_of(kind: PeriodKind, local_date: date, workdays: Workdays) -> Period:
    """The period a summary of a local date is about: the one containing the day before. On a Monday morning that is
    last week, on a Friday this week so far. CUSTOM is two weeks: the one containing that day, and the one before it.
    DAY is the working day before with the days off that followed it."""
    day_before = local_date - _ONE_DAY
    if kind is PeriodKind.DAY:
        return _worked_until(day_before, workdays)
    if kind is not PeriodKind.CUSTOM:
        return containing(day_before, kind)
    week = containing(day_before, PeriodKind.WEEK)
    return Period(week.first - timedelta(weeks=1), week.last, PeriodKind.CUSTOM)


def period_before(period: Period, workdays: Workdays) -> Period:
    """The whole period before a summary's; of a day the working day before, with the days off between the two."""
    return _worked_until(period.first - _ONE_DAY, workdays) if period.kind is PeriodKind.DAY else before(period)


def earlier_periods(period: Period, count: int, workdays: Workdays) -> list[Period]:
    """The latest periods before this one, oldest first."""
    found = [period]
    while len(found) <= count:
        found.append(period_before(found[-1], workdays))
    return found[:0:-1]


def judged_on(period: Period, local_date: date) -> date:
    """The day whose calendar period a target is looked at: of a day the working day itself, as nothing is asked of the
    days off after it; of a month or quarter that is over its last Sunday, as a week that has only begun in it says
    nothing of it; else as everywhere."""
    if period.kind is PeriodKind.DAY:
        return period.first
    seen = seen_from(period, local_date)
    if period.kind not in (PeriodKind.MONTH, PeriodKind.QUARTER) or local_date <= period.last:
        return seen
    return seen - _ONE_DAY * ((seen.weekday() + 1) % 7)


def _worked_until(day: date, workdays: Workdays) -> Period:
    """The latest working day up to `day`, through `day`."""
    working = (day - timedelta(days=back) for back in range(_LONGEST_BREAK))
    return Period(next(filter(workdays.is_working_day, working), day), day, PeriodKind.DAY)
