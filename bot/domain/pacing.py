"""Pacing: how far along a KPI is towards its target, whether that is far enough by now, what it takes from now on, and
which change of status is worth telling. What a target is, is in `targets`; where a period will end is in `forecasts`;
which words and signs show a status is the views' matter."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bot.domain.kpis import Aggregation, Kpi
from bot.domain.periods import Period
from bot.domain.targets import Aim, check_range, usual_aim
from bot.domain.workdays import Workdays

TOO_EARLY = Fraction(20, 100)
"""Before this share of a period's working days has gone by nothing is said about its end."""

_ALL = Fraction(1)
_PERCENT = 100


class Status(StrEnum):
    """ON_TRACK: at least 99 % of what is expected by now; BEHIND: from 81 %; AT_RISK: less (a KPI may have `Thresholds`
    of its own). MET and MISSED: decided."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    AT_RISK = "at_risk"
    MET = "met"
    MISSED = "missed"


class Transition(StrEnum):
    """What a change of status is to the KPI's owner. BETTER is less bad; BACK_ON_TRACK is good again."""

    WORSE = "worse"
    BETTER = "better"
    BACK_ON_TRACK = "back_on_track"
    MET = "met"
    MISSED = "missed"


_FROM_WORST = (Status.MISSED, Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.MET)
_GOOD = (Status.ON_TRACK, Status.MET)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From how many percent of what is expected by now a KPI is on track, and from how many it is only behind.

    ValueError unless 0 < behind < on_track <= 100.
    """

    on_track: Decimal = Decimal(99)
    behind: Decimal = Decimal(81)

    def __post_init__(self) -> None:
        is_a_number = self.on_track.is_finite() and self.behind.is_finite()
        if not (is_a_number and 0 < self.behind < self.on_track <= _PERCENT):
            raise ValueError(f"behind from {self.behind} %, on track from {self.on_track} %")


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a KPI stands. `status` is None while it is too early to say, and where nothing was logged.

    `actual`, `target` and `expected` (by now) are in the KPI's unit; `elapsed` is the share (0 to 1) of the period's
    working days gone by; `reached` is actual/target, None where there is no actual or the target is zero. With INSIDE
    `target` and `expected` are the lower edge, `upper` and `expected_upper` (by now) the upper one; they are None
    otherwise. `needed_per_day` is what the function of that name says.
    """

    status: Status | None
    actual: Decimal | None
    target: Decimal
    expected: Decimal | None
    elapsed: Decimal
    reached: Decimal | None
    aim: Aim | None = None
    upper: Decimal | None = None
    expected_upper: Decimal | None = None
    needed_per_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Where a figure should lie, both ends included; None where there is no end."""

    lower: Fraction | None
    upper: Fraction | None

    def times(self, share: Fraction) -> "_Bounds":
        return _Bounds(
            None if self.lower is None else self.lower * share, None if self.upper is None else self.upper * share
        )

    def are_passed_by(self, actual: Fraction) -> bool:
        return self.upper is not None and actual > self.upper

    def are_reached_by(self, actual: Fraction) -> bool:
        return self.lower is None or actual >= self.lower

    def closeness(self, actual: Fraction) -> Fraction:
        """1 between the ends, else the share of the nearest one that is there."""
        from_below = _ALL if self.lower is None else _closeness(actual, self.lower)
        from_above = _ALL if self.upper is None else _closeness(self.upper, actual)
        return min(from_below, from_above)


def pace(
    kpi: Kpi,
    target_value: Decimal,
    actual: Decimal | None,
    period: Period,
    today: date,
    workdays: Workdays,
    aim: Aim | None = None,
    upper: Decimal | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Pace:
    """Compare a KPI's figure for the period with its target, as of `today` (a local date).

    What adds up (SUM) is compared with the target's share of the working days before today; averages, latest values
    and ratios are compared with the target itself. There is no status in the first 20 % of the working days. Once the
    period is over it is MET or MISSED, and before that only where no further day can change it: a sum that has reached
    its target, or passed its limit. A number that nobody logged is neither.

    `aim` is the target's, None for the KPI's usual one; it counts more than the KPI's direction. Both edges of a range
    are treated alike: outside of it the nearer one counts, a sum is compared with the share of both, and it has missed
    the range once it is above the whole upper edge. ValueError for a range without an upper edge above `target_value`,
    and for an upper edge without a range.
    """
    check_range(aim, target_value, upper)
    wanted = aim or usual_aim(kpi)
    adds_up = kpi.aggregation is Aggregation.SUM
    gone_by = elapsed(period, today, workdays)
    bounds = _bounds(wanted, target_value, upper)
    by_now = _ALL if not adds_up else gone_by
    status = None
    if actual is not None:
        status = _final(bounds, Fraction(actual), adds_up=adds_up, is_over=today > period.last)
        if status is None and gone_by >= TOO_EARLY:
            status = _so_far(bounds.times(by_now).closeness(Fraction(actual)), thresholds)
    return Pace(
        status,
        actual,
        target_value,
        decimal_of(Fraction(target_value) * by_now),
        decimal_of(gone_by),
        None if actual is None or target_value == 0 else actual / target_value,
        wanted,
        upper,
        None if upper is None else decimal_of(Fraction(upper) * by_now),
        needed_per_day(kpi, target_value, actual, period, today, workdays, aim),
    )


def needed_per_day(
    kpi: Kpi,
    target_value: Decimal,
    actual: Decimal | None,
    period: Period,
    today: date,
    workdays: Workdays,
    aim: Aim | None = None,
) -> Decimal | None:
    """How much each working day from now on (`days_left`: today as well) must bring to reach the target, in the KPI's
    unit; with BELOW how much each may still bring; with INSIDE what it takes to the lower edge (`target_value`). A KPI
    without any entry has nothing so far.

    None where there is no such number: the KPI does not add up, no working day is left, the target is reached or the
    limit passed.
    """
    days = days_left(period, today, workdays)
    if kpi.aggregation is not Aggregation.SUM or days == 0:
        return None
    lacking = Fraction(target_value) - Fraction(actual or 0)
    is_limit = (aim or usual_aim(kpi)) is Aim.BELOW
    makes_sense = lacking >= 0 if is_limit else lacking > 0
    return decimal_of(lacking / days) if makes_sense else None


def days_left(period: Period, today: date, workdays: Workdays) -> int:
    """The working days of a period from `today` on, today included: all of them before it begins, none once it is over.
    A period without any working day has calendar days instead."""
    first = max(today, period.first)
    if first > period.last:
        return 0
    if workdays.count(period.first, period.last) == 0:
        return (period.last - first).days + 1
    return workdays.count(first, period.last)


def elapsed(period: Period, today: date, workdays: Workdays) -> Fraction:
    """The share of working days gone by: those before today, and all once the period is over. A period without any
    working day (a weekend's day, a long holiday) is measured in calendar days."""
    if today > period.last:
        return _ALL
    if today <= period.first:
        return Fraction(0)
    yesterday = today - timedelta(days=1)
    whole = workdays.count(period.first, period.last)
    if whole == 0:
        return Fraction((today - period.first).days, period.days)
    return Fraction(workdays.count(period.first, yesterday), whole)


def transition(before: Status | None, now: Status | None) -> Transition | None:
    """What the owner is told when a target's status was `before` and is `now`, both of the same period; None: nothing.

    Only a change is told. A first status is told where it is bad; that a status is gone (a correction) is not.
    """
    if now is None or now is before:
        return None
    if before is None:
        if now in _GOOD:
            return None
        return Transition.MISSED if now is Status.MISSED else Transition.WORSE
    if now in (Status.MET, Status.MISSED):
        return Transition(now.value)
    if _FROM_WORST.index(now) < _FROM_WORST.index(before):
        return Transition.WORSE
    return Transition.BACK_ON_TRACK if now is Status.ON_TRACK else Transition.BETTER


def decimal_of(number: Fraction) -> Decimal:
    """The nearest Decimal, exact where it has an end."""
    return Decimal(number.numerator) / Decimal(number.denominator)


def _bounds(aim: Aim, value: Decimal, upper: Decimal | None) -> _Bounds:
    match aim:
        case Aim.REACH | Aim.ABOVE:
            return _Bounds(Fraction(value), None)
        case Aim.BELOW:
            return _Bounds(None, Fraction(value))
        case Aim.INSIDE:
            return _Bounds(Fraction(value), None if upper is None else Fraction(upper))


def _final(bounds: _Bounds, actual: Fraction, *, adds_up: bool, is_over: bool) -> Status | None:
    """MET or MISSED where that is decided. A sum with an upper edge is not MET before the end, as it may still pass."""
    if is_over:
        is_good = bounds.are_reached_by(actual) and not bounds.are_passed_by(actual)
        return Status.MET if is_good else Status.MISSED
    if not adds_up:
        return None
    if bounds.are_passed_by(actual):
        return Status.MISSED
    return Status.MET if bounds.upper is None and bounds.are_reached_by(actual) else None


def _so_far(closeness: Fraction, thresholds: Thresholds) -> Status:
    if closeness * _PERCENT >= Fraction(thresholds.on_track):
        return Status.ON_TRACK
    return Status.BEHIND if closeness * _PERCENT >= Fraction(thresholds.behind) else Status.AT_RISK


def _closeness(has: Fraction, needs: Fraction) -> Fraction:
    """Which share of `needs` is there, 1 when nothing is lacking. Where lower is better the two change places. Below
    zero more is nearer to zero, so the share is the other way up."""
    if has >= needs:
        return _ALL
    return has / needs if needs > 0 else needs / has
