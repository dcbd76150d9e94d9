"""Forecasts: where a KPI will end a period that is running, how sure that is, and by which method. How it stands
against its target by now belongs to `pacing`.

All methods say one thing: what is to come is like what was lately. No trend and no season is looked for, since a
quarter of days or weeks shows neither clearly enough.

Source of the intervals: Hahn and Meeker 1991, Statistical Intervals (prediction intervals of a normal population: for
one further observation and for the mean of several, Student's t with the variance of what is to come plus that of the
estimated mean).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from bot.domain.averages import t_quantile
from bot.domain.formulas import Reading, Span, Term, evaluate
from bot.domain.kpis import Aggregation, Kpi, terms_of
from bot.domain.pacing import TOO_EARLY, Pace, decimal_of, elapsed
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.targets import Aim
from bot.domain.workdays import Workdays

LEVEL = 80
"""How many of a hundred periods end inside the interval, in percent."""

LEAST_OBSERVATIONS = 8
"""With fewer days or weeks to judge by there is no forecast."""

_QUANTILE = (1 + LEVEL / 100) / 2
_MOST_DAYS = 60
_MOST_WEEKS = 12
_MOST_RECENT = 8
_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_NONE = Fraction(0)


class Method(StrEnum):
    """DAILY_MEAN: what there is, and for each working day to come the mean of the last ones. WEEKLY_MEAN: the same by
    weeks, for what is logged on fewer than half of the days. RECENT_WEEKS: the mean of the last weeks' figures."""

    DAILY_MEAN = "daily_mean"
    WEEKLY_MEAN = "weekly_mean"
    RECENT_WEEKS = "recent_weeks"


class NoForecast(StrEnum):
    """Why there is no forecast: the period is OVER; TOO_EARLY, less than 20 % of it has gone by; TOO_FEW days or weeks
    to judge by; NOT_BY_WEEK, the weeks of this KPI say nothing of a longer period (a month's growth, its churn)."""

    OVER = "over"
    TOO_EARLY = "too_early"
    TOO_FEW = "too_few"
    NOT_BY_WEEK = "not_by_week"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The figure at the end of the period and the interval it will lie in, in the KPI's unit; `level` is how sure that
    is, in percent. `based_on` is the number of working days (DAILY_MEAN) or weeks that it is judged by."""

    value: Decimal
    low: Decimal
    high: Decimal
    method: Method
    based_on: int
    level: int = LEVEL


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the time to come that is like `past`, the same part of each unit of the past, and comes so often."""

    past: Sequence[Fraction]
    times: int = 1


def misses(outlook: Forecast, pace: Pace) -> bool:
    """Whether the whole interval of a forecast lies on the wrong side of the target, however the days look so far."""
    match pace.aim:
        case Aim.REACH | Aim.ABOVE:
            return outlook.high < pace.target
        case Aim.BELOW:
            return outlook.low > pace.target
        case Aim.INSIDE:
            return outlook.high < pace.target or (pace.upper is not None and outlook.low > pace.upper)
        case None:
            return False


def forecast(
    kpi: Kpi, history: Mapping[date, Decimal], period: Period, today: date, workdays: Workdays
) -> Forecast | None:
    """The KPI's figure at the end of a running period, as of `today` (a local date). None: see `why_none`.

    `history` of a KPI that adds up (SUM) are the totals of single days, those of the period and as many as there are of
    the 12 weeks before today; a day without an entry is not in it, and counts as zero once anything was logged. What
    was logged so far is certain. Today is to come as long as nothing was logged for it, then it is done. A working day
    is taken together with the days off after it. Where fewer than half of the days have an entry, whole weeks are the
    units, and a part of a week to come is like the same weekdays of the past ones.

    `history` of any other KPI are its figures of single weeks, by their Monday. Only weeks that are over count, the
    latest 8 of the last 12. The interval is that of one further week; a longer period varies less.

    The interval leaves out what the KPI cannot be: less than its `least`, a sum of such values less than it is already.
    Values that were always the same have no spread, so their interval is a point.
    """
    found = _outlook(kpi, history, period, today, workdays)
    return found if isinstance(found, Forecast) else None


