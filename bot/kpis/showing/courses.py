"""Over which stretches of time a KPI is drawn: chosen by how long the period is, so that a chart has some points and
never too many. Pure; figures are read in `reading`."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.periods import Period, PeriodKind, containing
from bot.kpis.vocabulary import Split

CHART_WEEKS = 8
CHART_DAYS = 14
TABLE_MONTHS = 6
MOST_POINTS = 20
"""Slack draws so many."""
_LONGEST = (
    (PeriodKind.DAY, CHART_DAYS),
    (PeriodKind.WEEK, 14 * 7),
    (PeriodKind.MONTH, 19 * 30),
    (PeriodKind.QUARTER, 19 * 91),
)
"""Each kind, and up to how many days a period is drawn by it; longer ones by year."""


def chart_stretches(period: Period, is_named: bool, today: date) -> tuple[PeriodKind, Sequence[Period]]:
    """By what a chart is drawn, and its stretches: of the period itself as far as it has begun; of the days up to it
    where it is a single one; of the last weeks where nobody said a period. None before it begins."""
    if not is_named:
        return PeriodKind.WEEK, list(last_weeks(today).split(PeriodKind.WEEK))
    if period.first > today:
        return PeriodKind.DAY, ()
    if period.days == 1:
        days = Period(period.first - timedelta(days=CHART_DAYS - 1), period.last, PeriodKind.CUSTOM)
        return PeriodKind.DAY, list(days.split(PeriodKind.DAY))
    days_gone_by = (min(period.last, today) - period.first).days + 1
    kind = next((kind for kind, longest in _LONGEST if days_gone_by <= longest), PeriodKind.YEAR)
    return kind, list(begun(period, kind, today).split(kind))[-MOST_POINTS:]


def table_period(period: Period, is_named: bool, split: Split, today: date) -> Period:
    """What a breakdown by week or month covers: the period, else the last weeks or months."""
    if is_named:
        return period
    if split is Split.WEEK:
        return last_weeks(today)
    first = containing(today, PeriodKind.MONTH).first
    for _ in range(TABLE_MONTHS - 1):
        first = containing(first - timedelta(days=1), PeriodKind.MONTH).first
    return Period(first, today, PeriodKind.CUSTOM)


def last_weeks(today: date) -> Period:
    first = containing(today - timedelta(weeks=CHART_WEEKS - 1), PeriodKind.WEEK).first
    return Period(first, containing(today, PeriodKind.WEEK).last, PeriodKind.CUSTOM)


def begun(period: Period, kind: PeriodKind, today: date) -> Period:
    """The period without the weeks or months of it that have not begun; the current one is whole."""
    if not period.first <= today <= period.last:
        return period
    return Period(period.first, containing(today, kind).last, PeriodKind.CUSTOM)
