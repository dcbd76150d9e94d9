"""When a KPI is due for its review, and when it counts as forgotten. Pure arithmetic of local dates."""

from collections.abc import Mapping
from datetime import date, timedelta

from bot.domain.catalogue import KpiSettings
from bot.domain.schedules import Cadence

MONTHS_BETWEEN = 3
FORGOTTEN_PERIODS = 3
"""After so many periods without a new value a KPI is put up for retirement."""

_DAYS: Mapping[Cadence, int] = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.TWO_WEEKS: 14}
_MONTHS: Mapping[Cadence, int] = {Cadence.MONTHLY: 1, Cadence.QUARTERLY: 3}


def next_review(day: date) -> date:
    """The day of the review after something that happened on `day`: the first of a month, a quarter later at least, so
    that the reviews of one person come together."""
    months = day.year * 12 + day.month - 1 + MONTHS_BETWEEN + (day.day > 1)
    return date(months // 12, months % 12 + 1, 1)


def review_date(settings: KpiSettings, used_since: date) -> date:
    """The date that was decided on, else a quarter after the KPI was first used."""
    return settings.review_on or next_review(used_since)


def forgotten_on(settings: KpiSettings, last_used: date) -> date:
    """The first day on which nobody has updated a KPI for three of its periods: those of its cadence, else months."""
    cadence = settings.cadence or Cadence.MONTHLY
    if cadence in _DAYS:
        return last_used + timedelta(days=FORGOTTEN_PERIODS * _DAYS[cadence] + 1)
    months = last_used.year * 12 + last_used.month - 1 + FORGOTTEN_PERIODS * _MONTHS.get(cadence, 1)
    first = date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=min(last_used.day, 28))