def why_none(
    kpi: Kpi, history: Mapping[date, Decimal], period: Period, today: date, workdays: Workdays
) -> NoForecast | None:
    """Why `forecast` gives none for the same arguments; None where it does."""
    found = _outlook(kpi, history, period, today, workdays)
    return found if isinstance(found, NoForecast) else None


def _outlook(
    kpi: Kpi, history: Mapping[date, Decimal], period: Period, today: date, workdays: Workdays
) -> Forecast | NoForecast:
    if today > period.last:
        return NoForecast.OVER
    if elapsed(period, today, workdays) < TOO_EARLY:
        return NoForecast.TOO_EARLY
    known = {day: Fraction(value) for day, value in history.items() if day <= today}
    if kpi.aggregation is not Aggregation.SUM:
        return _by_recent_weeks(kpi, known, period, today)
    days, with_entry = _past_days(known, today, workdays)
    first = today + _ONE_DAY if today in known else today
    if 2 * with_entry < len(days):
        weeks = _past_weeks(known, today, workdays)
        stretches = _weeks_ahead(known, weeks, first, period.last, workdays)
        method, based_on = Method.WEEKLY_MEAN, len(weeks)
    else:
        stretches = [_Stretch(days, workdays.count(first, period.last))]
        method, based_on = Method.DAILY_MEAN, len(days)
    if based_on < LEAST_OBSERVATIONS:
        return NoForecast.TOO_FEW
    so_far = sum((value for day, value in known.items() if period.contains(day)), _NONE)
    expected, variance = _together(stretches, based_on)
    least = _least(kpi)
    floor = so_far if least is not None and least >= 0 else None
    return _within(so_far + expected, variance, floor, method, based_on)


def _by_recent_weeks(kpi: Kpi, known: Mapping[date, Fraction], period: Period, today: date) -> Forecast | NoForecast:
    if period.kind is not PeriodKind.WEEK and _depends_on_length(kpi):
        return NoForecast.NOT_BY_WEEK
    monday = containing(today, PeriodKind.WEEK).first
    recent = sorted(day for day in known if monday - _MOST_WEEKS * _ONE_WEEK <= day < monday)[-_MOST_RECENT:]
    if len(recent) < LEAST_OBSERVATIONS:
        return NoForecast.TOO_FEW
    expected, variance = _together([_Stretch([known[day] for day in recent])], len(recent))
    return _within(expected, variance, _least(kpi), Method.RECENT_WEEKS, len(recent))


def _past_days(known: Mapping[date, Fraction], today: date, workdays: Workdays) -> tuple[list[Fraction], int]:
    """The totals of the last working days before today, each with the days off after it, and how many of them have an
    entry. Nothing before the first entry."""
    totals: list[Fraction] = []
    with_entry, total, has_entry = 0, _NONE, False
    day, earliest = today - _ONE_DAY, min(known, default=today)
    while day >= earliest and len(totals) < _MOST_DAYS:
        total, has_entry = total + known.get(day, _NONE), has_entry or day in known
        if workdays.is_working_day(day):
            totals.append(total)
            with_entry += has_entry
            total, has_entry = _NONE, False
        day -= _ONE_DAY
    return totals, with_entry


def _past_weeks(known: Mapping[date, Fraction], today: date, workdays: Workdays) -> list[date]:
    """The Mondays of the last weeks that are over, none before that of the first entry. A week in which nobody works
    counts only if something was logged."""
    monday = containing(today, PeriodKind.WEEK).first
    earliest = containing(min(known, default=today), PeriodKind.WEEK).first
    weeks = (monday - number * _ONE_WEEK for number in range(1, _MOST_WEEKS + 1))
    with_entry = {containing(day, PeriodKind.WEEK).first for day in known}
    return [week for week in weeks if week >= earliest and (week in with_entry or _has_work(week, workdays))]


