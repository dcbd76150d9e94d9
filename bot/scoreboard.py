"""Reading the scoreboard: the totals and targets behind `bot.domain.scoreboard`, for every feature that shows KPIs.
No words and no layout here.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from bot.domain.entries import Figure, Totals
from bot.domain.figures import (
    FIRST_DAY,
    KpiTotals,
    days_of,
    earlier,
    earlier_still,
    figure,
    spans_of,
    totals_within,
)
from bot.domain.formulas import Span, totals_key
from bot.domain.kpis import KPIS, Kpi, inputs_of, terms_of
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine, Progress, lines, progress, seen_from, speaks_for_itself
from bot.domain.targets import Target, target_period
from bot.domain.workdays import Workdays
from storage import UnitOfWork

AROUND = tuple(span for span in Span if span is not Span.PERIOD)


@lru_cache(maxsize=32)
def workdays_in(country: str) -> Workdays:
    """The working days of a country, kept: its holidays take a while to compute."""
    return Workdays(country)


def read_scoreboard(
    db: UnitOfWork,
    period: Period,
    today: date,
    workdays: Workdays,
    kpi_keys: Sequence[str] | None = None,
    member_id: str | None = None,
) -> list[KpiLine]:
    """The lines of a period as of `today` (a local date): of the KPIs asked for, in that order, else of all that have
    data in the period or the one before, or a target. With `member_id` that person's own numbers and targets, else
    everybody's numbers and the team's targets."""
    owner = member_id or ""
    targets = [each for each in db.targets.active() if each.owner_id == owner and each.kpi_key in KPIS]
    then, long_ago = earlier(period, today), earlier_still(period, today)
    needed = None if kpi_keys is None else _inputs(kpi_keys)
    totals = db.kpis.totals(period.first, period.last, member_id, needed)
    totals_before = db.kpis.totals(then.first, then.last, member_id, needed)
    wanted = {target.kpi_key for target in targets}
    kpis = _possible({*totals, *totals_before}, wanted) if kpi_keys is None else [KPIS[key] for key in kpi_keys]
    totals |= read_totals(db, kpis, period, then, member_id, AROUND)
    totals_before |= read_totals(db, kpis, then, long_ago, member_id, AROUND)
    if kpi_keys is None:
        known = {*totals, *totals_before}
        kpis = [kpi for kpi in kpis if kpi.key in wanted or speaks_for_itself(kpi, known)]
    shown = [each for each in targets if each.kpi_key in {kpi.key for kpi in kpis}]
    target_totals = read_target_totals(db, shown, seen_from(period, today), today)
    return lines(kpis, totals, totals_before, shown, target_totals, period, today, workdays)


def _possible(known: set[str], wanted: set[str]) -> list[Kpi]:
    """The KPIs worth reading more for: those wanted, and those whose inputs of the period itself are there."""
    return [
        kpi
        for kpi in KPIS.values()
        if kpi.key in wanted or all(term.kpi_key in known for term in terms_of(kpi) if term.span is Span.PERIOD)
    ]


def read_totals(
    db: UnitOfWork,
    kpis: Iterable[Kpi],
    period: Period,
    compared: Period,
    member_id: str | None = None,
    spans: Collection[Span] = tuple(Span),
) -> dict[str, Totals]:
    """What the figures of `kpis` for a period are made from, of everybody or of one person: one query for each of
    `spans` that is needed. `compared` are the days the period is compared with."""
    found: dict[str, Totals] = {}
    for span, keys in spans_of(kpis).items():
        if span in spans:
            days = days_of(span, period, compared)
            read = db.kpis.totals(days.first, days.last, member_id, keys)
            found |= {totals_key(key, span): totals for key, totals in read.items()}
    return found


def read_figures(db: UnitOfWork, kpi: Kpi, periods: Sequence[Period], today: date) -> list[Figure]:
    """A KPI's figure in each of some periods (oldest first, at least one), of everybody: from the totals of single
    days, and of everything before them where its formula asks for that."""
    parts = [(period, earlier(period, today)) for period in periods]
    spans = {term.span for term in terms_of(kpi)}
    first = min(compared.first for _, compared in parts) if Span.BEFORE in spans else periods[0].first
    days = db.kpis.totals_by_day(inputs_of(kpi), first, periods[-1].last)
    base: KpiTotals = {}
    if spans & {Span.START, Span.UNTIL}:
        base = db.kpis.totals(FIRST_DAY, first - timedelta(days=1), None, inputs_of(kpi))
    return [figure(kpi, totals_within(kpi, days, base, part, compared)) for part, compared in parts]


def read_target_totals(db: UnitOfWork, targets: Sequence[Target], seen: date, today: date) -> dict[str, KpiTotals]:
    """The totals of each target's own period that contains `seen`, by target id. What is read is read once for a period
    and owner, since most targets share theirs; only what they are made of is added up."""
    needed = [KPIS[key] for key in dict.fromkeys(target.kpi_key for target in targets)]
    read: dict[tuple[Period, str], KpiTotals] = {}
    found: dict[str, KpiTotals] = {}
    for target in targets:
        period = target_period(target, seen)
        if (period, target.owner_id) not in read:
            owner = target.owner_id or None
            read[period, target.owner_id] = read_totals(db, needed, period, earlier(period, today), owner)
        found[target.id] = read[period, target.owner_id]
    return found


def read_progress(db: UnitOfWork, targets: Sequence[Target], today: date, workdays: Workdays) -> list[Progress]:
    """Where targets stand today, each against the numbers of its owner."""
    totals = read_target_totals(db, targets, today, today)
    return [progress(target, totals[target.id], today, today, workdays) for target in targets]


def _inputs(kpi_keys: Iterable[str]) -> set[str]:
    return {key for kpi_key in kpi_keys for key in inputs_of(KPIS[kpi_key])}
