"""Pacing: how far along a KPI is towards its target, and whether that is far enough by now. What a target is, is in
`targets`; which words and signs show a status is the views' matter."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bot.domain.kpis import Aggregation, Direction, Kpi
from bot.domain.periods import Period
from bot.domain.workdays import Workdays

_ON_TRACK = Fraction(99, 100)
_BEHIND = Fraction(81, 100)
_TOO_EARLY = Fraction(20, 100)


class Status(StrEnum):
    """ON_TRACK: at least 99 % of what is expected by now; BEHIND: from 81 %; AT_RISK: less. MET and MISSED: decided."""

    ON_TRACK = "on_track"
    BEHIND = "behind"
    AT_RISK = "at_risk"
    MET = "met"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a KPI stands. `status` is None while it is too early to say, and where nothing was logged.

    `actual`, `target` and `expected` (by now) are in the KPI's unit; `elapsed` is the share (0 to 1) of the period's
    working days gone by; `reached` is actual/target, None where there is no actual or the target is zero.
    """

    status: Status | None
    actual: Decimal | None
    target: Decimal
    expected: Decimal | None
    elapsed: Decimal
    reached: Decimal | None


def pace(
    kpi: Kpi, target_value: Decimal, actual: Decimal | None, period: Period, today: date, workdays: Workdays
) -> Pace:
    """Compare a KPI's figure for the period with its target, as of `today` (a local date).

    What adds up (SUM) is compared with the target's share of the working days before today; averages, latest values
    and ratios are compared with the target itself. There is no status in the first 20 % of the working days. Once the
    period is over it is MET or MISSED, and before that only where no further day can change it: a sum that has reached
    its target, or passed its limit. A number that nobody logged is neither.
    """
    elapsed = _elapsed(period, today, workdays)
    expected = Fraction(target_value)
    if kpi.aggregation is Aggregation.SUM:
        expected *= elapsed
    status = None
    if actual is not None:
        status = _final(kpi, target_value, actual, is_over=today > period.last)
        if status is None and elapsed >= _TOO_EARLY:
            status = _so_far(kpi.direction, Fraction(actual), expected)
    reached = None if actual is None or target_value == 0 else actual / target_value
    return Pace(status, actual, target_value, _decimal(expected), _decimal(elapsed), reached)


def _elapsed(period: Period, today: date, workdays: Workdays) -> Fraction:
    """The share of working days gone by: those before today, and all once the period is over. A period without any
    working day (a weekend's day, a long holiday) is measured in calendar days."""
    if today > period.last:
        return Fraction(1)
    if today <= period.first:
        return Fraction(0)
    yesterday = today - timedelta(days=1)
    whole = workdays.count(period.first, period.last)
    if whole == 0:
        return Fraction((today - period.first).days, (period.last - period.first).days + 1)
    return Fraction(workdays.count(period.first, yesterday), whole)


def _final(kpi: Kpi, target: Decimal, actual: Decimal, *, is_over: bool) -> Status | None:
    higher = kpi.direction is Direction.HIGHER
    is_good = actual >= target if higher else actual <= target
    if is_over:
        return Status.MET if is_good else Status.MISSED
    if kpi.aggregation is not Aggregation.SUM:
        return None
    if higher:
        return Status.MET if is_good else None
    return None if is_good else Status.MISSED


def _so_far(direction: Direction, actual: Fraction, expected: Fraction) -> Status:
    closeness = _closeness(actual, expected) if direction is Direction.HIGHER else _closeness(expected, actual)
    if closeness >= _ON_TRACK:
        return Status.ON_TRACK
    return Status.BEHIND if closeness >= _BEHIND else Status.AT_RISK


def _closeness(has: Fraction, needs: Fraction) -> Fraction:
    """Which share of `needs` is there, 1 when nothing is lacking. Where lower is better the two change places. Below
    zero more is nearer to zero, so the share is the other way up."""
    if has >= needs:
        return Fraction(1)
    return has / needs if needs > 0 else needs / has


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)