def _weeks_ahead(
    known: Mapping[date, Fraction], weeks: Sequence[date], first: date, last: date, workdays: Workdays
) -> list[_Stretch]:
    """The days to come as whole and broken weeks, each with what the same weekdays brought in the past ones."""
    weekdays: dict[date, list[int]] = {}
    for number in range((last - first).days + 1):
        day = first + number * _ONE_DAY
        weekdays.setdefault(containing(day, PeriodKind.WEEK).first, []).append(day.weekday())
    alike = Counter(tuple(days) for week, days in weekdays.items() if _has_work(week, workdays))
    return [
        _Stretch([sum((known.get(week + day * _ONE_DAY, _NONE) for day in days), _NONE) for week in weeks], times)
        for days, times in alike.items()
    ]


def _has_work(monday: date, workdays: Workdays) -> bool:
    return workdays.count(monday, monday + 6 * _ONE_DAY) > 0


def _together(stretches: Sequence[_Stretch], units: int) -> tuple[Fraction, Fraction]:
    """What is to come in all, from at least two units of the past: its mean, and its variance around that.

    Each stretch varies by itself, and the mean is uncertain in turn. With n days like N past ones of variance s² this
    is n·s² + (n·s)²/N = n·s²·(1 + n/N).
    """
    in_all = [sum((stretch.times * stretch.past[unit] for stretch in stretches), _NONE) for unit in range(units)]
    by_themselves = sum((stretch.times * _variance(stretch.past) for stretch in stretches), _NONE)
    return Fraction(sum(in_all), units), by_themselves + _variance(in_all) / units


def _variance(sample: Sequence[Fraction]) -> Fraction:
    """The sample variance, divided by one less than there are."""
    mean = Fraction(sum(sample), len(sample))
    return sum(((each - mean) ** 2 for each in sample), _NONE) / (len(sample) - 1)


def _within(expected: Fraction, variance: Fraction, floor: Fraction | None, method: Method, based_on: int) -> Forecast:
    value = decimal_of(expected)
    half = _t(based_on - 1) * decimal_of(variance).sqrt()
    low = value - half if floor is None else min(value, max(value - half, decimal_of(floor)))
    return Forecast(value, low, value + half, method, based_on)


@lru_cache(maxsize=_MOST_DAYS)
def _t(freedom: int) -> Decimal:
    return Decimal(t_quantile(_QUANTILE, freedom))


def _least(kpi: Kpi) -> Fraction | None:
    """The lowest the KPI's figure can be, as far as that is known. A count that is typed in is at least zero; a derived
    one may be a difference."""
    if kpi.least is not None:
        return Fraction(kpi.least)
    return _NONE if kpi.whole and not kpi.is_derived else None


def _depends_on_length(kpi: Kpi) -> bool:
    """Whether a derived KPI's figure of a longer period is another one than that of a week, everything going on as it
    does: because it is seen from the period's start or the one before, or because it changes when the sums of the
    period double. That is tried out, with numbers in either order as some formulas have no value for some numbers."""
    if kpi.formula is None:
        return False
    terms = terms_of(kpi)
    if any(term.span in (Span.BEFORE, Span.START) for term in terms):
        return True
    numbers = [Fraction(number) for number in range(2, len(terms) + 2)]
    for given in (numbers, numbers[::-1]):
        values = dict(zip(terms, given, strict=True))
        once = evaluate(kpi.formula, values)
        if once is not None:
            return once != evaluate(kpi.formula, {term: value * _longer(term) for term, value in values.items()})
    return True


def _longer(term: Term) -> int:
    """What becomes of a term in a period of twice the length."""
    return 2 if term.reading is Reading.SUM and term.span is Span.PERIOD else 1
