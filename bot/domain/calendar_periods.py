"""Periods of the calendar and their arithmetic: weeks, months, quarters, years. Reading the words people type for them
belongs to `periods`, from where these names are imported."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEARS_TO_WEEK_53 = 7
"""At most so many years lie between two that have 53 weeks (1896 and 1903; mostly five or six)."""

_ONE_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """Weeks run from Monday to Sunday. CUSTOM is any other run of days."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    CUSTOM = "custom"


_MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A run of local dates, both ends included. Any kind but CUSTOM is a whole period of the calendar; only a DAY may
    have the days off with it that follow it.

    ValueError if it would end before it begins.
    """

    first: date
    last: date
    kind: PeriodKind

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period cannot end on {self.last} and begin on {self.first}")

    @property
    def days(self) -> int:
        """How many days it has, at least 1."""
        return (self.last - self.first).days + 1

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last

    def each_day(self) -> Iterator[date]:
        """Its days in order."""
        return (self.first + timedelta(days=number) for number in range(self.days))

    def split(self, kind: PeriodKind) -> Iterator["Period"]:
        """The periods of a kind that it is made of, in order; what its ends cut off is CUSTOM.

        ValueError for CUSTOM, which says no length.
        """
        first = self.first
        while True:
            whole = containing(first, kind)
            last = min(whole.last, self.last)
            is_whole = (whole.first, whole.last) == (first, last)
            yield Period(first, last, kind if is_whole else PeriodKind.CUSTOM)
            if last == self.last:
                return
            first = last + _ONE_DAY


def containing(day: date, kind: PeriodKind) -> Period:
    """The period of this kind that `day` lies in. ValueError for CUSTOM, which says no length."""
    if kind is PeriodKind.DAY:
        return Period(day, day, kind)
    if kind is PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6), kind)
    if kind is PeriodKind.MONTH:
        return _months(day.year, day.month, 1, kind)
    if kind is PeriodKind.QUARTER:
        return _months(day.year, day.month - (day.month - 1) % 3, 3, kind)
    if kind is PeriodKind.YEAR:
        return _months(day.year, 1, 12, kind)
    raise ValueError("a custom period is not found from one of its days")


def latest_week(number: int, day: date) -> Period:
    """The latest week of this number in the ISO calendar that has begun by `day`. ValueError where no year has it."""
    year = day.isocalendar().year
    for earlier in range(year, year - YEARS_TO_WEEK_53 - 1, -1):
        with suppress(ValueError):  # not every year has a 53rd
            monday = date.fromisocalendar(earlier, number, 1)
            if monday <= day:
                return containing(monday, PeriodKind.WEEK)
    raise ValueError(f"no year has a week {number}")


def before(period: Period) -> Period:
    """The period of the same kind that ends the day before; for CUSTOM, as many days."""
    day_before = period.first - _ONE_DAY
    if period.kind is PeriodKind.CUSTOM:
        return Period(day_before - timedelta(days=period.days - 1), day_before, period.kind)
    return containing(day_before, period.kind)


def whole_before(day: date, kind: PeriodKind, count: int) -> Period:
    """The `count` (at least 1) whole periods of a kind before the one that `day` lies in: together a CUSTOM one, a
    single one of its own kind. ValueError for CUSTOM, and where the calendar does not reach back so far."""
    latest = before(containing(day, kind))
    if kind in _MONTHS_IN and count > 1:
        years, month = divmod(latest.first.year * 12 + latest.first.month - 1 - (count - 1) * _MONTHS_IN[kind], 12)
        return Period(date(years, month + 1, 1), latest.last, PeriodKind.CUSTOM)
    if count == 1:
        return latest
    return Period(latest.first - (count - 1) * latest.days * _ONE_DAY, latest.last, PeriodKind.CUSTOM)


def year_before(period: Period) -> Period:
    """The same period a year earlier: the same days of the calendar, of a week the one with the same ISO number (the
    52nd for a 53rd that the year before does not have). 29 February becomes the 28th. ValueError in the first year."""
    if period.kind is PeriodKind.WEEK:
        year, week, _ = period.first.isocalendar()
        last_week = date(year - 1, 12, 28).isocalendar().week
        return containing(date.fromisocalendar(year - 1, min(week, last_week), 1), PeriodKind.WEEK)
    first, last = _year_back(period.first), _year_back(period.last)
    if period.kind in (PeriodKind.CUSTOM, PeriodKind.DAY):
        return Period(first, last, period.kind)
    return containing(first, period.kind)


def _year_back(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - 1, 2, 28) if is_leap_day else day.replace(year=day.year - 1)


def through(period: Period, day: date) -> Period:
    """The period up to and including `day`: itself if it ends by then, else a CUSTOM one. Compare such a part with
    `comparable`, not with `before`. ValueError if the period begins after `day`."""
    return period if day >= period.last else Period(period.first, day, PeriodKind.CUSTOM)


def comparable(period: Period, through_day: date) -> Period:
    """What the part of a period up to `through_day` compares with: as many leading days of the period before (at most
    all of it). A period that is over compares with the whole period before, however long either is.

    ValueError if the period begins after `through_day`.
    """
    earlier = before(period)
    if through_day >= period.last:
        return earlier
    gone_by = (through_day - period.first).days
    return through(earlier, earlier.first + timedelta(days=gone_by))


def _months(year: int, month: int, count: int, kind: PeriodKind) -> Period:
    """`count` whole months from one on, within one year."""
    last_month = month + count - 1
    last = date(year, 12, 31) if last_month == 12 else date(year, last_month + 1, 1) - _ONE_DAY
    return Period(date(year, month, 1), last, kind)
