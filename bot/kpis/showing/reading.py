"""What looking at KPIs reads: one with its course and the year before, several, all of them, targets. A KPI by person
is read in `people`."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.domain.catalogue import Catalogue
from bot.domain.figures import earlier, figure
from bot.domain.kpis import Kpi, terms_of
from bot.domain.periods import Period, PeriodKind, through, year_before
from bot.domain.scoreboard import KpiLine, change
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.kpis.showing.courses import begun, chart_stretches, table_period
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.showing.outcomes import Bucket, Course, Listed, Shown, Together, YearAgo
from bot.kpis.showing.people import read_board
from bot.kpis.vocabulary import Split
from bot.scoreboard import read_figures, read_scoreboard, read_totals
from storage import UnitOfWork

MOST_ROWS = 99
LATELY = timedelta(days=90)
"""A KPI of longer ago is not one that is tracked: a quarterly one has a value within it."""
_KINDS = {Split.WEEK: PeriodKind.WEEK, Split.MONTH: PeriodKind.MONTH}


def read_shown(
    db: UnitOfWork, kpis: Catalogue, request: ShowRequest, today: date, workdays: Workdays, viewer_id: str = ""
) -> Shown:
    """The one KPI asked for, as of `today` (a local date). A breakdown by week or month without a period covers the
    last eight weeks or six months. `viewer_id` is who looks, "" for everybody's eyes."""
    (kpi,) = request.kpis
    split, period = request.split, request.period
    if split in _KINDS:
        period = table_period(period, request.has_period, split, today)
    line = read_scoreboard(db, kpis, period, today, workdays, [kpi.key])[0]
    kind, stretches = chart_stretches(period, request.has_period or split in _KINDS, today)
    table = board = None
    if split in _KINDS:
        wanted = list(begun(period, _KINDS[split], today).split(_KINDS[split]))[-MOST_ROWS:]
        table = _course(db, kpis, kpi, _KINDS[split], wanted, today)
    elif split is Split.PERSON:
        board = read_board(db, kpis, kpi, period, today, workdays, viewer_id)
    return Shown(
        period,
        line,
        _course(db, kpis, kpi, kind, stretches, today),
        request.has_period,
        _years_ago(db, kpis, [line], period, today).get(kpi.key),
        split,
        table,
        board,
    )


def read_together(db: UnitOfWork, kpis: Catalogue, request: ShowRequest, today: date, workdays: Workdays) -> Together:
    """Several KPIs side by side."""
    keys = [kpi.key for kpi in request.kpis]
    lines = read_scoreboard(db, kpis, request.period, today, workdays, keys)
    return Together(request.period, tuple(lines), _years_ago(db, kpis, lines, request.period, today))


def _course(
    db: UnitOfWork, kpis: Catalogue, kpi: Kpi, kind: PeriodKind, stretches: Sequence[Period], today: date
) -> Course:
    if not stretches:
        return Course(kind)
    figures = read_figures(db, kpis, kpi.key, stretches, today)
    buckets = (
        Bucket(period, figure_, period.contains(today)) for period, figure_ in zip(stretches, figures, strict=True)
    )
    targets = (each for each in db.targets.active(kpi.key) if not each.owner_id and each.period is kind)
    return Course(kind, tuple(buckets), next(targets, None))


def _years_ago(
    db: UnitOfWork, kpis: Catalogue, lines: Iterable[KpiLine], period: Period, today: date
) -> dict[str, YearAgo]:
    """A year ago by KPI, of those that have data then. A year's year ago is the period before: that is told already."""
    whole = year_before(period)
    is_running = period.first <= today < period.last
    then = through(whole, whole.first + (today - period.first)) if is_running else whole
    if then == earlier(period, today):
        return {}
    as_of_then = kpis.on(then.last)
    pairs = [(line, as_of_then[line.kpi.key]) for line in lines if line.kpi.key in as_of_then]
    totals = read_totals(db, [kpi for _, kpi in pairs], then, earlier(whole, then.last))
    found: dict[str, YearAgo] = {}
    for line, kpi in pairs:
        past = figure(kpi, totals)
        if past.value is not None and kpi.unit is line.kpi.unit:
            found[kpi.key] = YearAgo(then, past, change(line.figure, past), kpi.formula != line.kpi.formula)
    return found


def read_overview(
    db: UnitOfWork,
    kpis: Catalogue,
    period: Period,
    today: date,
    workdays: Workdays,
    member_id: str | None = None,
) -> list[KpiLine]:
    """Every KPI with data or a target, of everybody or of one person, those with a target first. Without a figure or a
    target there is no line."""
    board = read_scoreboard(db, kpis, period, today, workdays, member_id=member_id)
    told = [line for line in board if line.target or line.figure.count or (line.before and line.before.count)]
    return sorted(told, key=lambda line: line.target is None)


def read_team_targets(db: UnitOfWork, today: date) -> dict[str, list[Target]]:
    """The team's targets by KPI, for the list; none whose deadline is long past."""
    found: dict[str, list[Target]] = {}
    for target in db.targets.active():
        if not target.owner_id and not target.is_long_past(today):
            found.setdefault(target.kpi_key, []).append(target)
    return found


def read_listed(db: UnitOfWork, kpis: Catalogue, member_id: str, today: date) -> Listed:
    """What the list of KPIs is ordered by, as of `today` (a local date). Of a person are the KPIs they own and those
    with a value of theirs lately; tracked here are those with a value of anybody or a target, and what is computed from
    nothing else."""
    targets = read_team_targets(db, today)
    keys = [kpi.key for kpi in kpis.current]
    typed = [kpi.key for kpi in kpis.current if not kpi.is_derived]
    owned = {key for key in keys if member_id in kpis.settings(key).owners}
    mine = owned | set(db.kpis.totals(today - LATELY, today, member_id, typed, ()))
    logged = set(db.kpis.totals(today - LATELY, today, None, typed, ()))
    computed = {
        kpi.key for kpi in kpis.current if kpi.is_derived and {term.kpi_key for term in terms_of(kpi)} <= logged
    }
    return Listed(targets, frozenset(mine), frozenset((logged | computed | set(targets)) - mine))
