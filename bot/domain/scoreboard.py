"""The scoreboard: for each KPI one line with its figure, what it was before, and where it stands against its target.
Reading totals from storage is the matter of `bot.scoreboard`; words and tables are the views'.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.entries import Figure
from bot.domain.figures import KpiTotals, earlier, figure
from bot.domain.kpis import Kpi, Unit, terms_of
from bot.domain.pacing import DEFAULT_THRESHOLDS, Pace, Thresholds, pace
from bot.domain.periods import Period, PeriodKind
from bot.domain.targets import Target, target_period
from bot.domain.workdays import Workdays

__all__ = [
    "KpiLine", "KpiTotals", "Progress", "change", "chosen_target", "earlier", "is_in_points", "lines", "progress",
    "seen_from", "speaks_for_itself",
]  # fmt: skip

_IN_POINTS = (Unit.PERCENT, Unit.SCORE)
_SHORTEST_FIRST = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one target stands: the days it is about, the KPI's figure over them, and the pace."""

    target: Target
    period: Period
    figure: Figure
    pace: Pace


@dataclass(frozen=True, slots=True)
class KpiLine:
    """One KPI over one period.

    `figure` is the period's, `before` that of the days it compares with (None where nobody asked). `change` is in
    percent of the earlier figure, or in points where the KPI itself is a percentage or a score; None where either is
    missing or the earlier one is zero. `target` and `pace` belong to `target_period`, which need not be the line's own
    period: a monthly target is paced over its month, also on a weekly line (`pace.actual` is the figure of the month).
    """

    figure: Figure
    before: Figure | None
    change: Decimal | None
    target: Target | None = None
    pace: Pace | None = None
    target_period: Period | None = None

    @property
    def kpi(self) -> Kpi:
        return self.figure.kpi


def speaks_for_itself(kpi: Kpi, known: Collection[str]) -> bool:
    """Whether a KPI is shown without being asked for and without a target: all it is made of is there (`known` are the
    keys of totals), and it says more than the change of a single KPI, which stands beside that one anyway."""
    made_of = terms_of(kpi)
    retells = kpi.is_derived and len({term.kpi_key for term in made_of}) == 1
    return bool(made_of) and not retells and all(term.totals_key in known for term in made_of)


def seen_from(period: Period, today: date) -> date:
    """The day whose calendar period a target is looked at: the last of the period shown, at most today."""
    return min(period.last, max(today, period.first))


def progress(
    kpi: Kpi,
    target: Target,
    totals: KpiTotals,
    seen: date,
    today: date,
    workdays: Workdays,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Progress:
    """Where a target stands as of `today`, in its period that contains `seen`. `totals` are those of that period,
    `thresholds` the KPI's."""
    period = target_period(target, seen)
    reached = figure(kpi, totals)
    standing = pace(
        kpi, target.value, reached.value, period, today, workdays, target.aim, target.upper, thresholds
    )  # fmt: skip
    return Progress(target, period, reached, standing)


def chosen_target(kpi_key: str, targets: Iterable[Target], kind: PeriodKind) -> Target | None:
    """Which of a KPI's targets a line shows: the one of the period's own kind, else the one with the shortest period,
    else the nearest deadline."""
    own = [target for target in targets if target.kpi_key == kpi_key]

    def rank(target: Target) -> tuple[int, int]:
        if target.period is None:
            return len(_SHORTEST_FIRST), (target.deadline or target.starts).toordinal()
        return (-1 if target.period is kind else _SHORTEST_FIRST.index(target.period)), 0

    return min(own, key=rank, default=None)


def lines(
    kpis: Iterable[Kpi],
    totals: KpiTotals,
    totals_before: KpiTotals,
    targets: Sequence[Target],
    target_totals: Mapping[str, KpiTotals],
    period: Period,
    today: date,
    workdays: Workdays,
    thresholds: Mapping[str, Thresholds] | None = None,
    seen: date | None = None,
) -> list[KpiLine]:
    """A line for each of `kpis`, in their order.

    `totals` are those of `period`, `totals_before` those of the days it is compared with (`earlier(period, today)`).
    `targets` are the active targets of one owner; `target_totals` has, by target id, the totals of
    `target_period(target, seen)`, where `seen` None is `seen_from(period, today)`; `thresholds` are those of the KPIs
    that have their own, by key.
    """
    own = thresholds or {}
    seen = seen or seen_from(period, today)
    board = []
    for kpi in kpis:
        now, then = figure(kpi, totals), figure(kpi, totals_before)
        target = chosen_target(kpi.key, targets, period.kind)
        if target is None:
            board.append(KpiLine(now, then, change(now, then)))
            continue
        edges = own.get(kpi.key, DEFAULT_THRESHOLDS)
        standing = progress(kpi, target, target_totals.get(target.id, {}), seen, today, workdays, edges)
        board.append(KpiLine(now, then, change(now, then), target, standing.pace, standing.period))
    return board


def change(now: Figure, then: Figure) -> Decimal | None:
    """The change between two figures of a KPI: points for percentages and scores, else percent of the earlier one."""
    if now.value is None or then.value is None:
        return None
    if now.kpi.unit in _IN_POINTS:
        return now.value - then.value
    return (now.value - then.value) * 100 / abs(then.value) if then.value else None


def is_in_points(kpi: Kpi) -> bool:
    """Whether a KPI's change is told in points instead of percent."""
    return kpi.unit in _IN_POINTS
