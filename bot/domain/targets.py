"""Targets: what a KPI should reach, by when, and whose it is. How far along it is belongs to `pacing`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.domain.kpis import Direction
from bot.domain.periods import Period, PeriodKind, containing


@dataclass(frozen=True, slots=True)
class Target:
    """A number to reach, in the KPI's unit, in every period of a kind or by one deadline: exactly one of the two.

    `owner_id` is a member, "" the whole team. `starts` is the local date it counts from, `set_at` is UTC.
    A replaced target stays, with when it was replaced.
    """

    id: str
    kpi_key: str
    value: Decimal
    period: PeriodKind | None
    deadline: date | None
    owner_id: str
    set_by: str
    set_at: datetime
    starts: date
    replaced_at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.period is None) == (self.deadline is None):
            raise ValueError("a target has either a period or a deadline")
        if self.period is PeriodKind.CUSTOM:
            raise ValueError("a target recurs in calendar periods")
        if self.deadline is not None and self.deadline < self.starts:
            raise ValueError("a target cannot end before it starts")


def target_period(target: Target, today: date) -> Period:
    """The days a target is about as seen from `today`: the calendar period containing it, or from its start to its
    deadline."""
    if target.period is not None:
        return containing(today, target.period)
    assert target.deadline is not None  # __post_init__
    return Period(target.starts, target.deadline, PeriodKind.CUSTOM)


def attainability(
    target_value: Decimal, history: Sequence[Decimal], direction: Direction = Direction.HIGHER
) -> Decimal | None:
    """How many times better than the best period of `history` the target is ("2.4 times your best month"): above 1 it
    was never reached before. None when there is no history, or nothing positive to compare with."""
    best = None
    if history:
        best = max(history) if direction is Direction.HIGHER else min(history)
    if best is None or best <= 0 or target_value <= 0:
        return None
    return target_value / best if direction is Direction.HIGHER else best / target_value
