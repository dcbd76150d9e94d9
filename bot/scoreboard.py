"""Reading the scoreboard: the totals and targets behind `bot.domain.scoreboard`, for every feature that shows KPIs.
No words and no layout here.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from bot.domain.catalogue import Catalogue
from bot.domain.drivers import WEEKS_BACK, Pair, got_worse, pair, percent_change
from bot.domain.entries import Figure, Totals
from bot.domain.figures import (
    FIRST_DAY,
    KpiTotals,
    days_of,
    earlier,
    earlier_still,
    figure,
    latest_wanted,
    spans_of,
    totals_within,
)
from bot.domain.formulas import Span, totals_key
from bot.domain.kpis import Kind, Kpi, inputs_of, terms_of
from bot.domain.pacing import Status, Thresholds
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.scoreboard import KpiLine, Progress, lines, progress, seen_from, speaks_for_itself
from bot.domain.targets import Target, target_period
from bot.domain.workdays import Workdays
from storage import UnitOfWork

AROUND = tuple(span for span in Span if span is not Span.PERIOD)


@lru_cache(maxsize=32)
def workdays_in(country: str, days_off: frozenset[date] = frozenset()) -> Workdays:
    """The working days of a country, without a workspace's own days off; kept, as holidays take a while to compute."""
    return Workdays(country, days_off)


def read_scoreboard(
    db: UnitOfWork,
    kpis: Catalogue,
    period: Period,
    today: date,
    workdays: Workdays,
    kpi_keys: Sequence[str] | None = None,
    member_id: str | None = None,
    compared: Period | None = None,
    seen: date | None = None,
) -> list[KpiLine]:
    """The lines of a period as of `today` (a local date), of `kpis` as they were defined then: of the KPIs asked for,
    in that order, else of all that have data in the period or the one before, or a target (of a retired one that is
    held against nobody any more). With `member_id` that person's own numbers and targets, else everybody's numbers and
    the team's targets. `compared` are the days that the figures are compared with (None: as of `earlier`), `seen` is
    the day whose calendar period a target is looked at (None: as of `seen_from`)."""
    owner = member_id or ""
    seen = seen or seen_from(period, today)
    kpis = kpis.on(seen)
    held = targets_of(db, period, today)
    targets = [each for each in held if each.owner_id == owner and each.kpi_key in kpis]
    if kpi_keys is None:
        targets = [each for each in targets if not kpis.is_retired(each.kpi_key)]
    then = compared or earlier(period, today)
    long_ago = earlier(compared, today) if compared else earlier_still(period, today)
    asked = list(kpis) if kpi_keys is None else list(kpi_keys)
    needed, latest = _inputs(kpis, asked), latest_wanted(kpis[key] for key in asked)
    totals = db.kpis.totals(period.first, period.last, member_id, needed, latest)
    totals_before = db.kpis.totals(then.first, then.last, member_id, needed, latest)
    wanted = {target.kpi_key for target in targets}
    known = {*totals, *totals_before}
    shown_kpis = _possible(kpis, known, wanted) if kpi_keys is None else [kpis[key] for key in kpi_keys]
    totals |= read_totals(db, shown_kpis, period, then, member_id, AROUND)
    totals_before |= read_totals(db, shown_kpis, then, long_ago, member_id, AROUND)
    if kpi_keys is None:
        known = {*totals, *totals_before}
        shown_kpis = [kpi for kpi in shown_kpis if kpi.key in wanted or speaks_for_itself(kpi, known)]
    shown = [each for each in targets if each.kpi_key in {kpi.key for kpi in shown_kpis}]
    target_totals = read_target_totals(db, kpis, shown, seen, today)
    edges = {kpi.key: thresholds_of(kpis, kpi.key) for kpi in shown_kpis}
    return lines(shown_kpis, totals, totals_before, shown, target_totals, period, today, workdays, edges, seen)


def targets_of(db: UnitOfWork, period: Period, today: date) -> list[Target]:
    """The targets that a period is held against: those there are, and those there were at the end of one that is over
    (nobody missed what was set later); none whose deadline was past when it began."""
    found = db.targets.active() if period.last >= today else db.targets.held_on(period.last)
    return [each for each in found if each.deadline is None or each.deadline >= period.first]


def thresholds_of(kpis: Catalogue, kpi_key: str) -> Thresholds:
    """From which shares of the expected a KPI is on track or only behind, as its settings say."""
    settings = kpis.settings(kpi_key)
    return Thresholds(settings.on_track, settings.behind)


def _possible(kpis: Catalogue, known: set[str], wanted: set[str]) -> list[Kpi]:
    """The KPIs worth reading more for: those wanted, and those whose inputs of the period itself are there."""
    return [
        kpi
        for kpi in kpis.values()
        if kpi.key in wanted or all(term.kpi_key in known for term in terms_of(kpi) if term.span is Span.PERIOD)
    ]


def read_totals(
    db: UnitOfWork,
    kpis: Iterable[Kpi],
    period: Period,
    compared: Period,
    member_id: str | Collection[str] | None = None,
    spans: Collection[Span] = tuple(Span),
) -> dict[str, Totals]:
    """What the figures of `kpis` for a period are made from, of everybody, of one person or of some: one query for each
    of `spans` that is needed. `compared` are the days the period is compared with."""
    found: dict[str, Totals] = {}
    kpis = list(kpis)
    latest = latest_wanted(kpis)
    for span, keys in spans_of(kpis).items():
        if span in spans:
            days = days_of(span, period, compared)
            read = db.kpis.totals(days.first, days.last, member_id, keys, latest)
            found |= {totals_key(key, span): totals for key, totals in read.items()}
    return found


