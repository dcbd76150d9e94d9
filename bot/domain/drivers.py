"""Drivers: process KPIs that an outcome KPI is tied to, and whether one of them fell when, or before, the outcome did.
That is put side by side and never called a cause: two things that fell are two things that fell. Words are the views'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.domain.kpis import Direction, Kpi
from bot.domain.pacing import Status

FALL = Decimal(5)
"""From so many percent on a figure has fallen; less is taken for chance."""

WEEKS_BACK = 4
"""A driver is looked at in the week of the outcome and in so many weeks before it."""

_FROM_WORST = (Status.MISSED, Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.MET)
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """An outcome that got worse, and a driver that did so in the same week (`weeks_earlier` 0) or some weeks earlier.
    `driver_change` is in percent of the driver's figure of the week before."""

    outcome: Kpi
    driver: Kpi
    driver_change: Decimal
    weeks_earlier: int


def got_worse(
    kpi: Kpi, change: Decimal | None, status: Status | None = None, status_before: Status | None = None
) -> bool:
    """Whether an outcome got worse: by at least FALL percent (`change` is in percent of what it was, in whichever
    direction is bad for it), or because its status is worse than before."""
    if status is not None and status_before is not None:
        is_lower = _FROM_WORST.index(status) < _FROM_WORST.index(status_before)
        if is_lower:
            return True
    return change is not None and _badly(kpi, change) >= FALL


def pair(outcome: Kpi, drivers: Sequence[Kpi], weeks: Mapping[str, Sequence[Decimal | None]]) -> Pair | None:
    """The driver that got worse most, by at least FALL percent from one week to the next, with when that was.

    `weeks` are each driver's figures by key, of consecutive weeks, oldest first, the last being the outcome's own; None
    where there is no figure, and then nothing is said of that week or the one after. Of equal falls the latest counts.
    None where no driver got worse.
    """
    found = [
        (_badly(driver, change), -ago, Pair(outcome, driver, change, ago))
        for driver in drivers
        for ago, change in _changes(weeks.get(driver.key, ()))
        if _badly(driver, change) >= FALL
    ]
    return max(found, key=lambda each: each[:2])[2] if found else None


def percent_change(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    """How much a figure moved, in percent of what it was; None where either is missing or there was nothing."""
    if now is None or not then:
        return None
    return (now - then) * _PERCENT / abs(then)


def _changes(figures: Sequence[Decimal | None]) -> list[tuple[int, Decimal]]:
    """By how much each of the last weeks differs from the one before it, with how many weeks ago it was."""
    latest_first = list(figures)[::-1]
    changes = [percent_change(now, then) for now, then in pairwise(latest_first)]
    return [(ago, change) for ago, change in enumerate(changes[: WEEKS_BACK + 1]) if change is not None]


def _badly(kpi: Kpi, change: Decimal) -> Decimal:
    """How far it went in the direction that is bad for it."""
    return change if kpi.direction is Direction.LOWER else -change