def read_figures(
    db: UnitOfWork,
    kpis: Catalogue,
    kpi_key: str,
    periods: Sequence[Period],
    today: date,
    owner: str | Collection[str] | None = None,
) -> list[Figure]:
    """A KPI's figure in each of some periods (oldest first, at least one), as it was defined in each, of everybody, of
    one person or of some (`owner`): from the totals of single days, and of everything before them where its formula
    asks for that."""
    parts = [(period, earlier(period, today), kpis.on(seen_from(period, today))[kpi_key]) for period in periods]
    made_of = {term for _, _, kpi in parts for term in terms_of(kpi)}
    spans, inputs = {term.span for term in made_of}, {term.kpi_key for term in made_of}
    first = min(compared.first for _, compared, _ in parts) if Span.BEFORE in spans else periods[0].first
    latest = latest_wanted(kpi for _, _, kpi in parts)
    days = db.kpis.totals_by_day(inputs, first, periods[-1].last, owner, latest)
    base: KpiTotals = {}
    if spans & {Span.START, Span.UNTIL}:
        base = db.kpis.totals(FIRST_DAY, first - timedelta(days=1), owner, inputs, latest)
    return [figure(kpi, totals_within(kpi, days, base, part, compared)) for part, compared, kpi in parts]


def read_target_totals(
    db: UnitOfWork, kpis: Catalogue, targets: Sequence[Target], seen: date, today: date
) -> dict[str, KpiTotals]:
    """The totals of each target's own period that contains `seen`, by target id. What is read is read once for a period
    and owner, since most targets share theirs; only what they are made of is added up."""
    needed = [kpis[key] for key in dict.fromkeys(target.kpi_key for target in targets)]
    read: dict[tuple[Period, str], KpiTotals] = {}
    found: dict[str, KpiTotals] = {}
    for target in targets:
        period = target_period(target, seen)
        if (period, target.owner_id) not in read:
            owner = whose_numbers(db, target.owner_id)
            read[period, target.owner_id] = read_totals(db, needed, period, earlier(period, today), owner)
        found[target.id] = read[period, target.owner_id]
    return found


def read_progress(
    db: UnitOfWork,
    kpis: Catalogue,
    targets: Sequence[Target],
    today: date,
    workdays: Workdays,
    seen: date | None = None,
) -> list[Progress]:
    """Where targets stand as of `today`, each against the numbers of its owner, in its period that contains `seen`
    (None: today)."""
    day = seen or today
    totals = read_target_totals(db, kpis, targets, day, today)
    return [
        progress(
            kpis[each.kpi_key], each, totals[each.id], day, today, workdays, thresholds_of(kpis, each.kpi_key)
        )
        for each in targets
    ]  # fmt: skip


def read_pair(
    db: UnitOfWork, kpis: Catalogue, line: KpiLine, period: Period, today: date, workdays: Workdays
) -> Pair | None:
    """The outcome of a line together with the driver that got worse with it or before it, where the outcome did get
    worse over the line's `period`, and is tied to any driver in `kpis`. Weeks that are not over as of `today` say
    nothing of a driver yet."""
    kpi = line.kpi
    drivers = [kpis[key] for key in kpis.settings(kpi.key).drivers if key in kpis]
    if kpi.kind is not Kind.OUTCOME or not drivers:
        return None
    then = line.before.value if line.before is not None else None
    status = line.pace.status if line.pace is not None else None
    status_before = _status_before(db, kpis, line, period, workdays)
    if not got_worse(kpi, percent_change(line.figure.value, then), status, status_before):
        return None
    own = containing(max(period.first, min(period.last, today - timedelta(days=1))), PeriodKind.WEEK)
    weeks = [containing(own.first - timedelta(weeks=back), PeriodKind.WEEK) for back in range(WEEKS_BACK + 1, -1, -1)]
    figures = {driver.key: read_figures(db, kpis, driver.key, weeks, today) for driver in drivers}
    known = {
        key: [each.value if week.last < today else None for week, each in zip(weeks, found, strict=True)]
        for key, found in figures.items()
    }
    return pair(kpi, drivers, known)


def _status_before(db: UnitOfWork, kpis: Catalogue, line: KpiLine, period: Period, workdays: Workdays) -> Status | None:
    """The status that a line's target had when `period` began: of its own period by then, or of the one before. None
    where nobody had set it by then."""
    target, own = line.target, line.target_period
    if target is None or own is None or line.pace is None or line.pace.status is None:
        return None
    last_day = period.first - timedelta(days=1)
    if last_day < target.starts:
        return None
    by_then = Period(own.first, last_day, PeriodKind.CUSTOM) if own.first <= last_day else before(own)
    totals = read_totals(db, [line.kpi], by_then, before(by_then), whose_numbers(db, target.owner_id))
    seen, as_of = by_then.first, period.first
    return progress(line.kpi, target, totals, seen, as_of, workdays, thresholds_of(kpis, line.kpi.key)).pace.status


def whose_numbers(db: UnitOfWork, owner_id: str) -> str | frozenset[str] | None:
    """The members whose numbers a target is about: one, those of a user group, or everybody (None)."""
    return db.teams.members(owner_id) if owner_id.startswith("S") else owner_id or None


def _inputs(kpis: Catalogue, kpi_keys: Iterable[str]) -> set[str]:
    return {key for kpi_key in kpi_keys for key in inputs_of(kpis[kpi_key])}
